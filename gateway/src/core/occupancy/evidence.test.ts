import fc from "fast-check";
import { expect, it } from "vitest";
import type { JudgedSpace } from "./assess.ts";
import { evidenceOf } from "./evidence.ts";
import { FEATURES } from "./features.ts";

const space = {
  space: { id: "3-302", kind: "flat" },
  nightEndMinutes: 360,
  limit: { persons: 4, policy: "site", basis: "test" },
} as unknown as JudgedSpace;

it("speaks of what is known, whatever is not known yet, and never of no number", () => {
  const feature = fc.option(fc.integer({ min: 0, max: 20 }), { nil: Number.NaN, freq: 2 });
  fc.assert(
    fc.property(fc.array(feature, { minLength: FEATURES.length, maxLength: FEATURES.length }), (values) => {
      const said = evidenceOf(space, Float64Array.from(values), new Float64Array(FEATURES.length).fill(1), 1);
      expect(said.length).toBeGreaterThan(0);
      for (const { says, zh } of said) expect(`${says} ${zh}`).not.toMatch(/NaN|undefined|Infinity/);
    }),
  );
});

it("tells how many are in at once on most days, and not where weeks of absence make that fewer than sleep there", () => {
  const says = (night: number, high: number): string | undefined => {
    const values = new Float64Array(FEATURES.length).fill(Number.NaN);
    const known = { "night.mean7": night, "high.q8028": high, days: 27 };
    for (const [name, value] of Object.entries(known)) values[FEATURES.findIndex((one) => one.name === name)] = value;
    const said = evidenceOf(space, values, new Float64Array(FEATURES.length).fill(1), 1);
    return said.find(({ source }) => source === "counter")?.says;
  };
  expect(says(3.6, 4.8)).toBe(
    "on average 3.6 people in at three in the morning over 7 nights, mostly no more than 4.8 at once in 27 days",
  );
  expect(says(4.8, 3.6)).toBe("on average 4.8 people in at three in the morning over 7 nights");
});
