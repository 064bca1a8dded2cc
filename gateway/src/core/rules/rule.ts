/** What a rule may see, and what it answers. */
import type { Alert, Device, RawReading } from "@gatehouse/protocol";
import type { AlertEvent } from "../alerts/life.ts";
import type { Seat } from "../seats.ts";
import type { CoreState } from "../state.ts";

/** An accepted reading with what the core found out about it. */
export interface Observed {
  readonly reading: RawReading;
  readonly device: Device;
  readonly seat: Seat;
  /** The space it belongs to; undefined only for a device between two outsides. */
  readonly space: string | undefined;
  readonly portal: string | undefined;
  /** Spaces whose estimate it changed. */
  readonly changed: readonly string[];
  readonly atMs: number;
  /** When the device itself says that it was. */
  readonly toldMs: number | undefined;
  readonly nowMs: number;
}

/** The moment of a judgement, and the reading behind it, if there is one. */
export interface Seen {
  readonly atMs: number;
  readonly nowMs: number;
  readonly trigger: Alert["trigger"];
}

/** Judges one accepted reading. */
export type ReadingRule = (state: CoreState, observed: Observed) => readonly AlertEvent[];
/** Judges one space whose estimate changed. */
export type EstimateRule = (state: CoreState, space: string, seen: Seen) => readonly AlertEvent[];
/** Judges one space when its night ended, and again when a late reading changed a past night. */
export type NightRule = (state: CoreState, space: string, nowMs: number) => readonly AlertEvent[];
/** Answers a timer `rule:NAME:SUBJECT` the rule has set. `nowMs` is later than `dueMs` when the box slept. */
export type TimerRule = (state: CoreState, subject: string, dueMs: number, nowMs: number) => readonly AlertEvent[];

export function triggerOf({ device, epoch, seq }: RawReading): NonNullable<Alert["trigger"]> {
  if (seq === undefined) return epoch === undefined ? { device } : { device, epoch };
  return epoch === undefined ? { device, seq } : { device, epoch, seq };
}
