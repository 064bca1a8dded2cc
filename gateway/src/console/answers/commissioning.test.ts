import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { HEALTH_WORDS } from "../../core/health-codes.ts";
import { modelOf } from "../../core/state.ts";
import { CoreRun } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { commissioningReport, UNPLACED } from "./commissioning.ts";
import { markOf, TestsBook } from "./tests-book.ts";

const report = (uplinks: readonly { readonly id: string }[] = [], change: Record<string, unknown> = {}) => {
  const run = new CoreRun(testConfig(change), "2026-03-02T12:00");
  const entry = (code: "device-unknown" | "clock-unsynced", subject: string) => ({
    code,
    subject,
    detail: "",
    sinceMs: 0,
  });
  return commissioningReport({
    core: { model: modelOf(run.state), state: run.state },
    health: {
      entries: [entry("device-unknown", "lock-8"), entry("device-unknown", "lock-9"), entry("clock-unsynced", "box")],
    },
    tests: new TestsBook("", { devices: {}, uplinks: {} }),
    uplinks,
    policies: new Map([[testPolicy.id, testPolicy]]),
    clock: new FakeClock(run.nowMs),
  });
};

it("says the basis of each limit in both languages", () => {
  const { rooms } = report();
  expect(rooms.find(({ id }) => id === "F2")?.basis).toEqual({
    en: "2 rooms of 14, 11 m², at most 2 in a room, at least 5 m² for each (test)",
    zh: "2间房，面积14、11平方米，每间最多2人，人均不少于5平方米（test）",
  });
});

it("says of each open point where it is done, and of what holds now what it means instead of its code", () => {
  const { open } = report();
  const at = (step: string) => open.filter((point) => point.at === step);
  expect(at("tests")[0]?.zh).toMatch(/^lock-1、.*尚未测试。$/);
  expect(at("uplink")).toHaveLength(1);
  expect(at("health").map(({ zh }) => zh)).toEqual([
    `lock-8、lock-9：${HEALTH_WORDS["device-unknown"].meaning.zh}`,
    `box：${HEALTH_WORDS["clock-unsynced"].meaning.zh}`,
  ]);
  expect(at("tests")[0]?.en).toMatch(/^lock-1, .* are not tested\.$/);
  for (const { en, zh } of open) expect(en + zh).not.toMatch(/device-unknown|clock-unsynced/);
});

it("of a reader whose test ended for want of a key, says when it has taken it, and asks for a new test", () => {
  const run = new CoreRun(testConfig(), "2026-03-02T12:00");
  const noKey = { en: "The reader has no key yet. Put it into its installation mode, then install the key.", zh: "" };
  const failed = { passed: false, at: "2026-03-02T11:00:00Z", by: "li", says: noKey };
  const readerWith = (codes: readonly "device-key"[]) => {
    const { devices, open } = commissioningReport({
      core: { model: modelOf(run.state), state: run.state },
      health: { entries: codes.map((code) => ({ code, subject: "lock-1", detail: "", sinceMs: 0 })) },
      tests: new TestsBook("", { devices: { "lock-1": failed }, uplinks: {} }),
      uplinks: [],
      policies: new Map([[testPolicy.id, testPolicy]]),
      clock: new FakeClock(run.nowMs),
    });
    return { row: devices.find(({ id }) => id === "lock-1"), left: open.map(({ en }) => en).join("\n") };
  };
  const before = readerWith(["device-key"]);
  expect(before.row).toMatchObject({ test: "failed", says: noKey, needsKey: true, hasKeyNow: false });
  expect(before.left).toMatch(/^lock-1 failed their test/m);
  run.say("lock-1", "device.offline");
  expect(readerWith([]).row).toMatchObject({ test: "failed", hasKeyNow: false });
  run.say("lock-1", "device.online");
  const after = readerWith([]);
  expect(after.row).toMatchObject({ test: "untested", testedAt: null, needsKey: false, hasKeyNow: true });
  expect(after.row?.says?.zh).toContain("密钥已安装");
  expect(after.left).not.toMatch(/failed their test/);
});

it("says of one platform and of two in a whole sentence that they are not tested", () => {
  const saidOf = (...ids: string[]) => report(ids.map((id) => ({ id }))).open.find(({ at }) => at === "uplink")?.en;
  expect(saidOf("city")).toBe("city has not passed a test: make sure that the platform gets what is sent.");
  expect(saidOf("city", "county")).toMatch(/^city, county have not passed a test: [^?]*[^.?]\.$/);
});

it("a platform that was changed since its test is not tested", () => {
  const run = new CoreRun(testConfig(), "2026-03-02T12:00");
  const uplink = { id: "city", type: "https", url: "https://old.example/" };
  const tested = { passed: true, at: "2026-03-02T11:00:00Z", by: "li", says: { en: "", zh: "" } };
  const testOf = (mark: string | undefined) => {
    const uplinks = { city: mark === undefined ? tested : { ...tested, mark } };
    const model = modelOf(run.state);
    const site = { ...model.config.site, uplinks: [uplink] } as unknown as typeof model.config.site;
    return commissioningReport({
      core: { model: { ...model, config: { ...model.config, site } } as typeof model, state: run.state },
      health: { entries: [] },
      tests: new TestsBook("", { devices: {}, uplinks }),
      uplinks: [uplink],
      policies: new Map([[testPolicy.id, testPolicy]]),
      clock: new FakeClock(run.nowMs),
    }).uplinks[0]?.test;
  };
  expect(testOf(markOf(uplink))).toBe("passed");
  expect(testOf(undefined)).toBe("passed");
  expect(testOf(markOf({ ...uplink, url: "https://new.example/" }))).toBe("untested");
});

it("says of a device that waits for its door that it does, and takes its waiting place for no room", () => {
  const space = { id: UNPLACED, kind: "yard", name: "待定位设备" };
  const { spaces, devices } = testConfig().site;
  const waits = { id: "lock-9", kind: "lock", space: UNPLACED };
  const { rooms, open } = report([], { spaces: [...spaces, space], devices: [...devices, waits] });
  expect(rooms.map(({ id }) => id)).toEqual(["F1", "F2"]);
  expect(open.filter(({ at }) => at === "devices").map(({ en }) => en)).toEqual([
    "lock-9 waits for a door: hold a card to it there, or choose its place.",
  ]);
});
