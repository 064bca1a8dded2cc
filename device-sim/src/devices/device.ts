/** A simulated device on a line: real bytes in and out, and what people do to it. */

export interface SimDevice {
  readonly id: string;
  /** Bytes from the line; returns what it answers, with delays. */
  hear(bytes: Uint8Array, nowMs: number): readonly { readonly afterMs: number; readonly bytes: Uint8Array }[];
  /** What it says unasked: bytes due now. */
  tick?(nowMs: number): readonly Uint8Array[];
  act(event: SimEvent, nowMs: number): void;
}

export type SimEvent =
  | { readonly kind: "card"; readonly number: number; readonly granted?: boolean }
  | { readonly kind: "keypad"; readonly digits: string }
  | { readonly kind: "pass"; readonly direction: "in" | "out" }
  | { readonly kind: "door"; readonly open: boolean }
  | { readonly kind: "presence"; readonly people: number }
  | { readonly kind: "use"; readonly wh?: number; readonly litres?: number }
  | { readonly kind: "tamper"; readonly on: boolean }
  | { readonly kind: "power"; readonly ok: boolean };
