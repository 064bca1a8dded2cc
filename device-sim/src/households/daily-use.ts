/** Electricity and water a flat takes, by who is at home at what hour: enough that a meter tells a full flat from an empty one. */
import { localDay, localTimeMs } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { Flat } from "../scenario.ts";
import { presentAt } from "./movements.ts";
import type { World } from "./residents.ts";

export interface Use {
  readonly atMs: number;
  readonly wh: number;
  readonly litres: number;
}

const HOUR_MS = 3_600_000;
/** What runs whoever is there. */
const STANDING_WH = 45;
/** A person awake, and asleep, in an hour. */
const AWAKE = { wh: 130, litres: 7 };
const ASLEEP = { wh: 25, litres: 0.4 };
const EVENING = { from: 18, to: 23, wh: 210, litres: 14 };
const SLEEP_UNTIL = 6;

/** Once an hour from `fromMs` on, for ever: what was used in it. Each hour depends on its own seed only. */
export function* dailyUse(flat: Flat, world: World, fromMs: number): Generator<Use> {
  for (let atMs = (Math.floor(fromMs / HOUR_MS) + 1) * HOUR_MS; ; atMs += HOUR_MS) {
    const people = presentAt(flat, world, atMs - HOUR_MS / 2);
    const each = perPerson(hourOfDay(atMs - 1, world.timezone));
    const random = new Random(`${world.seed}/${flat.id}/use/${atMs / HOUR_MS}`);
    const share = Math.max(0.2, random.normal(1, 0.25));
    yield {
      atMs,
      wh: Math.round(STANDING_WH + people * each.wh * share),
      litres: Math.round(people * each.litres * share),
    };
  }
}

function perPerson(hour: number): { readonly wh: number; readonly litres: number } {
  if (hour < SLEEP_UNTIL) return ASLEEP;
  return hour >= EVENING.from && hour < EVENING.to ? EVENING : AWAKE;
}

const hourOfDay = (ms: number, timezone: string): number =>
  Math.floor((ms - localTimeMs(localDay(ms, timezone), 0, timezone)) / HOUR_MS);
