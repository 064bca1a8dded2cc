import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, LinkError } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Core } from "../core/core.ts";
import { HealthBoard } from "../core/health.ts";
import { openStore } from "../store/store.ts";
import { MemoryLog } from "../testing/log.ts";
import { testConfig } from "../testing/site.ts";
import { whatIf } from "./what-if.ts";
import { whatIfInThread } from "./what-if-thread.ts";

const DAY = 86_400_000;
let dir: string;
let nowMs: number;

/** A box on which three people went into F1, ten days ago, and stayed. */
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-what-if-"));
  const clock = new FakeClock();
  const [log, health] = [new MemoryLog(), new HealthBoard(clock)];
  const store = await openStore({ dir, budgetBytes: 1e8, ballastBytes: 0, log, health, clock });
  const onFatal = (error: unknown) => {
    throw error;
  };
  const options = {
    store,
    clock,
    log,
    health,
    config: testConfig(),
    targets: [],
    bootId: "t",
    installation: "t",
    onFatal,
  };
  const core = await Core.open({ ...options, pseudonym: (credential) => credential });
  const accept = core.acceptFor("mqtt");
  for (let day = 0; day < 10; day++) {
    await accept([{ device: "count-1", kind: "count.in", value: day === 0 ? 3 : 1, seq: 2 * day }]);
    await clock.advance(DAY / 2);
    await accept([{ device: "count-1", kind: "count.out", value: 1, seq: 2 * day + 1 }]);
    await clock.advance(DAY / 2);
  }
  nowMs = clock.nowMs();
  await store.close();
});
afterEach(() => rmSync(dir, { recursive: true }));

it("tells nights and alerts under another limit beside those of today's, the same in a thread of its own", async () => {
  const asked = { stateDir: dir, limit: 1, days: 30, nowMs };
  const shares: number[] = [];
  const found = await whatIf(asked, (share) => shares.push(share));
  expect(found.map(({ space, limitNow }) => [space, limitNow])).toEqual([
    ["F1", 2],
    ["F2", 4],
  ]);
  const [first] = found;
  expect(first?.nights).toBeGreaterThan(5);
  expect(first?.nightsOver).toBeGreaterThanOrEqual(first?.nightsOverNow ?? 99);
  expect(first?.alerts).toBeGreaterThan(0);
  expect(first?.alertsNow).toBeGreaterThan(0);
  // However often a gateway would ask for an answer, an episode is one alert.
  expect([first?.alerts, first?.alertsNow]).toEqual([1, 2]);
  expect(shares.at(-1)).toBe(1);
  expect(await whatIfInThread(asked, () => {}, new AbortController().signal)).toEqual(found);
  const one = await whatIf({ ...asked, space: "F2", limit: 3 }, () => {});
  expect(one.map(({ space }) => space)).toEqual(["F2"]);
});

it("ends when it is cancelled, and says where there is nothing to go on", async () => {
  const asked = { stateDir: dir, limit: 1, days: 30, nowMs };
  await expect(whatIfInThread(asked, () => {}, AbortSignal.abort())).rejects.toThrow(LinkError);
  await expect(whatIf({ ...asked, space: "F9" }, () => {})).rejects.toThrow(ConfigError);
  expect(await whatIf({ ...asked, days: 1, nowMs: nowMs + 400 * DAY }, () => {})).toEqual([]);
});
