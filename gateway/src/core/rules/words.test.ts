import type { AlertKind } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { span } from "./words.ts";

const run = () => new CoreRun(testConfig(), "2026-03-02T12:00");
const odd = { at: "2000-01-01T00:00:00Z" };

const CASES: readonly (readonly [AlertKind, string, () => CoreRun])[] = [
  ["fire", "火警输入已触发", () => run().say("lock-1", "fire.on")],
  ["panic", "紧急按钮被按下", () => run().say("panic-1", "panic")],
  ["duress", "有人被胁迫开门", () => run().say("lock-1", "duress")],
  ["tamper", "设备被拆开或移动", () => run().say("lock-1", "tamper.on")],
  ["door-forced", "门被强行打开", () => run().say("lock-1", "door.forced")],
  ["door-held", "门禁报告门开启过久", () => run().say("lock-1", "door.held")],
  [
    "door-held",
    "门已开启120秒未关",
    () =>
      run()
        .say("lock-1", "door.opened")
        .wait(5 * MINUTE_MS),
  ],
  [
    "device-fault",
    "离线：已6小时无法连接",
    () =>
      run()
        .say("lock-1", "device.offline")
        .wait(7 * HOUR_MS),
  ],
  [
    "device-fault",
    "数据失真：时钟显示2000年，一天内此类情况3次",
    () =>
      run()
        .say("lock-1", "access.granted", undefined, odd)
        .say("lock-1", "access.granted", undefined, odd)
        .say("lock-1", "access.granted", undefined, odd),
  ],
];

test.each(CASES)("%s says %s", (kind, zh, core) => {
  const evidence = core().last(kind)?.evidence ?? [];
  expect(evidence.map((item) => item.zh)).toEqual([zh]);
  // The English stands beside it, and holds no Chinese.
  for (const { says } of evidence) expect(says).toMatch(/^[ -~]+$/);
});

test("overcrowded-now says how many, out of how many", () => {
  const evidence = run().say("count-1", "count.in", 10).last("overcrowded-now")?.evidence ?? [];
  expect(evidence[0]?.zh).toMatch(/^现有约\d+人在内（\d+至\d+人），上限2人，已持续0分钟$/);
  expect(evidence[0]?.says).toMatch(/^\d+ present \(\d+ to \d+\), limit 2, for 0 min$/);
});

test("a length of time is no finer than it matters", () => {
  expect([span(90 * MINUTE_MS), span(5 * HOUR_MS), span(3 * DAY_MS)]).toEqual([
    { says: "90 min", zh: "90分钟" },
    { says: "5 h", zh: "5小时" },
    { says: "3 days", zh: "3天" },
  ]);
});
