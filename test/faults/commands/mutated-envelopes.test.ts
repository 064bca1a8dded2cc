import { expect, it } from "vitest";
import { MUTATIONS, runMutations } from "./mutated-envelopes.ts";

it("no changed command passes, and every unchanged one does", { timeout: 120_000 }, async () => {
  const { tried, accepted, good } = await runMutations({ count: 20_000, seed: 1 });
  expect(accepted).toEqual([]);
  expect(Object.keys(tried).sort()).toEqual(Object.keys(MUTATIONS).sort());
  expect(good).toBeGreaterThan(1_000);
});

it("finds out a gateway that looks at no signature", async () => {
  const { accepted } = await runMutations({ count: 1_000, seed: 2, believesAll: true });
  expect(accepted.length).toBeGreaterThan(100);
});
