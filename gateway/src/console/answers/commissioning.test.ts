import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { HEALTH_WORDS } from "../../core/health-codes.ts";
import { modelOf } from "../../core/state.ts";
import { CoreRun } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { commissioningReport } from "./commissioning.ts";
import { TestsBook } from "./tests-book.ts";

const report = (uplinks: readonly { readonly id: string }[] = []) => {
  const run = new CoreRun(testConfig(), "2026-03-02T12:00");
  const entry = (code: "device-unknown" | "clock-unsynced", subject: string) => ({
    code,
    subject,
    detail: "",
    sinceMs: 0,
  });
  return commissioningReport({
    core: { model: modelOf(run.state) },
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

it("says of one platform and of two in a whole sentence that they are not tested", () => {
  const saidOf = (...ids: string[]) => report(ids.map((id) => ({ id }))).open.find(({ at }) => at === "uplink")?.en;
  expect(saidOf("city")).toBe("city has not passed a test: make sure that the platform gets what is sent.");
  expect(saidOf("city", "county")).toMatch(/^city, county have not passed a test: [^?]*[^.?]\.$/);
});
