/** A simulated device on a line: real bytes in and out, and what people do to it. */

export interface SimDevice {
  readonly id: string;
  /** Bytes from the line; returns what it answers, with delays. */
  hear(bytes: Uint8Array, nowMs: number): readonly { readonly afterMs: number; readonly bytes: Uint8Array }[];
  /** What it says unasked: bytes due now. */
  tick?(nowMs: number): readonly Uint8Array[];
  /** How often it is to be asked, where the line's own pace is too slow for it. */
  readonly tickMs?: number;
  act(event: SimEvent, nowMs: number): void;
}

/** People, and what they carry, on their way through a doorway with two beams. */
export interface Walk {
  readonly direction: "in" | "out";
  /** How many walk one behind the other; default 1. */
  readonly people?: number | undefined;
  /** Default 1,200. */
  readonly speedMmPerS?: number | undefined;
  /** From a back to the chest behind it; default 600. */
  readonly gapMm?: number | undefined;
  /** From chest to back; default 280. */
  readonly depthMm?: number | undefined;
  /** They get so far beyond the first beam and go back. */
  readonly turnsBackMm?: number | undefined;
  /** They stop so far beyond the first beam, step back by `stepsBackMm` (default 150), and then go on. */
  readonly hesitatesMm?: number | undefined;
  readonly stepsBackMm?: number | undefined;
  /** Each pulls something so long, an arm's length behind. */
  readonly trolleyMm?: number | undefined;
}

export type SimEvent =
  | { readonly kind: "card"; readonly number: number; readonly granted?: boolean }
  | { readonly kind: "keypad"; readonly digits: string }
  | { readonly kind: "pass"; readonly direction: "in" | "out" }
  | { readonly kind: "door"; readonly open: boolean }
  | { readonly kind: "presence"; readonly people: number }
  | { readonly kind: "use"; readonly wh?: number; readonly litres?: number }
  | { readonly kind: "tamper"; readonly on: boolean }
  | { readonly kind: "power"; readonly ok: boolean }
  | ({ readonly kind: "walk" } & Walk)
  | { readonly kind: "beam"; readonly beam: "a" | "b"; readonly broken: boolean }
  | { readonly kind: "button"; readonly pressed: boolean }
  | { readonly kind: "fire"; readonly on: boolean }
  /** The supply dips, or the reset line is pulled. */
  | { readonly kind: "brown-out" }
  | { readonly kind: "reset" }
  /** A board's input or output is short to its supply or to ground; `free` mends it. */
  | { readonly kind: "stuck"; readonly part: DoorPart; readonly level: "high" | "low" | "free" };

/** What is wired to a door node. */
export const DOOR_PARTS = [
  "beam-a",
  "beam-b",
  "contact",
  "button",
  "tamper",
  "fire",
  "lock-0",
  "buzzer",
  "status",
] as const;
export type DoorPart = (typeof DOOR_PARTS)[number];
