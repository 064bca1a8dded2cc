import { Policy } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { complianceOf, siteCompliance } from "./streak.ts";

/** Both flats are judged alike: raised after 2 of 3 mornings over, cleared after 2 within. */
function run(change: Record<string, unknown> = {}): CoreRun {
  // Who is in by day is no matter here.
  const policies = [Policy.parse({ ...testPolicy, overcrowding: { judgedBy: "low" } })];
  const core = new CoreRun({ ...testConfig(change), policies }, "2026-03-02T12:00");
  return core.say("count-1", "count.in", 1).say("count-2", "count.in", 1);
}

const nights = (core: CoreRun, count: number, pOver: number): CoreRun =>
  core.believe(pOver > 0.5 ? 5 : 1, 1, 5, pOver).wait(count * DAY_MS);

const settle = (core: CoreRun): CoreRun => {
  for (const { alert } of [...core.state.alerts.values()])
    core.act({ do: "acknowledge", alert: alert.id }).act({ do: "close", alert: alert.id });
  return core;
};

describe("compliance", () => {
  it("counts the days within the limit, the day itself included", () => {
    const core = nights(run(), 5, 0.1);
    expect(complianceOf(core.state, "F1")).toEqual({
      space: "F1",
      days: 5,
      since: "2026-03-03",
      best: 5,
      lastOver: null,
      judged: 5,
      listed: null,
      delisted: null,
    });
    expect(siteCompliance(core.state)).toMatchObject({ days: 5, since: "2026-03-03", best: 5, lastOver: null });
  });

  it("begins anew after a night over the limit, and keeps the longest row", () => {
    const core = nights(nights(nights(run(), 5, 0.1), 1, 0.9), 3, 0.1);
    expect(complianceOf(core.state, "F1")).toMatchObject({
      days: 3,
      since: "2026-03-09",
      best: 5,
      lastOver: "2026-03-08",
    });
  });

  it("does not count while a finding is open, whatever the nights say", () => {
    const core = nights(nights(run(), 2, 0.9), 10, 0.1);
    expect(complianceOf(core.state, "F1")).toMatchObject({
      days: 0,
      since: null,
      listed: { since: "2026-03-04", dueBy: "2026-06-04", late: false },
    });
    nights(settle(core), 4, 0.1);
    expect(complianceOf(core.state, "F1")).toMatchObject({ days: 4, since: "2026-03-15", lastOver: "2026-03-14" });
    expect(siteCompliance(core.state)).toMatchObject({ days: 4, since: "2026-03-15" });
  });

  it("leaves the list after the days the site asks for, over restarts and a clock set ahead and back", () => {
    const core = nights(nights(run({ compliance: { delistAfterDays: 10 } }), 2, 0.9), 3, 0.1);
    nights(settle(core), 9, 0.1);
    core
      .setClock(20 * DAY_MS)
      .restart()
      .setClock(-20 * DAY_MS);
    expect(complianceOf(core.state, "F1")?.listed).not.toBeNull();
    nights(core, 1, 0.1);
    expect(complianceOf(core.state, "F1")).toMatchObject({
      listed: null,
      delisted: { at: "2026-03-17", afterDays: 13 },
    });
  });

  it("says that a space is on the list for too long", () => {
    const core = nights(run({ compliance: { delistWithinDays: 5 } }), 9, 0.9);
    expect(complianceOf(core.state, "F1")?.listed).toMatchObject({
      since: "2026-03-04",
      dueBy: "2026-03-09",
      late: true,
    });
  });
});
