/** The drill in its sample size, and that it would notice. */
import { expect, test } from "vitest";
import { brokenByFleet, runFleet } from "./fleet-run.ts";

test("fifty gateways, a server killed, one frozen, one cut off: every alert and reading is in the database once", async () => {
  const result = await runFleet({ gateways: 50, strikes: 3, seed: 1 });
  console.log(`fleet: ${JSON.stringify(result)}`);
  expect(brokenByFleet(result)).toEqual([]);
  expect(result.alerts).toBeGreaterThan(50);
  expect(result.repeatsDropped).toBeGreaterThan(0);
}, 240_000);

test.each([
  ["settle-early", "lost"],
  ["no-dedupe", "duplicated"],
] as const)(
  "the drill finds out: %s",
  async (mutant, problem) => {
    const result = await runFleet({ gateways: 20, strikes: 1, seed: 1, mutant });
    expect(brokenByFleet(result).join(", ")).toContain(problem);
  },
  240_000,
);
