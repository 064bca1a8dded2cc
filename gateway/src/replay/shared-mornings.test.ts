import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { assess, type MorningJob } from "../core/occupancy/assess.ts";
import { addGauge, addSum, copyDiary, createDiary, liftGauge, openDay } from "../core/occupancy/diary.ts";
import { shippedModel } from "../core/occupancy/residency-model.ts";
import { copyRoster, type Roster, useCredential } from "../core/occupancy/roster.ts";
import { SecondThread } from "./second-thread.ts";
import { SharedMornings } from "./shared-mornings.ts";

const DAY = 20_000;
const random = new Random(11);
const habits = { in: 2.5, water: 90 };

/** A space with some of the channels there are, for some of the four weeks. */
function job(id: string): MorningJob {
  const days = random.int(2, 27);
  const day = DAY + days;
  const diary = createDiary();
  openDay(diary, DAY);
  const has = (["in", "out", "opens", "grants"] as const).filter(() => random.chance(0.7));
  for (let n = 0; n < 20 * days; n++) {
    const hour = DAY * 24 + random.int(0, days * 24 + 5);
    for (const channel of has) if (random.chance(0.5)) addSum(diary, channel, hour, random.int(0, 3));
    if (n % 3 === 0 && has.length > 2) addGauge(diary, "on", hour, random.int(0, 60));
    if (n % 7 === 0) liftGauge(diary, "seen", hour, random.int(0, 4));
  }
  openDay(diary, day);
  const roster: Roster = new Map();
  for (let n = 0; n < 5 * days; n++)
    useCredential(roster, `c_${random.int(0, 5)}`, random.pick(["tenant", "unlisted"]), DAY + random.int(0, days));
  const limit = { persons: random.int(2, 16), basis: "given", policy: "shanghai" };
  return {
    space: { limit, nightEndMinutes: 360, space: { id, kind: "flat", registered: 2, areaM2: 20 } },
    day,
    diary,
    roster,
    habits,
  };
}

const jobs = (): MorningJob[] => Array.from({ length: random.int(4, 20) }, (_, n) => job(`F${n}`));
const foreseen = (each: MorningJob): MorningJob => ({
  ...each,
  diary: copyDiary(each.diary),
  roster: copyRoster(each.roster),
});

/** The other thread works on what was expected while this one asks, from the first on. */
async function share(mornings: SharedMornings, expected: readonly MorningJob[]): Promise<void> {
  mornings.expect(() => expected.map(foreseen));
  await new Promise((resolve) => setImmediate(resolve));
}

it("gives what one thread gives, to the last digit", async () => {
  using thread = new SecondThread();
  const mornings = new SharedMornings(thread);
  for (let morning = 0; morning < 30; morning++) {
    const all = jobs();
    await share(mornings, all);
    for (const each of all) expect(mornings.assess(each, shippedModel)).toEqual(assess(each, shippedModel));
  }
});

it("takes what the other thread has done, and does itself what it has not begun", () => {
  using thread = new SecondThread();
  const round = thread.share([job("F1"), job("F2")]);
  const here = assess(job("F3"), shippedModel);
  let mine = 0;
  const results = [1, 0].map((index) =>
    round.take(index, () => {
      mine += 1;
      return here;
    }),
  );
  // The thread is not up yet: nothing of it was begun.
  expect(mine).toBe(2);
  expect(results).toEqual([here, here]);
});

it("assesses anew where a reading has come in since", async () => {
  using thread = new SecondThread();
  const mornings = new SharedMornings(thread);
  const changes: ((each: MorningJob) => void)[] = [
    ({ diary, day }) => addSum(diary, "in", (day - 1) * 24 + 20, 3),
    ({ diary, day }) => addSum(diary, "opens", day * 24 + 7, 9_000),
    ({ diary, day }) => liftGauge(diary, "seen", day * 24 + 2, 9),
    ({ roster, day }) => useCredential(roster, "c_new", "unlisted", day - 1),
  ];
  for (let morning = 0; morning < 12; morning++) {
    const all = jobs();
    await share(mornings, all);
    for (const each of all) changes[morning % changes.length]?.(each);
    for (const each of all) expect(mornings.assess(each, shippedModel)).toEqual(assess(each, shippedModel));
  }
});
