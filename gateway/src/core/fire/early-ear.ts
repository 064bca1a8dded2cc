/**
 * Hears a fire in what a driver hands in before anything is stepped or written: a full disk and a backlog on its way to it must not hold up
 * a door. Only looks; the same reading is judged and kept in its turn.
 */
import { fireWord, type RawReading } from "@gatehouse/protocol";
import { placeProblem, timeProblem } from "../accept.ts";
import type { Model } from "../model.ts";
import { wasSeen } from "../seen.ts";
import { type CoreState, modelOf } from "../state.ts";
import { parseItem } from "../wire-item.ts";

/** Told of fires before anything is written. */
export interface FireListener {
  /** An input came on. */
  heard(input: string): void;
  /** A device that was away is back. */
  returned(device: string): void;
  /** What the state says of fires may have changed, and is on disk. */
  committed(): void;
}

export interface Now {
  readonly nowMs: number;
  /** The gateway itself knows the time. */
  readonly clockKnown: boolean;
}

export function heed(
  listener: FireListener,
  state: CoreState,
  driver: string,
  items: readonly unknown[],
  now: Now,
): void {
  const model = modelOf(state);
  const { fire } = model.config.site;
  if (fire === undefined) return;
  for (const item of items) {
    if (!isOfInterest(item)) continue;
    const parsed = parseItem(item);
    if (!parsed.ok || !isGood(state, model, driver, parsed.reading, now)) continue;
    const word = fireWord(fire, parsed.reading);
    if (word?.on) listener.heard(word.input);
    else if (parsed.reading.kind === "device.online") listener.returned(parsed.reading.device);
  }
}

/** As the core will judge it in its turn. */
function isGood(state: CoreState, model: Model, driver: string, reading: RawReading, now: Now): boolean {
  const { at, epoch = 0, seq } = reading;
  const device = model.devices.get(reading.device);
  if (device?.driver !== driver) return false;
  const atMs = at === undefined ? undefined : Date.parse(at);
  const problem = placeProblem(model, device, reading) ?? timeProblem(atMs, now.nowMs, now.clockKnown);
  if (problem !== undefined) return false;
  return seq === undefined || !wasSeen(state.devices.get(device.id)?.seen ?? [], epoch, seq);
}

/** Told by its kind alone, so that the flood of other readings costs nothing. */
function isOfInterest(item: unknown): boolean {
  const kind: unknown = item !== null && typeof item === "object" && "kind" in item ? item.kind : undefined;
  return kind === "fire.on" || kind === "input.on" || kind === "device.online";
}
