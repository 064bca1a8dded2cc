import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { patrolList } from "./list.ts";

const STAFF = "c_00000000a1";
const TENANT = "c_00000000a2";

function run(patrols: Record<string, unknown> = {}, change: Record<string, unknown> = {}): CoreRun {
  const { site } = testConfig();
  const spaces = site.spaces.map((space) => ({
    ...space,
    risk: space.id === "F1" ? "red" : "yellow",
    address: { plate: `QR-${space.id}` },
  }));
  const config = testConfig({
    spaces,
    credentials: [
      { credential: STAFF, role: "staff" },
      { credential: TENANT, role: "tenant" },
    ],
    patrols: { checkpoints: [{ space: "F1" }, { space: "F2", readers: ["lock-1"] }], ...patrols },
    ...change,
  });
  return new CoreRun(config, "2026-03-02T12:00");
}

const done = (core: CoreRun) => core.facts.filter(({ type }) => type === "gatehouse.patrol.done");

describe("patrols", () => {
  it("are overdue after the period of the risk colour and its grace, at the level of the space", () => {
    const core = run();
    core.wait(28 * HOUR_MS - MINUTE_MS);
    expect(core.story("patrol-overdue")).toEqual([]);
    core.wait(MINUTE_MS);
    expect(core.last("patrol-overdue")).toMatchObject({
      space: "F1",
      level: "red",
      state: "raised",
      since: "2026-03-03T12:00:00.000+08:00",
      evidence: [
        {
          says: "no proof of a patrol for 28 h; due every 24 h (red)",
          zh: "已28小时无巡查记录；应每24小时巡查一次（红色）",
        },
      ],
    });
    core.wait(6 * DAY_MS);
    expect(core.story("patrol-overdue")).toEqual(["raised F1 2026-03-03T16:00", "raised F2 2026-03-09T16:00"]);
  });

  it("are proved by a tag at the space's own reader or at one that stands for it, and then counted anew", () => {
    const core = run()
      .wait(30 * HOUR_MS)
      .say("lock-1", "patrol.tag", undefined, { credential: STAFF });
    expect(core.last("patrol-overdue")).toMatchObject({ state: "raised", clearedAt: "2026-03-03T18:00:00.000+08:00" });
    expect(done(core).map(({ subject, data }) => [subject, data])).toEqual([
      [
        "F1",
        {
          space: "F1",
          at: "2026-03-03T18:00:00.000+08:00",
          how: "tag",
          by: "lock-1 (staff)",
          late: true,
          nextBy: "2026-03-04T18:00:00.000+08:00",
        },
      ],
      ["F2", expect.objectContaining({ how: "tag", late: false })],
    ]);
    expect(JSON.stringify(done(core))).not.toContain(STAFF);
    core.wait(28 * HOUR_MS);
    expect(core.last("patrol-overdue")).toMatchObject({ space: "F1", state: "reopened", episode: 2 });
  });

  it("count for staff alone where the site says so", () => {
    const core = run({ roles: ["staff"] }).wait(HOUR_MS);
    core.say("lock-1", "patrol.tag", undefined, { credential: TENANT }).say("lock-1", "patrol.tag");
    expect(done(core)).toEqual([]);
    core.say("lock-1", "patrol.tag", undefined, { credential: STAFF });
    expect(done(core)).toHaveLength(2);
  });

  it("are proved by the plate at the door, and by no other", () => {
    const core = run().wait(30 * HOUR_MS);
    const deed = { do: "patrol", space: "F1", plate: "QR-F1" } as const;
    expect(() => core.act({ ...deed, plate: "QR-F2" })).toThrow("the plate at F1 is not QR-F2");
    expect(() => core.act({ ...deed, space: "F9" })).toThrow("there is no space F9");
    expect(core.last("patrol-overdue")?.clearedAt).toBeNull();
    core.act(deed, "local:wang");
    expect(core.last("patrol-overdue")?.clearedAt).not.toBeNull();
    const [line] = patrolList(core.state);
    expect(line).toMatchObject({
      space: "F1",
      overdue: false,
      missed: 1,
      done: 0,
      last: { how: "plate", by: "local:wang" },
    });
  });

  it("keep their distance over restarts and a clock that is set", () => {
    const core = run()
      .wait(10 * HOUR_MS)
      .restart()
      .setClock(40 * DAY_MS);
    core.wait(18 * HOUR_MS - MINUTE_MS);
    expect(core.story("patrol-overdue")).toEqual([]);
    core.wait(MINUTE_MS);
    expect(core.story("patrol-overdue")).toEqual(["raised F1 2026-04-12T16:00"]);
  });

  it("follow the site file: a shorter period counts from the last visit, a space left out is over", () => {
    const core = run()
      .wait(30 * HOUR_MS)
      .say("lock-1", "patrol.tag", undefined, { credential: STAFF })
      .wait(2 * HOUR_MS);
    core.configure(testConfig({ patrols: { graceHours: 0, checkpoints: [{ space: "F1", everyDays: 0.25 }] } }));
    expect(patrolList(core.state).map(({ space, dueBy }) => [space, dueBy.slice(0, 16)])).toEqual([
      ["F1", "2026-03-04T00:00"],
    ]);
    core.wait(5 * HOUR_MS);
    expect(core.last("patrol-overdue")).toMatchObject({ space: "F1", clearedAt: null });
    core.configure(testConfig());
    expect(core.last("patrol-overdue")?.clearedAt).not.toBeNull();
    expect(
      core
        .wait(60 * DAY_MS)
        .story("patrol-overdue")
        .at(-1),
    ).toContain("cleared F1");
  });
});
