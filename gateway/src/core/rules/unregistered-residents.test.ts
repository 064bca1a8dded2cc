import { Policy } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, momentOf } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import type { CoreConfig } from "../model.ts";

const policies = [Policy.parse({ ...testPolicy, registration: {} })];

function configWith(registered: number | undefined, calendar?: object): CoreConfig {
  const { site } = testConfig();
  const spaces = site.spaces.map((space) =>
    space.id === "F1" && registered !== undefined ? { ...space, registered } : space,
  );
  return { ...testConfig({ spaces, ...(calendar === undefined ? {} : { calendar }) }), policies };
}

/** So many live here for so many days: they come home at seven each evening and leave at eight. */
function live(core: CoreRun, persons: number, days: number): void {
  core.believe(persons, Math.max(0, persons - 1), persons + 1);
  for (let day = 0; day < days; day++) {
    core.say("count-1", "count.in", persons).wait(13 * HOUR_MS);
    core.say("count-1", "count.out", persons).wait(11 * HOUR_MS);
  }
}

/** A Friday evening. */
const START = "2026-03-06T19:00";
const dayOf = (story: readonly string[]): number =>
  Math.round((momentOf(story[0]?.slice(-16) ?? "") - momentOf("2026-03-06T06:00")) / DAY_MS);

describe("more residents than registered", () => {
  it("are a finding once, when the mornings and the working days for registering have passed", () => {
    const core = new CoreRun(configWith(1), START);
    live(core, 8, 20);
    const story = core.story("unregistered-residents");
    expect(story).toEqual([expect.stringMatching(/^raised F1 /)]);
    // Saturday's is the first morning; Monday and Tuesday are the two working days.
    expect(dayOf(story)).toBeGreaterThanOrEqual(5);
    expect(core.last("unregistered-residents")).toMatchObject({ level: "red", episode: 1 });
  });

  it("have longer over a holiday", () => {
    const ordinary = new CoreRun(configWith(1), START);
    live(ordinary, 8, 20);
    const daysOff = ["2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"];
    const holiday = new CoreRun(configWith(1, { daysOff }), START);
    live(holiday, 8, 20);
    // Monday 16 and Tuesday 17 are the first working days, so Wednesday 18 is the first morning it may be said.
    expect(holiday.story("unregistered-residents")).toEqual(["raised F1 2026-03-18T06:00"]);
    expect(dayOf(ordinary.story("unregistered-residents"))).toBeLessThan(12);
  });

  it("are none without a number to compare with, and none up to that number", () => {
    for (const registered of [undefined, 0, 8, 12]) {
      const core = new CoreRun(configWith(registered), START);
      live(core, registered === 0 ? 0 : 4, 20);
      expect(core.story("unregistered-residents"), String(registered)).toEqual([]);
    }
  });

  it("are none for guests of two nights", () => {
    const core = new CoreRun(configWith(2), START);
    live(core, 1, 10);
    live(core, 8, 2);
    live(core, 1, 10);
    expect(core.story("unregistered-residents")).toEqual([]);
  });

  it("are over when they registered, five mornings later, and not at once", () => {
    const core = new CoreRun(configWith(1), START);
    live(core, 8, 14);
    expect(core.story("unregistered-residents")).toHaveLength(1);
    core.configure(configWith(30));
    // This morning's head count is compared with the new number, too.
    live(core, 8, 3);
    expect(core.story("unregistered-residents")).toHaveLength(1);
    live(core, 8, 4);
    expect(core.story("unregistered-residents").at(-1)).toBe("cleared F1 2026-03-24T06:00");
  });

  it("come out the same over a restart in the middle of it", () => {
    const core = new CoreRun(configWith(1), START);
    live(core, 8, 3);
    live(core.restart(), 8, 17);
    const whole = new CoreRun(configWith(1), START);
    live(whole, 8, 20);
    expect(core.story("unregistered-residents")).toEqual(whole.story("unregistered-residents"));
  });
});
