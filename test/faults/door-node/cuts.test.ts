/** Power, supply and reset line of a door node go at any instant; `npm run proof -- board-cuts --full` does it 1,000 times. */
import { expect, test } from "vitest";
import { brokenByCuts, cutBoard, type Life } from "./cut-run.ts";

test("no cut leaves a lock open, takes an acknowledged event, gives a name twice or a total that is too high", () => {
  const cuts = cutBoard({ cuts: 40, seed: 1 });
  const times = (how: Life["how"]) => cuts.lives.filter((life) => life.how === how).length;
  console.log({ power: times("power"), brownOut: times("brown-out"), reset: times("reset"), told: cuts.told.length });
  expect(Math.min(times("power"), times("brown-out"), times("reset"))).toBeGreaterThan(3);
  expect(cuts.told.length).toBeGreaterThan(100);
  expect(brokenByCuts(cuts)).toEqual([]);
});

test("each broken promise is found", () => {
  const fine: Life = {
    how: "reset",
    journal: 1,
    boot: 1,
    acknowledged: 5,
    after: { journal: 1, boot: 2, oldest: 6, lost: 0 },
    lockOpen: false,
    passed: { counted: 2, minuteAgo: 1, truth: 3 },
  };
  const event = { kind: "event", journal: 1, seq: 1, timeMs: 10, event: 2, data: 30 } as const;
  const found = (change: Partial<Life>) => brokenByCuts({ lives: [{ ...fine, ...change }], told: [] }).length;
  expect(found({})).toBe(0);
  expect(found({ lockOpen: true })).toBe(1);
  expect(found({ boot: 2 })).toBe(1);
  expect(found({ acknowledged: 4 })).toBe(1);
  expect(found({ how: "power" })).toBe(1);
  expect(found({ after: { ...fine.after, lost: 1 } })).toBe(1);
  expect(found({ passed: { counted: 4, minuteAgo: 1, truth: 3 } })).toBe(1);
  expect(found({ passed: { counted: 0, minuteAgo: 1, truth: 3 } })).toBe(1);
  expect(brokenByCuts({ lives: [], told: [event, { ...event, data: 31 }] })).toHaveLength(1);
  expect(brokenByCuts({ lives: [], told: [event, { ...event, seq: 3 }] })).toHaveLength(1);
});
