/** What the core knows. Plain values in named pieces; a step changes them in place and notes what it touched. */
import { type Alert, type EarlierEpisode, type HandOver, InvariantError, type Prompt } from "@gatehouse/protocol";
import type { Budget } from "./alerts/budget.ts";
import {
  type CommandMemory,
  type CommandMemoryJson,
  commandsFromJson,
  commandsToJson,
  createCommandMemory,
} from "./commands/used-commands.ts";
import { createFireMemory, type FireMemory } from "./fire/memory.ts";
import type { Memo } from "./memos.ts";
import { buildModel, type CoreConfig, type Model } from "./model.ts";
import { type Assessor, assess } from "./occupancy/assess.ts";
import { type Belief, type BeliefJson, beliefFromJson, beliefToJson } from "./occupancy/belief.ts";
import { createGateMemory, type GateMemory, type GateMemoryJson, gateFromJson, gateToJson } from "./occupancy/gate.ts";
import type { SiteHabits } from "./occupancy/habits.ts";
import type { MorningWork } from "./occupancy/morning.ts";
import { PassKeys } from "./occupancy/pass-key.ts";
import type { ResidencyModel } from "./occupancy/residency.ts";
import { shippedModel } from "./occupancy/residency-model.ts";
import { createOverlay, type Overlay, type OverlayJson, overlayFromJson, overlayToJson } from "./overlay/overlay.ts";
import type { Snapshot } from "./ports.ts";
import type { Stay } from "./presence/residence.ts";
import type { DeviceWatch } from "./rules/device-watch.ts";
import { Seats } from "./seats.ts";
import type { SeenEpoch } from "./seen.ts";
import { type Timer, TimerQueue } from "./timer-queue.ts";
import type { Fact, Order } from "./told.ts";

/** Of a counter, persons in and out; `before` those that they fell behind with this reading. */
export interface Totals {
  readonly in: number;
  readonly out: number;
  readonly epoch?: number;
  readonly seq?: number;
  readonly before?: { readonly in: number; readonly out: number };
}

export interface DeviceState {
  readonly seen: SeenEpoch[];
  /** The latest totals, and the reading that told them. */
  totals?: Totals | undefined;
  online?: boolean | undefined;
  /** What the device's health is judged by. */
  watch?: DeviceWatch | undefined;
  /** How far its clock is behind the gateway's, by the latest prompt readings, ms. */
  behind?: { atMs: number; behindMs: number }[] | undefined;
  /** The least of them; missing in what an earlier release wrote. */
  leastMs?: number | undefined;
}

/** Every field has its place from the beginning: objects of one form are read fastest, and a device is at every reading. */
export const newDevice = (): DeviceState => ({
  seen: [],
  totals: undefined,
  online: undefined,
  watch: undefined,
  behind: undefined,
  leastMs: undefined,
});

/** An alert with what its life needs beside the published form. One per subject, and older ones that nobody has closed yet. */
export interface AlertRecord {
  alert: Alert;
  /** Kind and place: what a recurrence is matched by. */
  readonly subject: string;
  /** Grows with every published change; makes event ids unique. */
  revision: number;
  raisedMs: number;
  /** Start of each breach within the offence window. */
  offences: number[];
  // The rest is missing in what an earlier release wrote.
  /** Earlier episodes within the offence window, oldest first. */
  episodes?: readonly EarlierEpisode[];
  /** By what the sensors cleared it. */
  proof?: string | null;
  /** When a person closed it last. */
  closedMs?: number | null;
  /** A person reopened it although the sensors no longer saw it: only a person closes it. */
  insisted?: boolean;
  /** How often each clock ran out in this episode. */
  late?: { readonly acknowledge: number; readonly resolve: number };
}

/**
 * A gateway has people who answer. In a replay there is nobody: nobody is prompted, no deadline runs, no platform is told who is away. Who only
 * wants to know what mornings make of the readings does without rules and live head counts too.
 */
export type Runs = "gateway" | "replay" | "mornings";

export interface CoreState {
  /** Chosen once per installation, so that ids of two installations never meet. */
  installation: string;
  /** Alerts ever raised here; names the next one. */
  alertCount: number;
  /** Facts ever told under a number. */
  factCount: number;
  model: Model | undefined;
  readonly devices: Map<string, DeviceState>;
  /** Found anew from the model, not kept. */
  readonly seats: Seats;
  readonly beliefs: Map<string, Belief>;
  /** Found anew from the beliefs, not kept. */
  readonly passKeys: PassKeys;
  /** What the site's people do per head and day. */
  habits: SiteHabits;
  /** The morning being judged, a few spaces at a time. */
  morning: MorningWork | undefined;
  /** Unlisted cards at a gate with rooms behind. */
  gate: GateMemory;
  commands: CommandMemory;
  /** Fire inputs, and whether doors stand released. */
  fire: FireMemory;
  /** Set beside the site file. */
  overlay: Overlay;
  /** Judges who lives where. Not part of what is kept: it comes with the program. */
  residencyModel: ResidencyModel;
  /** Assesses the spaces of a morning. Not part of what is kept either. */
  assessor: Assessor;
  /** What this is run for. Not part of what is kept either. */
  runs: Runs;
  /** By alert id. */
  readonly alerts: Map<string, AlertRecord>;
  /** Alert id by subject. */
  readonly subjects: Map<string, string>;
  /** What rules remember, by rule and subject. */
  readonly memos: Map<string, Memo>;
  /** By grid. */
  readonly budgets: Map<string, Budget>;
  /** By id: the open ones, and the latest handled. */
  readonly prompts: Map<string, Prompt>;
  readonly handOvers: Map<string, HandOver>;
  /** By pseudonym. */
  readonly stays: Map<string, Stay>;
  /** Ever opened here; name the next ones. */
  operators: { prompts: number; handOvers: number };
  /** By name: `night:360`, `sample:180`, `overdue:alr_…`, `rule:door-held:D1`. */
  readonly timers: TimerQueue;
  /** What the step under way has to tell beside alerts. Never kept. */
  told: { facts: Fact[]; orders: Order[]; prompts: string[] };
  /** Pieces changed since the last snapshot, as `part/id`. */
  readonly dirty: Set<string>;
}

export function emptyState(): CoreState {
  const devices = new Map<string, DeviceState>();
  const beliefs = new Map<string, Belief>();
  return {
    installation: "",
    alertCount: 0,
    factCount: 0,
    model: undefined,
    devices,
    seats: new Seats(devices),
    beliefs,
    passKeys: new PassKeys(beliefs),
    habits: {},
    morning: undefined,
    gate: createGateMemory(),
    commands: createCommandMemory(),
    fire: createFireMemory(),
    overlay: createOverlay(),
    residencyModel: shippedModel,
    assessor: { assess },
    runs: "gateway",
    alerts: new Map(),
    subjects: new Map(),
    memos: new Map(),
    budgets: new Map(),
    prompts: new Map(),
    handOvers: new Map(),
    stays: new Map(),
    operators: { prompts: 0, handOvers: 0 },
    timers: new TimerQueue(),
    told: { facts: [], orders: [], prompts: [] },
    dirty: new Set(),
  };
}

/** The site; a core steps nothing before it is configured. */
export function modelOf(state: CoreState): Model {
  if (state.model === undefined) throw new InvariantError("the core has no configuration yet");
  return state.model;
}

export function setTimer(state: CoreState, name: string, timer: Timer): void {
  state.timers.set(name, timer);
  state.dirty.add("core/timers");
}

/** A deadline that is met before it is due. */
export function dropTimer(state: CoreState, name: string): void {
  if (state.timers.delete(name)) state.dirty.add("core/timers");
}

/** Notes that a piece changed. Of what is run for an answer alone nothing is kept. */
export function touch(state: CoreState, part: string, id: string): void {
  if (state.runs === "gateway") state.dirty.add(`${part}/${id}`);
}

/** The changed pieces since the last call, which forgets them. */
export function takeSnapshot(state: CoreState, seq: number): Snapshot {
  const pieces = [...state.dirty].map((key) => {
    const slash = key.indexOf("/");
    const part = key.slice(0, slash);
    const id = key.slice(slash + 1);
    const value = pieceOf(state, part, id);
    return { part, id, body: value === undefined ? null : JSON.stringify(value) };
  });
  state.dirty.clear();
  return { seq, pieces };
}

/** Names every piece as changed, so that the next snapshot is a whole one. */
export function touchAll(state: CoreState): void {
  state.dirty
    .add("core/core")
    .add("core/timers")
    .add("core/config")
    .add("core/habits")
    .add("core/gate")
    .add("core/commands")
    .add("core/fire")
    .add("core/overlay")
    .add("core/operators");
  if (state.morning !== undefined) state.dirty.add("core/morning");
  for (const id of state.devices.keys()) state.dirty.add(`device/${id}`);
  for (const id of state.beliefs.keys()) state.dirty.add(`belief/${id}`);
  for (const id of state.alerts.keys()) state.dirty.add(`alert/${id}`);
  for (const id of state.memos.keys()) state.dirty.add(`memo/${id}`);
  for (const id of state.budgets.keys()) state.dirty.add(`budget/${id}`);
  for (const id of state.prompts.keys()) state.dirty.add(`prompt/${id}`);
  for (const id of state.handOvers.keys()) state.dirty.add(`hand-over/${id}`);
  for (const id of state.stays.keys()) state.dirty.add(`stay/${id}`);
}

function pieceOf(state: CoreState, part: string, id: string): unknown {
  if (part === "device") return state.devices.get(id);
  if (part === "belief") {
    const belief = state.beliefs.get(id);
    return belief === undefined ? undefined : beliefToJson(belief);
  }
  if (part === "alert") return state.alerts.get(id);
  if (part === "memo") return state.memos.get(id);
  if (part === "budget") return state.budgets.get(id);
  if (part === "prompt") return state.prompts.get(id);
  if (part === "hand-over") return state.handOvers.get(id);
  if (part === "stay") return state.stays.get(id);
  if (id === "timers") return Object.fromEntries(state.timers);
  if (id === "config") return state.model?.config;
  if (id === "habits") return state.habits;
  if (id === "morning") return state.morning;
  if (id === "gate") return gateToJson(state.gate);
  if (id === "operators") return state.operators;
  if (id === "commands") return commandsToJson(state.commands);
  if (id === "fire") return state.fire;
  if (id === "overlay") return overlayToJson(state.overlay);
  const { installation, alertCount, factCount } = state;
  return { installation, alertCount, factCount };
}

/** The state a whole snapshot stands for. */
export function restoreState(snapshot: Snapshot): CoreState {
  const state = emptyState();
  for (const { part, id, body } of snapshot.pieces) {
    if (body === null) continue;
    place(state, part, id, JSON.parse(body));
  }
  if (state.model !== undefined) state.model = buildModel(state.model.config, state.overlay);
  return state;
}

function place(state: CoreState, part: string, id: string, value: unknown): void {
  if (part === "core") restoreCore(state, id, value);
  else if (part === "device") state.devices.set(id, value as DeviceState);
  else if (part === "belief") state.beliefs.set(id, beliefFromJson(value as BeliefJson));
  else if (part === "memo") state.memos.set(id, value as Memo);
  else if (part === "budget") state.budgets.set(id, value as Budget);
  else if (part === "prompt") state.prompts.set(id, value as Prompt);
  else if (part === "hand-over") state.handOvers.set(id, value as HandOver);
  else if (part === "stay") state.stays.set(id, value as Stay);
  else {
    const record = value as AlertRecord;
    state.alerts.set(id, record);
    if (isNewer(id, state.subjects.get(record.subject))) state.subjects.set(record.subject, id);
  }
}

/** Ids grow: of two alerts of one subject the later one is matched. */
const isNewer = (id: string, known: string | undefined): boolean =>
  known === undefined || id.length > known.length || (id.length === known.length && id > known);

function restoreCore(state: CoreState, id: string, value: unknown): void {
  if (id === "timers") {
    for (const [name, timer] of Object.entries(value as Record<string, Timer>)) state.timers.set(name, timer);
  } else if (id === "gate") state.gate = gateFromJson(value as GateMemoryJson);
  else if (id === "operators") state.operators = value as CoreState["operators"];
  else if (id === "commands") state.commands = commandsFromJson(value as CommandMemoryJson);
  else if (id === "fire") state.fire = value as FireMemory;
  else if (id === "overlay") state.overlay = overlayFromJson(value as OverlayJson);
  else if (id === "morning") state.morning = value as MorningWork;
  else if (id === "habits") state.habits = value as SiteHabits;
  else if (id === "config") state.model = buildModel(value as CoreConfig);
  else {
    const core = value as Pick<CoreState, "installation" | "alertCount"> & Partial<Pick<CoreState, "factCount">>;
    state.installation = core.installation;
    state.alertCount = core.alertCount;
    state.factCount = core.factCount ?? 0;
  }
}
