import { expect, test } from "vitest";
import { runOutage } from "./outage-run.ts";

const BACKLOG = 96_000;
/** A garbage collector may be this much behind; the backlog in memory would take a multiple of it. */
const SLACK_MB = 60;

test("an outage costs nothing: the backlog waits on disk, survives a kill, and new alerts overtake it", async () => {
  const { rssMb, readyMs, overtaken, ...counts } = await runOutage({ backlog: BACKLOG, liveAlerts: 8 });
  console.log({ rssMb, readyMs, overtaken });
  expect(counts).toEqual({ acknowledged: BACKLOG, lost: 0, countedTwice: 0, missingSequences: 0 });
  expect(rssMb[1] - rssMb[0]).toBeLessThan(SLACK_MB);
  expect(readyMs).toBeLessThan(5_000);
  // An alert that waited for its turn would come behind everything.
  expect(Math.min(...overtaken)).toBeGreaterThan(BACKLOG / 50);
});
