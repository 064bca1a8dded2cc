import { expect, it } from "vitest";
import { type BeliefJson, beliefFromJson, beliefToJson, createBelief } from "./belief.ts";
import { addSum } from "./diary.ts";
import { useCredential } from "./roster.ts";

it("comes back from JSON as it was, with the same text", () => {
  const belief = createBelief();
  addSum(belief.diary, "in", 480_000, 2);
  useCredential(belief.roster, "c_1", "tenant", 20_000).inside = { exits: 2, atMs: 5 };
  belief.heads = { hour: 480_000, chances: Float64Array.of(0.1, 0.9) };
  belief.habits = Float64Array.from({ length: 48 }, (_, n) => (n % 2 === 0 ? 1 : 0.5));
  belief.watches["radar-1"] = { on: true, toMs: 7 };
  const settled = {
    hour: 479_800,
    usual: Float64Array.of(0.25, 0.75),
    works: 5,
    habitHour: 479_920,
    plain: Float64Array.of(1 / 3, 2 / 3),
    days: Float64Array.from({ length: 48 }, (_, n) => n / 1000),
  };
  belief.past = { day: 20_000, settled, heads: Float64Array.of(1.234, Number.NaN, 0) };
  const text = JSON.stringify(beliefToJson(belief));
  const back = beliefFromJson(JSON.parse(text) as BeliefJson);
  expect(back).toEqual(belief);
  expect(JSON.stringify(beliefToJson(back))).toBe(text);
});

it("begins anew where an earlier release left something else", () => {
  const old = { balance: 3, low: 0, lows: [], nights: [], counted: 9 } as unknown as BeliefJson;
  expect(beliefFromJson(old)).toEqual(createBelief());
  // Before mornings left anything to the next.
  const { past: _, ...json } = beliefToJson(createBelief());
  expect(beliefFromJson(JSON.parse(JSON.stringify(json)) as BeliefJson).past).toBeUndefined();
});

it("stays within a few kilobytes for a busy room after years", () => {
  const belief = createBelief();
  for (let day = 0; day < 700; day++) {
    for (let hour = 0; hour < 24; hour++) {
      for (const channel of ["in", "out", "grants", "opens"] as const)
        addSum(belief.diary, channel, (20_000 + day) * 24 + hour, 3);
    }
    for (let card = 0; card < 40; card++)
      useCredential(belief.roster, `c_${(day * 7 + card) % 900}`, "unlisted", 20_000 + day);
  }
  expect(JSON.stringify(beliefToJson(belief)).length).toBeLessThan(20_000);
});
