/** Runs a labelled site through the gateway's own core, in virtual time, as `gatehouse replay` does. */
import type { LabelledReading, LabelledSite } from "@gatehouse/device-sim";
import { Site } from "@gatehouse/protocol";
import { type CoreState, type Effects, step } from "gatehouse/testing";

export interface CoreRun {
  /** After each step that changed something. */
  readonly onEffects?: (effects: Effects, nowMs: number) => void;
  /** Before time moves on to `ms`. */
  readonly onTime?: (ms: number) => void;
}

/** `state` must be empty. Times of the readings are parsed once. */
export function runCore(
  state: CoreState,
  site: LabelledSite["site"],
  startMs: number,
  readings: Iterable<LabelledReading>,
  { onEffects, onTime }: CoreRun = {},
): void {
  step(state, { type: "config", config: { site: Site.parse(site), policies: [] }, installation: "t" }, startMs);
  let nowMs = startMs;
  for (const { receivedAt, ...reading } of readings) {
    const receivedMs = Date.parse(receivedAt);
    onTime?.(receivedMs);
    while (state.timers.nextDueMs <= receivedMs) {
      nowMs = Math.max(nowMs, state.timers.nextDueMs);
      const effects = step(state, { type: "tick" }, nowMs);
      onEffects?.(effects, nowMs);
    }
    nowMs = Math.max(nowMs, receivedMs);
    const effects = step(state, { type: "reading", reading, clock: "synced" }, nowMs);
    onEffects?.(effects, nowMs);
  }
}
