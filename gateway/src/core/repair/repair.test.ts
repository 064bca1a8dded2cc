import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { deviceMonth } from "./repair.ts";

const run = (start: string) => new CoreRun(testConfig(), start).say("lock-1", "device.online");
const month = (core: CoreRun, name: string) => deviceMonth(core.state, "lock-1", name, core.nowMs);

describe("the repair book", () => {
  it("counts uptime, faults and mean time to repair, and whether it was within 48 h", () => {
    const core = run("2026-03-01T00:00")
      .wait(10 * DAY_MS)
      .say("lock-1", "device.offline");
    core
      .wait(12 * HOUR_MS)
      .say("lock-1", "device.online")
      .wait(DAY_MS)
      .say("lock-1", "device.offline");
    core
      .restart()
      .wait(60 * HOUR_MS)
      .say("lock-1", "device.online")
      .until("2026-03-31T00:00");
    const said = month(core, "2026-03");
    expect(said).toMatchObject({ faults: 2, repairs: 2, inTime: 1, mttrMs: 36 * HOUR_MS, downNow: false });
    expect(said.uptime).toBeCloseTo(1 - 3 / 30, 6);
  });

  it("cuts an outage at the end of the month, and counts the one under way", () => {
    const core = run("2026-03-01T00:00").until("2026-03-31T00:00").say("lock-1", "device.offline");
    core.until("2026-04-02T00:00");
    expect(month(core, "2026-03").uptime).toBeCloseTo(30 / 31, 6);
    expect(month(core, "2026-04")).toMatchObject({ uptime: 0, repairs: 0, downNow: true });
    core.say("lock-1", "device.online").until("2026-04-11T00:00");
    expect(month(core, "2026-03")).toMatchObject({ faults: 1, repairs: 0 });
    expect(month(core, "2026-03").uptime).toBeCloseTo(30 / 31, 6);
    expect(month(core, "2026-04").uptime).toBeCloseTo(0.9, 6);
  });

  it("takes a silent device for down, and the clock that is set for no outage", () => {
    const core = run("2026-03-01T00:00").setClock(DAY_MS).wait(DAY_MS);
    expect(month(core, "2026-03").uptime).toBe(1);
    core
      .say("lock-1", "device.offline")
      .setClock(5 * DAY_MS)
      .wait(HOUR_MS)
      .say("lock-1", "device.online");
    expect(month(core, "2026-03").mttrMs).toBe(HOUR_MS);
  });
});
