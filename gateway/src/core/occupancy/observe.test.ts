import { expect, it } from "vitest";
import { CoreRun, HOUR_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { HOURS } from "./diary.ts";

const devices = [
  { id: "lock-1", kind: "lock", portal: "D1" },
  { id: "meter-1", kind: "energy-meter", space: "F1" },
];

function used(core: CoreRun): number {
  const hours = core.state.beliefs.get("F1")?.diary.hours.energy;
  return Array.from({ length: HOURS }, (_, hour) => Math.max(0, hours?.[hour] ?? 0)).reduce((sum, wh) => sum + wh, 0);
}

it("takes what a meter counted since its last total, and nothing from a meter put in its place", () => {
  const core = new CoreRun(testConfig({ devices }), "2026-03-02T06:00");
  const say = (total: number, epoch?: number) =>
    core.say("meter-1", "meter.energyWh", total, { seq: undefined, epoch }).wait(HOUR_MS);
  say(1_000);
  say(1_300);
  const before = used(core);
  expect(before).toBeGreaterThan(290);
  say(88_000_000, 1);
  expect(used(core)).toBe(before);
  say(88_000_400, 1);
  expect(used(core) - before).toBeGreaterThan(390);
  expect(used(core) - before).toBeLessThan(410);
});
