import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../testing/core-run.ts";
import { testConfig } from "../testing/site.ts";
import { type MonthFacts, monthFacts } from "./facts.ts";
import { monthPage } from "./page.ts";

const exchange = [{ uplink: "city", sent: 1_200, rejected: 3, dropped: 0, waiting: 7 }];

function november(): { facts: MonthFacts; core: CoreRun } {
  const core = new CoreRun(testConfig(), "2026-11-01T08:00").say("lock-1", "device.online");
  core.say("lock-1", "tamper.on").wait(5 * MINUTE_MS);
  const first = core.last("tamper")?.id ?? "";
  core.act({ do: "acknowledge", alert: first }, "local:wang").wait(HOUR_MS).say("lock-1", "tamper.off");
  core
    .wait(DAY_MS)
    .say("lock-1", "tamper.on")
    .wait(20 * MINUTE_MS);
  core.act({ do: "acknowledge", alert: first }, "local:wang").say("lock-1", "device.offline").until("2026-12-02T00:00");
  const alerts = [...core.state.alerts.values()].map(({ alert }) => alert);
  return { core, facts: monthFacts({ state: core.state, alerts, exchange, nowMs: core.nowMs }, "2026-11") };
}

describe("the facts of a month", () => {
  it("count each episode of an alert against its clocks", () => {
    const { facts } = november();
    expect(facts.alerts.find(({ kind }) => kind === "tamper")).toEqual({
      kind: "tamper",
      raised: 2,
      acknowledged: 2,
      inTime: 1,
      medianAnswerMs: 20 * MINUTE_MS,
      ended: 1,
      medianEndMs: 65 * MINUTE_MS,
      open: 1,
    });
  });

  it("know devices that were never heard, and one that is down", () => {
    const { facts } = november();
    const lock = facts.devices.find(({ id }) => id === "lock-1");
    expect(lock).toMatchObject({ faults: 1, repairs: 0, downNow: true });
    expect(lock?.uptime).toBeGreaterThan(0.03);
    expect(lock?.uptime).toBeLessThan(0.05);
    expect(facts.devices.find(({ id }) => id === "count-2")).toMatchObject({ uptime: null });
  });

  it("make a page that holds them in both languages, with hostile names harmless", () => {
    const { facts } = november();
    const page = monthPage({ ...facts, site: { ...facts.site, name: "<script>x</script>" } }, "zh");
    expect(page).not.toContain("<script");
    expect(page).toContain("设备被拆动");
    expect(page).toContain("tamper");
    expect(page).toContain("0.25 %");
  });
});
