import { describe, expect, it } from "vitest";
import { runKills } from "./kill-run.ts";

const LOAD = { devices: 24, readingsEach: 400, ratePerSecond: 600, seed: 11 };

describe("SIGKILL at random moments under load", () => {
  it("loses nothing acknowledged, counts nothing twice, and raises the same alerts as an undisturbed run", async () => {
    const undisturbed = await runKills({ ...LOAD, kills: 0 });
    expect(undisturbed.lost).toEqual([]);
    expect(undisturbed.alerts.length).toBeGreaterThan(500);
    const killed = await runKills({ ...LOAD, kills: 20 });
    expect(killed.kills).toBe(20);
    expect(killed.acknowledged).toBe(LOAD.devices * LOAD.readingsEach);
    expect(killed.lost).toEqual([]);
    expect(killed.countedTwice).toBe(0);
    expect(killed.missingSequences).toBe(0);
    expect(killed.alerts).toEqual(undisturbed.alerts);
  });
});
