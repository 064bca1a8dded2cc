import { expect, it } from "vitest";
import { CoreRun, DAY_MS } from "../testing/core-run.ts";
import { testConfig } from "../testing/site.ts";
import { alertSheet, alertTable } from "./alert-text.ts";

function alerts() {
  const core = new CoreRun(testConfig(), "2026-03-02T12:00").say("count-1", "count.in", 1).say("lock-2", "tamper.on");
  core.believe(4, 3, 5, 0.95).wait(2 * DAY_MS);
  return [...core.state.alerts.values()].map(({ alert }) => alert);
}

it("lists alerts as a table whose columns stand under one another, in both languages", () => {
  const [tamper] = alerts().filter(({ kind }) => kind === "tamper");
  expect(alertTable(tamper === undefined ? [] : [tamper], "zh")).toBe(
    [
      "编号        等级  类型        位置       状态    感知      预警时间          时限",
      "alr_t00002  红色  设备被拆动  F2/lock-2  待响应  仍在持续  2026-03-02 12:00  2026-03-02 12:15 超时",
      "",
    ].join("\n"),
  );
  expect(alertTable([], "en")).toBe("no alert is open\n");
});

it("shows everything about one: measure, clocks, evidence and history", () => {
  const [rental] = alerts().filter(({ kind }) => kind === "group-rental");
  if (rental === undefined) throw new Error("no group rental");
  const zh = alertSheet(rental, "zh");
  for (const text of ["群租", "首次警告", "响应时限", "2026-03-04 06:00", "待响应"]) expect(zh).toContain(text);
  const en = alertSheet(rental, "en");
  for (const text of ["group rental", "first warning", "acknowledge by", "raised"]) expect(en).toContain(text);
  expect(en).not.toMatch(/[\u4e00-\u9fff]/u);
});
