/** What a rule may see, and what it answers. */
import type { Device, RawReading } from "@gatehouse/protocol";
import type { AlertEvent } from "../alerts/life.ts";
import type { CoreState } from "../state.ts";

/** An accepted reading with what the core found out about it. */
export interface Observed {
  readonly reading: RawReading;
  readonly device: Device;
  /** The space it belongs to; undefined only for a device between two outsides. */
  readonly space: string | undefined;
  readonly portal: string | undefined;
  /** Spaces whose estimate it changed. */
  readonly changed: readonly string[];
  readonly atMs: number;
  readonly nowMs: number;
}

/** Judges one accepted reading. */
export type ReadingRule = (state: CoreState, observed: Observed) => readonly AlertEvent[];
/** Judges one space when its night ended, and again when a late reading changed a past night. */
export type NightRule = (state: CoreState, space: string, nowMs: number) => readonly AlertEvent[];

export const triggerOf = ({ device, epoch, seq }: RawReading) => ({
  device,
  ...(epoch === undefined ? {} : { epoch }),
  ...(seq === undefined ? {} : { seq }),
});
