import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeviceTopic, type RawReading, scaledClock, systemClock } from "@gatehouse/protocol";
import { afterEach, describe, expect, it } from "vitest";
import type { Acknowledged } from "./clients/mqtt-device.ts";
import { readings } from "./households/generate.ts";
import { silentLog } from "./log.ts";
import { runSim, type SimProgress } from "./run-sim.ts";
import { parseScenario, startOf } from "./scenario.ts";
import { type Heard, startBroker } from "./testing/broker.ts";

/** Begins while everybody sleeps, so that nothing happens before the devices are there. */
const scenario = parseScenario(`
name: small
site: { id: s, name: Small, address: { code: "1", grid: G-1 } }
start: 2026-11-02T04:00:00+08:00
days: 1
flats:
  - { id: a, rooms: [12], people: [{ habit: day, count: 2 }] }
  - { id: b, rooms: [12], people: [{ habit: home }, { habit: night }] }
`);
const startMs = startOf(scenario);

/** The scenario's day in about two seconds, from two hours before: nothing may be missed while devices are made. */
const fastClock = () => scaledClock({ worldMs: startMs - 2 * 3_600_000, realMs: systemClock.nowMs(), scale: 40_000 });

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startedBroker(...args: Parameters<typeof startBroker>) {
  const broker = await startBroker(...args);
  cleanUps.push(() => broker.close());
  return broker;
}

/** Readings by device, as generated or as heard, repeats left out. */
function byDevice(items: readonly Pick<RawReading, "device" | "at" | "kind">[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const { device, at, kind } of items) {
    const list = lists[device] ?? [];
    lists[device] = list;
    if (!list.includes(`${at} ${kind}`)) list.push(`${at} ${kind}`);
  }
  return lists;
}

const readingsIn = (heard: readonly Heard[]): RawReading[] =>
  heard.flatMap(({ topic, text }) => {
    const parsed = parseDeviceTopic(topic);
    return parsed?.leaf === "readings" ? [{ device: parsed.device, ...JSON.parse(text) } as RawReading] : [];
  });

const expected = byDevice([...readings({ scenario, seed: 3 })].map(({ reading }) => reading));

describe("a simulation", () => {
  it("sends every reading of its households, at the clock's pace, and ends when all is acknowledged", async () => {
    const broker = await startedBroker();
    const acknowledged: Acknowledged[] = [];
    const clock = fastClock();
    const onAcknowledged = (ack: Acknowledged) => acknowledged.push(ack);
    const signal = new AbortController().signal;
    const all = { scenario, seed: 3, url: broker.url, clock, log: silentLog, signal, startMs, onAcknowledged };
    const summary = await runSim(all);
    expect(byDevice(readingsIn(broker.heard))).toEqual(expected);
    const total = Object.values(expected).flat().length;
    expect(summary).toMatchObject({ devices: 4, reported: total, acknowledged: total, unacknowledged: 0, errors: 0 });
    expect(acknowledged.length).toBe(total);
    expect(clock.nowMs()).toBeGreaterThan(startMs + 12 * 3_600_000);
  });

  it("loses nothing when the broker breaks connections before it acknowledges", async () => {
    let count = 0;
    const broker = await startedBroker(({ topic }) => {
      if (parseDeviceTopic(topic)?.leaf !== "readings") return "acknowledge";
      count += 1;
      return count % 5 === 0 && count <= 60 ? "drop" : "acknowledge";
    });
    const signal = new AbortController().signal;
    const summary = await runSim({
      scenario,
      seed: 3,
      url: broker.url,
      clock: fastClock(),
      log: silentLog,
      signal,
      startMs,
    });
    expect(byDevice(readingsIn(broker.heard))).toEqual(expected);
    expect(summary.resent).toBeGreaterThan(0);
    expect(summary.unacknowledged).toBe(0);
  });

  it("stops when told, and what was not acknowledged waits in its journals", async () => {
    const journalDir = mkdtempSync(join(tmpdir(), "sim-"));
    cleanUps.push(() => rmSync(journalDir, { recursive: true }));
    const deaf = await startedBroker(({ topic }) =>
      parseDeviceTopic(topic)?.leaf === "readings" ? "nothing" : "acknowledge",
    );
    const stop = new AbortController();
    const shared = { scenario, seed: 3, log: silentLog, startMs, journalDir };
    const running = runSim({ ...shared, url: deaf.url, clock: fastClock(), signal: stop.signal });
    await deaf.until(() => readingsIn(deaf.heard).length > 0);
    stop.abort();
    const first = await running;
    expect(first.unacknowledged).toBeGreaterThan(0);
    expect(existsSync(join(journalDir, "lock-a.ndjson"))).toBe(true);
    const broker = await startedBroker();
    const after = scaledClock({ worldMs: startMs + 86_400_000, realMs: systemClock.nowMs(), scale: 1 });
    const progress: SimProgress[] = [];
    const again = { ...shared, url: broker.url, clock: after, signal: new AbortController().signal };
    const second = await runSim({ ...again, onProgress: (p) => progress.push(p) });
    expect(second.resent).toBe(first.unacknowledged);
    expect(second.acknowledged).toBe(first.unacknowledged);
    const { acknowledged, resent, unacknowledged } = second;
    expect(progress.at(-1)).toMatchObject({ acknowledged, resent, unacknowledged });
  });
});
