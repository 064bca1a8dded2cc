/**
 * Door held: the door's own device says it stands open too long, or it was opened and not closed for longer than the portal or the policy
 * allows. Cleared when the door is closed.
 */
import type { Device } from "@gatehouse/protocol";
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import { memoOf, setMemo } from "../memos.ts";
import { type CoreState, dropTimer, setTimer } from "../state.ts";
import { type Observed, type ReadingRule, type Seen, type TimerRule, triggerOf } from "./rule.ts";
import { fact } from "./words.ts";

/** What is known of a door. */
interface DoorState {
  /** Missing while it is closed. */
  readonly openAtMs?: number;
  /** The latest opening or closing by the device's own clock, if it has one: that orders what a network mixed up. */
  readonly toldMs?: number;
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

const toldBy = ({ at }: Observed["reading"]) => (at === undefined ? {} : { toldMs: Date.parse(at) });

/** True when a later word of the same device is known already. */
function isPast(state: CoreState, { reading, device }: Observed, portal: string): boolean {
  const { toldMs } = toldBy(reading);
  const known = memoOf<DoorState>(state, "door-held", portal);
  if (toldMs === undefined || known?.toldMs === undefined || known.device !== device.id) return false;
  return toldMs < known.toldMs && known.toldMs - toldMs < MIXED_UP_MS;
}

function opened(state: CoreState, observed: Observed, portal: string, space: string): AlertEvent[] {
  const { reading, device, atMs, nowMs } = observed;
  const limitMs = limitOf(state, portal, space);
  if (limitMs === undefined || isPast(state, observed, portal)) return [];
  const door: DoorState = {
    openAtMs: atMs,
    ...toldBy(reading),
    space,
    device: device.id,
    trigger: triggerOf(reading),
  };
  setMemo(state, "door-held", portal, door);
  // From the time of receipt: a device whose clock is minutes off, or that tells late, opens no door any earlier.
  setTimer(state, `rule:door-held:${portal}`, { dueMs: nowMs + limitMs, calendar: false });
  const event = clear(state, placeOf(portal, space), nowMs, "the door was opened again, so it was closed in between");
  return event === undefined ? [] : [event];
}

function closed(state: CoreState, observed: Observed, portal: string, space: string): AlertEvent[] {
  const { reading, device, nowMs } = observed;
  if (isPast(state, observed, portal)) return [];
  const door: DoorState = { ...toldBy(reading), space, device: device.id, trigger: triggerOf(reading) };
  setMemo(state, "door-held", portal, door);
  dropTimer(state, `rule:door-held:${portal}`);
  const event = clear(state, placeOf(portal, space), nowMs, "the door is closed again");
  return event === undefined ? [] : [event];
}

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
  return held(state, { portal, space, sinceMs: openAtMs, nowMs: dueMs, trigger }, device);
};

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
  if (isStanding(recordOf(state, place))) return [];
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
    evidence: [fact(device.kind, words)],
  };
  return [raise(state, finding, nowMs)];
}
