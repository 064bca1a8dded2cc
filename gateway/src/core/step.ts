/**
 * The core: one input in, what follows from it out. No clock, no chance, no I/O; the state is owned by the caller and changed in place.
 * The same inputs with the same times give the same state and the same effects, on every machine and after every crash.
 */
import type { ClockQuality, Deed, RawReading } from "@gatehouse/protocol";
import { happenedMs, isNews, passage, placeProblem, timeProblem } from "./accept.ts";
import type { AlertEvent } from "./alerts/life.ts";
import { endOf, type RefusedCommand, refuseCommand, type UsedNow, useCommand } from "./commands/use-command.ts";
import type { CommandEnd, UsedCommand } from "./commands/used-commands.ts";
import { configure } from "./configure.ts";
import { doDeed } from "./deeds/index.ts";
import { endFire, hearFire } from "./fire/memory.ts";
import { type EgressRecord, recordEgress, recordFireOver } from "./fire/record.ts";
import { followOpen } from "./hand-over/hand-over.ts";
import type { CoreConfig, Model, SpaceModel } from "./model.ts";
import { cutHourOf } from "./occupancy/assess.ts";
import type { Belief } from "./occupancy/belief.ts";
import { updatePresent } from "./occupancy/heads.ts";
import { forgetFuture } from "./occupancy/morning.ts";
import { type Observation, observe } from "./occupancy/observe.ts";
import { noteUse } from "./presence/residence.ts";
import { checkFields, followAlerts, seeOperator, watchOperator } from "./prompts/causes.ts";
import { followFaults, followReading } from "./repair/repair.ts";
import { estimateRules, readingRules } from "./rules/index.ts";
import { type Observed, type Seen, triggerOf } from "./rules/rule.ts";
import { innerSpace } from "./seats.ts";
import { type CoreState, modelOf, newDevice, setTimer, touch } from "./state.ts";
import { fireTimers, LATE_TIMER, shiftTimers } from "./timers.ts";
import { type Told, takeTold } from "./told.ts";

/** Everything that can change the core. Each stands in the journal with its `nowMs`. */
export type Input =
  /** `credential` is a pseudonym already. */
  | {
      readonly type: "reading";
      readonly reading: RawReading;
      readonly clock: ClockQuality;
      /** What `reading.at` stands for, where the caller has read it already. */
      readonly toldMs?: number | undefined;
    }
  /** Time passed a timer. */
  | { readonly type: "tick" }
  /** The wall clock was set: everything measured in elapsed time moves along. */
  | { readonly type: "clock"; readonly shiftMs: number }
  /** `installation` names this installation the first time, and again where all of it was `restored` from a backup. */
  | {
      readonly type: "config";
      readonly config: CoreConfig;
      readonly installation: string;
      readonly restored?: boolean;
    }
  /** A person or a platform did something to the site's affairs. */
  | { readonly type: "deed"; readonly deed: Deed; readonly by: string }
  /** A command passed its checks and is about to be carried out. */
  | ({ readonly type: "command" } & UsedNow)
  /** What became of it. */
  | ({ readonly type: "command-result" } & CommandEnd)
  /** A platform's command that is answered without being taken. */
  | ({ readonly type: "command-refused" } & RefusedCommand)
  /** A person says that the fire is over: doors may lock again. */
  | { readonly type: "fire-over"; readonly by: string; readonly note?: string }
  /** How the doors answered when a fire released them, or when it was over. */
  | ({ readonly type: "egress" } & EgressRecord);

export interface Effects extends Told {
  /** `accepted` inputs go into the journal; the others change nothing. */
  readonly outcome: "accepted" | "duplicate" | "rejected" | "idle";
  /** Why an input was rejected. */
  readonly reason?: string;
  readonly alerts: readonly AlertEvent[];
  /** Spaces whose estimate changed. */
  readonly spaces: readonly string[];
  /** Local day whose facts are complete now, for the daily report. */
  readonly dayEnded?: number;
  /** True at 03:00 and 12:00 local time. */
  readonly sampled?: boolean;
  /** A command that came to its end: what a platform is told of it belongs into the same turn. */
  readonly ended?: UsedCommand;
}

type HeardReading = Extract<Input, { type: "reading" }>;

const NOTHING: Effects = { outcome: "idle", alerts: [], spaces: [] };
const DONE: Effects = { outcome: "accepted", alerts: [], spaces: [] };

/** Throws RejectedError for a deed that cannot be done, InvariantError when the caller is wrong. */
export function step(state: CoreState, input: Input, nowMs: number): Effects {
  const effects = decide(state, input, nowMs);
  if (effects.outcome === "accepted" && state.runs === "gateway") follow(state, input, effects.alerts, nowMs);
  const told = takeTold(state);
  return told === undefined ? effects : { ...effects, ...told };
}

/** What people must look at follows from what happened, whatever made it happen. */
function follow(state: CoreState, input: Input, alerts: readonly AlertEvent[], nowMs: number): void {
  if (alerts.length > 0) {
    followAlerts(state, alerts, nowMs);
    followFaults(state, alerts, nowMs);
  }
  if (input.type === "reading") followReading(state, input.reading, nowMs);
  if (input.type === "deed" && !input.by.startsWith("platform:")) seeOperator(state, nowMs);
  if (input.type === "config") {
    checkFields(state, nowMs);
    watchOperator(state, nowMs, true);
  }
  if (alerts.length > 0 || input.type !== "reading") followOpen(state, nowMs);
}

function decide(state: CoreState, input: Input, nowMs: number): Effects {
  switch (input.type) {
    case "config":
      return { outcome: "accepted", ...configure(state, input, nowMs) };
    case "reading":
      return read(state, modelOf(state), input, nowMs);
    case "tick":
      if (state.timers.nextDueMs > nowMs) return NOTHING;
      return { outcome: "accepted", ...fireTimers(state, modelOf(state), nowMs) };
    case "clock":
      shiftTimers(state, modelOf(state), input.shiftMs, nowMs);
      forgetFuture(state, modelOf(state), nowMs);
      return { outcome: "accepted", alerts: [], spaces: [] };
    case "deed":
      return { outcome: "accepted", alerts: [], spaces: [], ...doDeed(state, input.deed, { by: input.by, nowMs }) };
    case "command":
      return use(state, input, nowMs);
    case "command-result":
      return endOf(state, input, nowMs);
    case "command-refused":
      return refuseCommand(state, input, nowMs);
    case "fire-over":
      endFire(state.fire, modelOf(state).zone);
      state.dirty.add("core/fire");
      return { ...DONE, alerts: recordFireOver(state, input.by, input.note, nowMs) };
    case "egress":
      if (input.what === "locked") state.fire.relocking = false;
      state.dirty.add("core/fire");
      return { ...DONE, alerts: recordEgress(state, input, nowMs) };
  }
}

function use(state: CoreState, { type: _, ...command }: Input & { type: "command" }, nowMs: number): Effects {
  if (command.from === undefined && !modelOf(state).devices.has(command.target))
    return rejected(`unknown device ${command.target}`);
  return useCommand(state, command, nowMs);
}

const rejected = (reason: string): Effects => ({ outcome: "rejected", reason, alerts: [], spaces: [] });

function read(state: CoreState, model: Model, { reading, clock, toldMs }: HeardReading, nowMs: number): Effects {
  const atMs = reading.at === undefined ? undefined : (toldMs ?? Date.parse(reading.at));
  const seat = state.seats.of(model, reading.device);
  const problem = placeProblem(model, seat?.device, reading) ?? timeProblem(atMs, nowMs, clock !== "unsynced");
  if (seat === undefined || problem !== undefined) return rejected(problem ?? `unknown device ${reading.device}`);
  const { device } = seat;
  if (seat.known === undefined) {
    seat.known = newDevice();
    state.devices.set(device.id, seat.known);
  }
  const { known } = seat;
  if (!isNews(known, reading)) return { outcome: "duplicate", alerts: [], spaces: [] };
  touch(state, "device", device.id);
  if (reading.kind === "device.online" || reading.kind === "device.offline")
    known.online = reading.kind === "device.online";
  const isElsewhere = reading.portal !== undefined && reading.portal !== device.portal;
  const portal = isElsewhere ? model.portals.get(reading.portal) : seat.portal;
  const believed = happenedMs(known, atMs, nowMs);
  const space = reading.space ?? (isElsewhere ? (innerSpace(portal) ?? model.spaceOf.get(device.id)) : seat.space);
  const observation: Observation = {
    reading,
    portal,
    space,
    atMs: believed,
    hour: model.hourOf(believed),
    passage: passage(device, known, reading),
    direction: device.direction,
  };
  const changed = estimate(state, model, observation, nowMs);
  if (state.runs === "mornings") return DONE;
  if (state.runs === "gateway") noteUse(state, model, reading, space, believed, nowMs);
  const observed: Observed = {
    reading,
    seat,
    device,
    portal: portal?.id,
    space,
    changed,
    atMs: believed,
    toldMs: atMs,
    nowMs,
  };
  if (hearFire(state.fire, model.config.site, reading, nowMs)) state.dirty.add("core/fire");
  const alerts: AlertEvent[] = [];
  for (const rule of readingRules) add(alerts, rule(state, observed));
  if (changed.length > 0) judgeChanged(state, changed, { atMs: believed, nowMs, trigger: triggerOf(reading) }, alerts);
  return { outcome: "accepted", alerts, spaces: changed };
}

function judgeChanged(state: CoreState, changed: readonly string[], seen: Seen, alerts: AlertEvent[]): void {
  for (const space of changed) for (const rule of estimateRules) add(alerts, rule(state, space, seen));
}

/** Hardly ever is there anything to go through. */
function add(alerts: AlertEvent[], more: readonly AlertEvent[]): void {
  if (more.length > 0) alerts.push(...more);
}

/** Tells the estimator. Returns the spaces whose estimate may have changed. */
function estimate(state: CoreState, model: Model, observation: Observation, nowMs: number): readonly string[] {
  const { beliefs, gate, passKeys } = state;
  const { reading, hour } = observation;
  const gateChanges = gate.changes;
  const touched = observe({ model, beliefs, gate, passKeys }, observation);
  if (gate.changes !== gateChanges) state.dirty.add("core/gate");
  if (touched.length === 0) return touched;
  const nowHour = model.hourOf(nowMs);
  for (const id of touched) {
    const place = model.spaces.get(id);
    const belief = beliefs.get(id);
    if (place === undefined || belief === undefined) continue;
    touch(state, "belief", id);
    if (place.limit === undefined) continue;
    if (state.runs !== "mornings" && !saysLater(belief, reading)) updatePresent(place, belief, nowHour, hour);
    if (markStale(place, belief, hour, nowHour) && !state.timers.has(LATE_TIMER)) {
      setTimer(state, LATE_TIMER, { dueMs: nowMs + LATE_PAUSE_MS, calendar: false });
    }
  }
  return touched;
}

/** True for a reading of a night that was judged already: its morning and those after it are to be judged again. */
function markStale(space: SpaceModel, belief: Belief, hour: number, nowHour: number): boolean {
  const judged = belief.mornings.at(-1);
  if (judged === undefined || nowHour - hour < LATE_HOURS) return false;
  const morning = Math.floor((hour - cutHourOf(space)) / 24) + 1;
  if (morning > judged.day) return false;
  belief.staleFrom = Math.min(belief.staleFrom ?? morning, morning);
  return true;
}

const LATE_HOURS = 2;
/** A device that was away delivers many readings: they are judged together. */
const LATE_PAUSE_MS = 10 * 60_000;
/** A reading that says nothing about who is in, or says it once its hour is over; of a counted door that is its opening too. */
const saysLater = (belief: Belief, { kind }: RawReading): boolean =>
  SAYS_LATER.has(kind) || (kind === "door.opened" && belief.diary.hours.in !== undefined);

const SAYS_LATER: ReadonlySet<string> = new Set([
  "meter.energyWh",
  "meter.waterL",
  "meter.powerW",
  "presence.on",
  "presence.off",
]);
