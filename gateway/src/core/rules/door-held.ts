/**
 * Door held: the door's own device says it stands open too long, or it was opened and not closed for longer than the portal or the policy
 * allows. Cleared when the door is closed.
 */
import type { Device } from "@gatehouse/protocol";
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import { dropMemo, memoOf, setMemo } from "../memos.ts";
import { type CoreState, dropTimer, setTimer } from "../state.ts";
import { type Observed, type ReadingRule, type Seen, type TimerRule, triggerOf } from "./rule.ts";

/** A door that stands open. */
interface OpenDoor {
  readonly openAtMs: number;
  readonly space: string;
  readonly device: string;
  readonly trigger: Seen["trigger"];
}

/** Readings that come in late come in batches: the closing may be the next one. */
const GRACE_MS = 60_000;

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

function opened(state: CoreState, { reading, device, atMs, nowMs }: Observed, portal: string, space: string): [] {
  const limitMs = limitOf(state, portal, space);
  if (limitMs === undefined || memoOf<OpenDoor>(state, "door-held", portal) !== undefined) return [];
  const open: OpenDoor = { openAtMs: atMs, space, device: device.id, trigger: triggerOf(reading) };
  setMemo(state, "door-held", portal, open);
  const dueMs = atMs + limitMs;
  setTimer(state, `rule:door-held:${portal}`, { dueMs: dueMs > nowMs ? dueMs : nowMs + GRACE_MS, calendar: false });
  return [];
}

function closed(state: CoreState, { atMs, nowMs }: Observed, portal: string, space: string): AlertEvent[] {
  const open = memoOf<OpenDoor>(state, "door-held", portal);
  // A closing that is told late belongs to an earlier opening.
  if (open !== undefined && open.openAtMs > atMs) return [];
  dropMemo(state, "door-held", portal);
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
  const open = memoOf<OpenDoor>(state, "door-held", portal);
  const device = state.model?.devices.get(open?.device ?? "");
  if (open === undefined || device === undefined || state.model?.spaces.has(open.space) !== true) return [];
  const { openAtMs, space, trigger } = open;
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
  const says =
    reading === undefined ? `the door has stood open for ${seconds} s` : "the door says it stands open too long";
  const finding = {
    ...place,
    level: state.model?.spaces.get(space)?.risk ?? ("blue" as const),
    sinceMs,
    trigger: reading === undefined ? (trigger ?? null) : triggerOf(reading),
    probability: 1,
    evidence: [{ source: device.kind, says, weight: 0 }],
  };
  return [raise(state, finding, nowMs)];
}
