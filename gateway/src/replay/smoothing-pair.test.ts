import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { type SmoothJob, smoothAll, worksByDay } from "../core/occupancy/assess.ts";
import { addGauge, addSum, createDiary, liftGauge, openDay } from "../core/occupancy/diary.ts";
import { SmoothingPair } from "./smoothing-pair.ts";

const DAY = 20_000;
const random = new Random(11);

/** A space with some of the channels there are, for some of the four weeks. */
function job(): SmoothJob {
  const days = random.int(2, 27);
  const diary = createDiary();
  openDay(diary, DAY);
  const has = (["in", "out", "opens", "grants"] as const).filter(() => random.chance(0.7));
  for (let n = 0; n < 20 * days; n++) {
    const hour = DAY * 24 + random.int(0, days * 24 - 1);
    for (const channel of has) if (random.chance(0.5)) addSum(diary, channel, hour, random.int(0, 3));
    if (n % 3 === 0 && has.length > 2) addGauge(diary, "on", hour, random.int(0, 60));
    if (n % 7 === 0) liftGauge(diary, "seen", hour, random.int(0, 4));
  }
  const toHour = (DAY + days) * 24 + 6;
  return { diary, fromHour: DAY * 24, toHour, maxPersons: random.int(8, 40), worksOn: worksByDay(diary) };
}

it("gives what one thread gives, to the last digit", () => {
  using pair = new SmoothingPair();
  for (let morning = 0; morning < 60; morning++) {
    const jobs = Array.from({ length: random.int(1, 10) }, job);
    expect(pair.smoothAll(jobs)).toEqual(smoothAll(jobs));
  }
});
