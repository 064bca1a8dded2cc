import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { modelOf } from "../core/state.ts";
import { CoreRun } from "../testing/core-run.ts";
import { testConfig } from "../testing/site.ts";
import { RollCallBook } from "./roll-call.ts";

function rollCallOf(run: CoreRun) {
  const clock = new FakeClock(run.nowMs);
  const core = {
    state: run.state,
    get model() {
      return modelOf(run.state);
    },
  };
  return new RollCallBook({ core, drivers: new Map() as never, clock }).now;
}

it("sends somebody to look where nobody knows yet who was in before anything was counted", () => {
  const run = new CoreRun(testConfig(), "2026-03-07T18:00").say("count-1", "count.in", 3);
  const before = rollCallOf(run);
  expect(before.spaces).toEqual([]);
  expect(before.total).toEqual({ present: 0, low: 0, high: 0 });
  expect(before.unknown.find(({ space }) => space === "F1")?.why).toBe(
    "its record does not reach back over a whole night yet: 3 more came in than went out",
  );
  run.until("2026-03-08T12:00");
  const after = rollCallOf(run);
  expect(after.spaces.map(({ space }) => space)).toContain("F1");
  expect(after.total.present).toBeGreaterThanOrEqual(3);
  expect(after.unknown.map(({ space }) => space)).not.toContain("F1");
});
