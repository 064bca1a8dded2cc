/** What a device notices and when, in true time, before its clock and its line have their say. */
import type { ReadingKind } from "@gatehouse/protocol";

export interface Fact {
  readonly atMs: number;
  readonly kind: ReadingKind;
  readonly credential?: string;
  readonly value?: number;
}

/** A device as the site file has it. */
export interface SiteDevice {
  readonly id: string;
  readonly kind: "lock" | "reader" | "counter" | "presence" | "contact" | "energy-meter" | "water-meter";
  readonly driver: "mqtt";
  readonly portal?: string;
  readonly space?: string;
  readonly tech?: "beam" | "tof" | "thermal" | "turnstile" | "radar";
  readonly direction?: "in" | "out";
  readonly doorContact?: true;
  readonly reportSeconds?: number;
  readonly holdSeconds?: number;
}

/** A device and everything it noticed, in order of time. */
export interface DeviceTrace {
  readonly device: SiteDevice;
  readonly facts: readonly Fact[];
}

/** Spells of trouble, in order: `[from, until)` in ms. */
export type Spell = readonly [fromMs: number, untilMs: number];
