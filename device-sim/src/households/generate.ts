/** The readings of a whole scenario in order of time: a pure function of scenario and seed. */
import { localDay, localTimeMs } from "@gatehouse/protocol";
import { flatsOf } from "../compound.ts";
import { type Scenario, startOf } from "../scenario.ts";
import { mergeByTime } from "./merge.ts";
import { type Movement, movementsOf } from "./movements.ts";
import { passagesOf, type SimReading } from "./passages.ts";
import type { World } from "./residents.ts";

export interface Span {
  readonly scenario: Scenario;
  readonly seed: number | string;
  /** World time of the scenario's beginning: its first day is the local day this falls on. Default: the scenario's `start`. */
  readonly startMs?: number | undefined;
  /** Where the readings begin, for a run that goes on later. Default: `startMs`. */
  readonly fromMs?: number | undefined;
  /** Where they end. Default: local midnight after the scenario's `days`. */
  readonly untilMs?: number | undefined;
  /** World seconds in a real one; default 1. Moves only what takes real time. */
  readonly scale?: number | undefined;
}

/** World time at which a scenario that began at `startMs` is over. */
export function endOf(scenario: Scenario, startMs = startOf(scenario)): number {
  const { timezone } = scenario.site;
  return localTimeMs(localDay(startMs, timezone) + scenario.days, 0, timezone);
}

/** The world the flats of a scenario live in. */
export function worldOf(scenario: Scenario, seed: number | string, startMs = startOf(scenario)): World {
  const { timezone } = scenario.site;
  return { seed, timezone, firstDay: localDay(startMs, timezone), visitors: scenario.visitors };
}

/** Every person passing every flat's door: the truth behind the readings, in order of time. */
export function* movements(span: Span): Generator<Movement> {
  const { untilMs, perFlat } = flatMovements(span);
  for (const movement of mergeByTime(perFlat)) {
    if (movement.atMs >= untilMs) return;
    yield movement;
  }
}

/** Every reading of every device, in order of time; `epoch` and `seq` are the sending device's business. */
export function* readings(span: Span): Generator<SimReading> {
  const { untilMs, fromMs, perFlat } = flatMovements(span);
  const { timezone } = span.scenario.site;
  for (const reading of mergeByTime(perFlat.map((source) => passagesOf(source, timezone)))) {
    if (reading.atMs >= untilMs) return;
    if (reading.atMs >= fromMs) yield reading;
  }
}

function flatMovements(span: Span) {
  const startMs = span.startMs ?? startOf(span.scenario);
  const fromMs = span.fromMs ?? startMs;
  const world = worldOf(span.scenario, span.seed, startMs);
  return {
    fromMs,
    untilMs: span.untilMs ?? endOf(span.scenario, startMs),
    perFlat: flatsOf(span.scenario).map((flat) => movementsOf(flat, world, fromMs)),
  };
}
