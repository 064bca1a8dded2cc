/**
 * Door held: the door's own device says it stands open too long, or it was opened and not closed for longer than the portal or the policy
 * allows. Cleared when the door is closed; a door that stands open again and again stays one alert until it has not for two weeks. While its device
 * is away nobody knows how the door stands.
 */
import type { Device } from "@gatehouse/protocol";
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import { memoOf, setMemo } from "../memos.ts";
import { names } from "../names.ts";
import { type CoreState, dropTimer, setTimer } from "../state.ts";
import { isRecurring, QUIET_MS, recurrence } from "./recurring.ts";
import { type Observed, type ReadingRule, type Seen, type TimerRule, triggerOf } from "./rule.ts";
import { fact } from "./words.ts";

/** What is known of a door. */
interface DoorState {
  /** Missing while it is closed. */
  readonly openAtMs?: number | undefined;
  /** The latest opening or closing by the device's own clock, if it has one: that orders what a network mixed up. */
  readonly toldMs?: number | undefined;
  /** Its device was away when the time was up: what it has kept is still to come. */
  readonly away?: true;
  readonly space: string;
  readonly device: string;
  readonly trigger: Seen["trigger"];
}

const placeOf = (portal: string, space: string) => ({ kind: "door-held" as const, space, portal });

export const doorHeld: ReadingRule = (state, observed) => {
  const { reading, portal, space } = observed;
  if (portal === undefined || space === undefined) return [];
  switch (reading.kind) {
    case "door.opened":
      return opened(state, observed, portal, space);
    case "door.closed":
      return closed(state, observed, portal, space);
    case "door.held":
      return held(state, { portal, space, sinceMs: observed.atMs, nowMs: observed.nowMs, reading }, observed.device);
    default:
      return [];
  }
};

/** A network mixes up what is minutes apart; a device clock further back than that was set. */
const MIXED_UP_MS = 15 * 60_000;

/** True when a later word of the same device is known already: by its own numbering, else by its clock. */
function isPast(state: CoreState, { reading, device, toldMs }: Observed, portal: string): boolean {
  const known = memoOf<DoorState>(state, "door-held", portal);
  if (known === undefined || known.device !== device.id) return false;
  const { epoch, seq } = known.trigger ?? {};
  if (seq !== undefined && reading.seq !== undefined && epoch === reading.epoch && reading.seq < seq) return true;
  if (toldMs === undefined || known.toldMs === undefined) return false;
  return toldMs < known.toldMs && known.toldMs - toldMs < MIXED_UP_MS;
}

function opened(state: CoreState, observed: Observed, portal: string, space: string): AlertEvent[] {
  const { reading, device, toldMs, atMs, nowMs } = observed;
  const limitMs = limitOf(state, portal, space);
  if (limitMs === undefined || isPast(state, observed, portal)) return [];
  const door: DoorState = { openAtMs: atMs, toldMs, space, device: device.id, trigger: triggerOf(reading) };
  setMemo(state, "door-held", portal, door);
  // From the time of receipt: a device whose clock is minutes off, or that tells late, opens no door any earlier.
  setTimer(state, timerOf(portal), { dueMs: nowMs + limitMs, calendar: false });
  return shut(state, portal, space, nowMs, "the door was opened again, so it was closed in between");
}

function closed(state: CoreState, observed: Observed, portal: string, space: string): AlertEvent[] {
  const { reading, device, toldMs, nowMs } = observed;
  if (isPast(state, observed, portal)) return [];
  const door: DoorState = { openAtMs: undefined, toldMs, space, device: device.id, trigger: triggerOf(reading) };
  setMemo(state, "door-held", portal, door);
  dropTimer(state, timerOf(portal));
  return shut(state, portal, space, nowMs, "the door is closed again");
}

const timerOf = names("rule:door-held:");
const quietTimerOf = names("rule:door-held-quiet:");

/** The door was shut: over, or, where that never lasts, over once it has lasted. */
function shut(state: CoreState, portal: string, space: string, nowMs: number, proof: string): AlertEvent[] {
  const place = placeOf(portal, space);
  const record = recordOf(state, place);
  // Most doors were never held.
  if (record === undefined) return [];
  if (isStanding(record) && isRecurring(record)) {
    if (!state.timers.has(quietTimerOf(portal)))
      setTimer(state, quietTimerOf(portal), { dueMs: nowMs + QUIET_MS, calendar: false });
    return [];
  }
  dropTimer(state, quietTimerOf(portal));
  if (!isStanding(record)) return [];
  const event = clear(state, place, nowMs, proof);
  return event === undefined ? [] : [event];
}

/** A door that was often held has not been for long. */
export const doorKeptShut: TimerRule = (state, portal, dueMs) => {
  const door = memoOf<DoorState>(state, "door-held", portal);
  if (door === undefined) return [];
  const event = clear(state, placeOf(portal, door.space), dueMs, "the door has not stood open too long for 14 days");
  return event === undefined ? [] : [event];
};

/** Undefined: nobody minds. Gates and turnstiles stand open by day unless the site says otherwise. */
function limitOf(state: CoreState, portal: string, space: string): number | undefined {
  const { kind, heldSeconds } = state.model?.portals.get(portal) ?? {};
  if (heldSeconds !== undefined) return heldSeconds * 1_000;
  return kind === "door" ? state.model?.spaces.get(space)?.doorHeldMs : undefined;
}

export const doorStillOpen: TimerRule = (state, portal, dueMs) => {
  const door = memoOf<DoorState>(state, "door-held", portal);
  const device = state.model?.devices.get(door?.device ?? "");
  if (door?.openAtMs === undefined || device === undefined || state.model?.spaces.has(door.space) !== true) return [];
  const { openAtMs, space, trigger } = door;
  if (mayHaveClosed(state, portal, door, dueMs)) return [];
  return held(state, { portal, space, sinceMs: openAtMs, nowMs: dueMs, trigger }, device);
};

/** While its device is away a door may be closed and nobody hears; once it is back, what it has kept gets as long again to come. */
function mayHaveClosed(state: CoreState, portal: string, { away, ...door }: DoorState, dueMs: number): boolean {
  const isAway = state.devices.get(door.device)?.watch?.offlineAtMs !== undefined;
  const limitMs = limitOf(state, portal, door.space);
  if (limitMs === undefined || (!isAway && away === undefined)) return false;
  setMemo(state, "door-held", portal, isAway ? { ...door, away: true } : door);
  setTimer(state, timerOf(portal), { dueMs: dueMs + Math.max(limitMs, LEAST_WAIT_MS), calendar: false });
  return true;
}

const LEAST_WAIT_MS = 60_000;

interface Held {
  readonly portal: string;
  readonly space: string;
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly trigger?: Seen["trigger"];
  readonly reading?: Observed["reading"];
}

function held(
  state: CoreState,
  { portal, space, sinceMs, nowMs, trigger, reading }: Held,
  device: Device,
): AlertEvent[] {
  const place = placeOf(portal, space);
  const record = recordOf(state, place);
  dropTimer(state, quietTimerOf(portal));
  if (isStanding(record)) return [];
  const seconds = Math.round((nowMs - sinceMs) / 1_000);
  const words =
    reading === undefined
      ? { says: `the door has stood open for ${seconds} s`, zh: `门已开启${seconds}秒未关` }
      : { says: "the door says it stands open too long", zh: "门禁报告门开启过久" };
  const finding = {
    ...place,
    level: state.model?.spaces.get(space)?.risk ?? ("blue" as const),
    sinceMs,
    trigger: reading === undefined ? (trigger ?? null) : triggerOf(reading),
    probability: 1,
    evidence: [words, recurrence(record, nowMs, KEPT_SHUT)]
      .filter((each) => each !== undefined)
      .map((each) => fact(device.kind, each)),
  };
  return [raise(state, finding, nowMs)];
}

const KEPT_SHUT = { says: "the door has not stood open too long for 14 days", zh: "该门连续14天未再久开" };
