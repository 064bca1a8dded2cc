import { ConfigError, deviceTopic } from "@gatehouse/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { Histogram } from "./load/histogram.ts";
import { runLoad } from "./load.ts";
import { spawnLoad } from "./spawn-load.ts";
import { type Heard, startBroker, type TestBroker, type Verdict } from "./testing/broker.ts";

const DEVICES = Array.from({ length: 20 }, (_, index) => `count-${index + 1}`);

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function brokerWith(judge?: (heard: Heard) => Verdict): Promise<TestBroker> {
  const broker = await startBroker(judge);
  cleanUps.push(() => broker.close());
  return broker;
}

/** Each device's seqs in the order the broker first heard of them. */
function firstHeard(broker: TestBroker): Map<string, number[]> {
  const seqs = new Map<string, Set<number>>(DEVICES.map((device) => [device, new Set()]));
  for (const { client, text } of broker.heard) seqs.get(client)?.add((JSON.parse(text) as { seq: number }).seq);
  return new Map([...seqs].map(([device, set]) => [device, [...set]]));
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe("load", () => {
  it("as fast as possible sends a given number of readings, all acknowledged, in each device's order", async () => {
    const broker = await brokerWith();
    const result = await runLoad({ url: broker.url, devices: DEVICES, count: 3_000 });
    expect(result).toMatchObject({ sent: 3_000, acknowledged: 3_000, unacknowledged: 0, resent: 0, reconnects: 0 });
    expect(result.perSecond).toBeGreaterThan(0);
    expect(result.latencyMs.p50).toBeGreaterThan(0);
    expect(result.latencyMs.p99).toBeGreaterThanOrEqual(result.latencyMs.p50);
    for (const [device, seqs] of firstHeard(broker))
      expect(seqs).toEqual(upTo(result.highestAcknowledged[device] ?? 0));
    expect(broker.heard[0]).toMatchObject({ topic: deviceTopic.readings(broker.heard[0]?.client ?? "") });
    expect(JSON.parse(broker.heard[0]?.text ?? "")).toMatchObject({ epoch: 1, seq: 1, kind: "count.in", value: 1 });
  });

  it("sends again, in order, what a broken connection left unacknowledged", async () => {
    let heardSoFar = 0;
    const broker = await brokerWith(() => {
      heardSoFar += 1;
      return heardSoFar % 400 === 0 ? "drop" : "acknowledge";
    });
    const acknowledged = new Map<string, number[]>(DEVICES.map((device) => [device, []]));
    const result = await runLoad({
      url: broker.url,
      devices: DEVICES,
      count: 3_000,
      onAcknowledged: (device, seq) => acknowledged.get(device)?.push(seq),
    });
    expect(result).toMatchObject({ sent: 3_000, acknowledged: 3_000, unacknowledged: 0 });
    expect(result.reconnects).toBeGreaterThan(3);
    expect(result.resent).toBeGreaterThan(3);
    for (const [device, seqs] of firstHeard(broker)) {
      expect(seqs).toEqual(upTo(seqs.length));
      expect(acknowledged.get(device)).toEqual(seqs);
      expect(result.highestAcknowledged[device]).toBe(seqs.length);
    }
  });

  it("keeps a rate, with readings of the test's own making", async () => {
    const broker = await brokerWith();
    const result = await runLoad({
      url: broker.url,
      devices: DEVICES,
      ratePerSecond: 500,
      count: 250,
      epoch: 4,
      makeReading: (device, seq) => ({ kind: seq % 2 === 0 ? "count.out" : "count.in", portal: device }),
    });
    expect(result).toMatchObject({ sent: 250, acknowledged: 250 });
    expect(result.seconds).toBeGreaterThanOrEqual(0.498);
    const second = broker.heard.find(({ text }) => (JSON.parse(text) as { seq: number }).seq === 2);
    expect(JSON.parse(second?.text ?? "")).toEqual({ epoch: 4, seq: 2, kind: "count.out", portal: second?.client });
  });

  it("reports what was never acknowledged", async () => {
    const broker = await brokerWith(({ text }) =>
      (JSON.parse(text) as { seq: number }).seq === 3 ? "nothing" : "acknowledge",
    );
    const stop = new AbortController();
    const devices = ["count-1"];
    const running = runLoad({ url: broker.url, devices, window: 4, drainSeconds: 0.1, signal: stop.signal });
    await broker.until(() => broker.heard.length >= 3);
    stop.abort();
    const result = await running;
    expect(result.highestAcknowledged).toEqual({ "count-1": 2 });
    expect(result.unacknowledged).toBe(result.sent - result.acknowledged);
    expect(result.unacknowledged).toBeGreaterThan(0);
  });

  it("runs in a process of its own", async () => {
    const broker = await brokerWith();
    const result = await spawnLoad({ url: broker.url, devices: DEVICES, count: 1_000 }).result;
    expect(result).toMatchObject({ sent: 1_000, acknowledged: 1_000 });
    await expect(spawnLoad({ url: "mqtts://127.0.0.1:1", devices: DEVICES }).result).rejects.toThrow("no plain MQTT");
  });

  it("takes plain MQTT addresses only", async () => {
    await expect(runLoad({ url: "localhost:1883", devices: DEVICES })).rejects.toThrow(ConfigError);
  });
});

describe("the latency histogram", () => {
  it("gives quantiles within 3 % of the truth", () => {
    const histogram = new Histogram();
    for (let i = 1; i <= 10_000; i++) histogram.add(i / 100);
    const { p50, p95, p99, max, mean } = histogram.quantiles;
    expect([p50 / 50, p95 / 95, p99 / 99].every((ratio) => Math.abs(ratio - 1) < 0.03)).toBe(true);
    expect(max).toBe(100);
    expect(mean).toBeCloseTo(50.005, 3);
    expect(new Histogram().quantiles).toEqual({ p50: 0, p95: 0, p99: 0, max: 0, mean: 0 });
  });
});
