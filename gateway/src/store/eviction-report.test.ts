import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { HealthBoard } from "../core/health.ts";
import { MemoryLog } from "../testing/log.ts";
import { EvictionReport } from "./eviction-report.ts";

function open() {
  const clock = new FakeClock();
  const health = new HealthBoard(clock);
  const report = new EvictionReport({ dir: "state", budgetBytes: 1, clock, log: new MemoryLog(), health });
  return { clock, health, report };
}

it("shows what made room for ten minutes after the last item", async () => {
  const { clock, health, report } = open();
  report.tell({ evicted: 3 });
  await clock.advance(599_000);
  report.tell({ evicted: 1 });
  await clock.advance(599_000);
  expect(health.entries).toMatchObject([{ code: "storage-evicting" }]);
  await clock.advance(2_000);
  expect(health.entries).toEqual([]);
});

it("leaves no timer behind for what is told while the store closes", () => {
  const { clock, report } = open();
  report.tell({ evicted: 3 });
  report.close();
  report.tell({ evicted: 1 });
  expect(clock.waiting).toBe(0);
});
