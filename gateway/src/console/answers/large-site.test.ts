import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { LiveDrivers } from "../../core/commands/live-drivers.ts";
import { HealthBoard } from "../../core/health.ts";
import { modelOf } from "../../core/state.ts";
import { DeviceBook } from "../../monitor/device-book.ts";
import { CoreRun } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { listDevices } from "./device-list.ts";
import { spaceRows } from "./space-rows.ts";

const ROOMS = 2_000;

/** Of this thread's own work, whatever else the machine does; the middle of many. */
function medianMs(work: () => unknown): number {
  const times = Array.from({ length: 15 }, () => {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  return times.sort((a, b) => a - b)[7] ?? 0;
}

it(`the board of ${ROOMS} rooms holds the event loop for less than 10 ms`, () => {
  const ids = Array.from({ length: ROOMS }, (_, n) => `${1 + Math.floor(n / 100)}-${101 + (n % 100)}`);
  const config = testConfig({
    spaces: ids.map((id) => ({ id, kind: "flat", rooms: [{ areaM2: 12 }], risk: "red" })),
    portals: ids.map((id) => ({ id: `D-${id}`, kind: "door", from: "outside", to: id })),
    devices: ids.flatMap((id) => [
      { id: `lock-${id}`, kind: "lock", portal: `D-${id}` },
      { id: `count-${id}`, kind: "counter", portal: `D-${id}` },
    ]),
  });
  const run = new CoreRun(config, "2026-03-02T12:00");
  for (const id of ids) run.say(`count-${id}`, "count.in", 2);
  for (const id of ids.slice(0, 50)) run.say(`lock-${id}`, "door.forced");
  const clock = new FakeClock();
  const core = { state: run.state, model: modelOf(run.state) };
  const parts = {
    core,
    drivers: new LiveDrivers(),
    health: new HealthBoard(clock),
    book: new DeviceBook(clock, () => true),
    driverFacts: new Map(),
    actionsOf: () => [],
  };
  expect(spaceRows(parts)).toHaveLength(ROOMS);
  expect(spaceRows(parts).filter(({ alerts }) => alerts > 0).length).toBeGreaterThanOrEqual(50);
  const [board, devices] = [medianMs(() => spaceRows(parts)), medianMs(() => listDevices(parts, { limit: 500 }, "zh"))];
  expect(board, "ms for the board").toBeLessThan(10);
  expect(devices, "ms for a page of twice as many devices").toBeLessThan(10);
});
