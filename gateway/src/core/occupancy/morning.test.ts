import { expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

/** Two people who go out at eight and come home at six, for so many days. */
function lived(days: number): CoreRun {
  const core = new CoreRun(testConfig(), "2026-03-02T12:00");
  for (let day = 0; day < days; day++) {
    core.wait(6 * HOUR_MS).say("count-1", "count.in", 2);
    // By this its clock is known to be right.
    core.say("lock-1", "door.opened", undefined, { at: new Date(core.nowMs).toISOString() });
    core.wait(14 * HOUR_MS).say("count-1", "count.out", 2);
    core.wait(4 * HOUR_MS);
  }
  return core;
}

const pastOf = ({ state }: CoreRun) => state.beliefs.get("F1")?.past;

it("leaves each morning what it settled to the next, and goes through the whole diary again where a late reading changed that", () => {
  const core = lived(20);
  const before = pastOf(core);
  expect(before?.settled.hour).toBeGreaterThan(0);
  const at = new Date(core.nowMs - 30 * HOUR_MS).toISOString();
  core.say("lock-1", "door.opened", undefined, { at }).wait(HOUR_MS);
  expect(pastOf(core)).toBe(before);
  const old = new Date(core.nowMs - 5 * DAY_MS).toISOString();
  core.say("lock-1", "door.opened", undefined, { at: old }).wait(HOUR_MS);
  expect(pastOf(core)).toBeUndefined();
  core.wait(DAY_MS);
  expect(pastOf(core)?.settled.hour).toBe((before?.settled.hour ?? 0) + 24);
});

it("begins anew where another limit makes other numbers of people thinkable", () => {
  const core = lived(20);
  const before = pastOf(core)?.settled.plain.length ?? 0;
  core.configure(
    testConfig({
      spaces: [
        { id: "F1", kind: "flat", limit: { persons: 5, basis: "tried" } },
        { id: "F2", kind: "flat" },
      ],
    }),
  );
  core.wait(2 * DAY_MS);
  expect(pastOf(core)?.settled.plain.length).toBe(before + 6);
});
