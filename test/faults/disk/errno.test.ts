import { expect, it } from "vitest";
import { runErrno } from "./run-errno.ts";

it("a storage call that returns an error, whichever and whenever, loses nothing acknowledged, hangs nothing and is told", async () => {
  const { calls, cases, struck, told, broken } = await runErrno({ seed: 7, oneIn: 10 });
  console.log(`${calls} storage calls, ${cases} faults: ${struck} struck, ${told} were told`);
  expect(broken).toEqual([]);
  expect(cases).toBe(Math.floor(calls / 10));
  expect(struck).toBeGreaterThan(cases * 0.95);
  expect(told).toBeGreaterThan(cases * 0.8);
});
