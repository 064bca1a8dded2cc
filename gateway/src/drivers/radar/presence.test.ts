import { Random } from "@gatehouse/protocol/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Presence, type PresenceNews } from "./presence.ts";

const OPTIONS = { confirmMs: 300, holdMs: 10_000, countEveryMs: 10_000, countAgainMs: 900_000, gapMs: 1_000 };
const EVERY_MS = 100;

/** Feeds spells of [people, seconds] at ten reports a second. */
function tell(most: number, spells: readonly (readonly [number, number])[], options = OPTIONS) {
  const presence = new Presence(most, options);
  const told: string[] = [];
  let nowMs = 0;
  for (const [people, seconds] of spells)
    for (let report = 0; report < seconds * 10; report++, nowMs += EVERY_MS)
      for (const news of presence.see(people, nowMs)) told.push(`${nowMs / 1_000} ${text(news)}`);
  return told;
}
const text = (news: PresenceNews) => (news.kind === "presence.count" ? `count ${news.value}` : news.kind.slice(9));

test("somebody comes and goes", () => {
  expect(
    tell(1, [
      [0, 15],
      [1, 5],
      [0, 20],
    ]),
  ).toEqual(["10 off", "15.3 on", "29.9 off"]);
});

test("a flicker is nobody, and a gap shorter than the hold is no absence", () => {
  const flicker = Array.from({ length: 50 }, () => [
    [1, 0.2],
    [0, 1],
  ]).flat() as [number, number][];
  expect(tell(1, [[0, 12], ...flicker])).toEqual(["10 off"]);
  const restless = Array.from({ length: 20 }, () => [
    [1, 1],
    [0, 9],
  ]).flat() as [number, number][];
  expect(tell(1, restless)).toEqual(["0.3 on"]);
});

test("so many as were seen at once are there at least, for as long as the hold", () => {
  expect(
    tell(3, [
      [1, 20],
      [3, 1],
      [2, 30],
      [0, 30],
    ]),
  ).toEqual(["0.3 on", "0.3 count 1", "20.3 count 3", "30.9 count 2", "60.9 off", "60.9 count 0"]);
});

test("a count that stays is told again, since it speaks only for its hour", () => {
  expect(tell(3, [[2, 3_600]]).filter((line) => line.includes("count"))).toEqual([
    "0.3 count 2",
    "900.3 count 2",
    "1800.3 count 2",
    "2700.3 count 2",
  ]);
});

test("whatever a radar sees, it cannot flood: changes are bounded by the hold and counts by their interval", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const presence = new Presence(3, OPTIONS);
      const minutes = 10;
      let changes = 0;
      let counts = 0;
      for (let nowMs = 0; nowMs < minutes * 60_000; nowMs += random.int(20, 400))
        for (const { kind } of presence.see(random.int(0, 3), nowMs))
          if (kind === "presence.count") counts += 1;
          else changes += 1;
      expect(changes).toBeLessThanOrEqual((2 * minutes * 60_000) / OPTIONS.holdMs + 1);
      expect(counts).toBeLessThanOrEqual((minutes * 60_000) / OPTIONS.countEveryMs + 1);
    }),
    { numRuns: 30 },
  );
});

test("never more people than were seen at once, never fewer than were there all the time", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 12 }),
      (spells) => {
        const counts = tell(3, spells, { ...OPTIONS, countEveryMs: 0 }).filter((line) => line.includes("count"));
        const most = Math.max(...spells.map(([people]) => people));
        for (const line of counts) expect(Number(line.split(" ").at(-1))).toBeLessThanOrEqual(most);
        const steady = spells.findLast(([people, seconds]) => people > 0 && seconds > 1);
        if (steady !== undefined) expect(counts.length).toBeGreaterThan(0);
      },
    ),
  );
});

test("behind a silence the state is told anew", () => {
  const presence = new Presence(1, OPTIONS);
  const feed = (people: number, fromMs: number, toMs: number) => {
    const told: string[] = [];
    for (let ms = fromMs; ms < toMs; ms += EVERY_MS) told.push(...presence.see(people, ms).map(text));
    return told;
  };
  expect(feed(1, 0, 1_000)).toEqual(["on"]);
  presence.forget();
  expect(feed(1, 60_000, 61_000)).toEqual(["on"]);
  presence.forget();
  expect(feed(0, 120_000, 131_000)).toEqual(["off"]);
});

test("reports with a hole between them confirm nobody", () => {
  const presence = new Presence(1, OPTIONS);
  expect([0, 5_000, 10_000, 15_000].flatMap((ms) => presence.see(1, ms).map(text))).toEqual(["off"]);
});
