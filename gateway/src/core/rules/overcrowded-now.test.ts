import { Overcrowding, Policy } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { CoreRun, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { overcrowdedNow } from "./overcrowded-now.ts";

const policies = [Policy.parse({ ...testPolicy, overcrowding: {} })];
const run = (start: string) => new CoreRun({ ...testConfig(), policies }, start);

/** Ten come into a flat for two: any count is sure of that. */
const party = (core: CoreRun) => core.say("count-1", "count.in", 10);
const home = (core: CoreRun) => core.say("count-1", "count.out", 10);

describe("too many people inside", () => {
  it("are no finding while an evening lasts", () => {
    const core = party(run("2026-03-07T18:00")).until("2026-03-07T23:30");
    home(core).wait(12 * HOUR_MS);
    expect(core.story("overcrowded-now")).toEqual([]);
  });

  it("are one after two hours of the night, and it ends half an hour after they left", () => {
    const core = party(run("2026-03-07T20:00")).until("2026-03-08T02:00");
    home(core).until("2026-03-08T06:00");
    expect(core.story("overcrowded-now")).toEqual(["raised F1 2026-03-08T00:00", "cleared F1 2026-03-08T02:30"]);
    expect(core.last("overcrowded-now")).toMatchObject({ since: "2026-03-07T20:00:00.000+08:00", level: "red" });
  });

  it("are one after six hours of the day", () => {
    const core = party(run("2026-03-07T09:00")).until("2026-03-07T14:59");
    expect(core.story("overcrowded-now")).toEqual([]);
    core.until("2026-03-07T15:00");
    expect(core.story("overcrowded-now")).toEqual(["raised F1 2026-03-07T15:00"]);
  });

  it("are counted from the evening when the night has less than two hours left for them", () => {
    const core = run("2026-03-05T08:00").say("count-1", "count.in", 1).say("count-1", "count.out", 1);
    party(core.until("2026-03-07T05:00")).until("2026-03-07T10:59");
    expect(core.story("overcrowded-now")).toEqual([]);
    core.until("2026-03-07T11:00");
    expect(core.story("overcrowded-now")).toHaveLength(1);
  });

  it("are none where a lock alone tells who opens: nobody counts who goes out behind it", () => {
    const core = run("2026-03-07T18:00");
    for (let i = 0; i < 20; i++) core.say("lock-1", "access.granted").wait(MINUTE_MS);
    core.until("2026-03-08T06:00");
    expect(core.story("overcrowded-now")).toEqual([]);
  });

  it("are not gone because somebody fetches a beer", () => {
    const core = party(run("2026-03-07T20:00")).until("2026-03-08T00:30");
    home(core).wait(20 * MINUTE_MS);
    party(core).until("2026-03-08T05:00");
    expect(core.story("overcrowded-now")).toEqual(["raised F1 2026-03-08T00:00"]);
  });

  it("must be sure: the lower end of the count decides, unless the policy says otherwise", () => {
    const judged = (judgedBy: "low" | "likely") => {
      const overcrowding = Overcrowding.parse({ judgedBy, nightMinutes: 0, dayMinutes: 0 });
      const core = new CoreRun({ ...testConfig(), policies: [{ ...testPolicy, overcrowding }] }, "2026-03-07T20:00");
      core.say("count-2", "count.in", 1);
      const belief = core.state.beliefs.get("F2");
      if (belief !== undefined) belief.present = { present: 5, presentLow: 4, presentHigh: 6 };
      return overcrowdedNow(core.state, "F2", { atMs: core.nowMs, nowMs: core.nowMs, trigger: null }).length;
    };
    expect([judged("low"), judged("likely")]).toEqual([0, 1]);
  });

  it("where few live must be more than the counters may have got wrong since the morning", () => {
    const night = (present: number, passages: number, pOver: number) => {
      const core = run("2026-03-07T22:00");
      for (let i = 0; i < passages; i += 2) core.say("count-2", "count.in", 1).say("count-2", "count.out", 1);
      const belief = core.state.beliefs.get("F2");
      if (belief === undefined) return undefined;
      belief.present = { present, presentLow: present, presentHigh: present };
      belief.residency = { residing: 4, low: 4, high: 4, pOver, evidence: [] };
      overcrowdedNow(core.state, "F2", { atMs: core.nowMs, nowMs: core.nowMs, trigger: null });
      return core.state.timers.has("rule:overcrowded-now:F2");
    };
    // One of the four has a guest, or one went out unseen.
    expect(night(5, 2, 0.1)).toBe(false);
    expect(night(5, 2, 0.8)).toBe(true);
    expect(night(6, 2, 0.1)).toBe(true);
    // A busy door is worth less.
    expect(night(6, 40, 0.1)).toBe(false);
    expect(night(8, 40, 0.1)).toBe(true);
  });

  it("are waited for over a restart", () => {
    const core = party(run("2026-03-07T20:00")).until("2026-03-07T23:00").restart().until("2026-03-08T00:00");
    expect(core.story("overcrowded-now")).toEqual(["raised F1 2026-03-08T00:00"]);
  });
});
