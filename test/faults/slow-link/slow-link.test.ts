import { expect, test } from "vitest";
import { runSlowLink } from "./slow-link-run.ts";

const BACKLOG = 100_000;

test("over 1 Mbit/s with a backlog, alerts that waited come within a second of the reconnect, and so do new ones", async () => {
  const result = await runSlowLink({ backlog: BACKLOG, bitsPerSecond: 1_000_000, waitingAlerts: 12, liveAlerts: 8 });
  console.log(result);
  expect(result.backlog).toBeGreaterThan(BACKLOG * 0.9);
  expect(result.reconnectMs).toBeLessThan(3_000);
  expect(result.lastWaitingMs).toBeLessThan(1_000);
  expect(result.slowestLiveMs).toBeLessThan(1_500);
});
