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
