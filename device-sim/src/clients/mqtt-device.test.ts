import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeReadingBatch, deviceTopic, systemClock } from "@gatehouse/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { silentLog } from "../log.ts";
import { startBroker, type TestBroker, type Verdict } from "../testing/broker.ts";
import { answerAsLock } from "./commands.ts";
import { type Acknowledged, MqttDevice, type MqttDeviceOptions } from "./mqtt-device.ts";

const ID = "lock-302";
const READINGS = deviceTopic.readings(ID);
const reading = { kind: "door.opened" } as const;

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function brokerWith(judge?: (text: string, topic: string) => Verdict): Promise<TestBroker> {
  const broker = await startBroker(judge && ((heard) => judge(heard.text, heard.topic)));
  cleanUps.push(() => broker.close());
  return broker;
}

function startDevice(broker: TestBroker, options: Partial<MqttDeviceOptions> = {}) {
  const acknowledged: Acknowledged[] = [];
  const device = new MqttDevice({
    id: ID,
    url: broker.url,
    clock: systemClock,
    log: silentLog,
    onAcknowledged: (ack) => acknowledged.push(ack),
    ...options,
  });
  const stop = new AbortController();
  const running = device.run(stop.signal);
  const end = async () => {
    stop.abort();
    await running;
  };
  cleanUps.push(end);
  return { device, acknowledged, end };
}

const seqsOn = (broker: TestBroker, topic = READINGS): number[] =>
  broker.heard
    .filter((heard) => heard.topic === topic)
    .flatMap((heard) => JSON.parse(heard.text) as { seq: number } | { seq: number }[])
    .map(({ seq }) => seq);

const count = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

describe("a simulated device", () => {
  it("sends again, in order, what was not acknowledged when the connection broke", async () => {
    let sinceConnected = 0;
    let drops = 0;
    const broker = await brokerWith((text, topic) => {
      if (topic === deviceTopic.status(ID) && text.includes("online")) sinceConnected = 0;
      if (topic !== READINGS) return "acknowledge";
      sinceConnected += 1;
      if (drops >= 4 || sinceConnected < 4) return "acknowledge";
      drops += 1;
      return "drop";
    });
    const { device, acknowledged } = startDevice(broker);
    for (let i = 0; i < 40; i++) device.report(reading);
    await device.drained();
    expect(acknowledged.map(({ seq }) => seq)).toEqual(count(40));
    const heard = seqsOn(broker);
    expect([...new Set(heard)]).toEqual(count(40));
    expect(heard.length).toBeGreaterThan(40);
    expect(drops).toBe(4);
    expect(device.counters).toMatchObject({ published: 40, acknowledged: 40, errors: 0 });
    expect(device.counters.resent).toBeGreaterThanOrEqual(heard.length - 40);
  });

  it("keeps no more publishes in flight than its window", async () => {
    const broker = await brokerWith((_, topic) => (topic === READINGS ? "nothing" : "acknowledge"));
    const { device } = startDevice(broker, { window: 3 });
    for (let i = 0; i < 10; i++) device.report(reading);
    await broker.until(() => seqsOn(broker).length === 3);
    expect(device.counters.published).toBe(3);
    expect(device.unacknowledged).toBe(10);
  });

  it("makes its connection anew when acknowledgements stay away", async () => {
    let mute = true;
    const broker = await brokerWith((_, topic) => (topic === READINGS && mute ? "nothing" : "acknowledge"));
    const { device, acknowledged } = startDevice(broker, { acknowledgeMs: 40 });
    device.report(reading);
    await broker.until(() => seqsOn(broker).length >= 2);
    mute = false;
    await device.drained();
    expect(acknowledged.map(({ seq }) => seq)).toEqual([1]);
    expect(device.counters.resent).toBeGreaterThanOrEqual(1);
  });

  it("sends what an earlier life left in its journal file first, under its old numbers", async () => {
    const folder = mkdtempSync(join(tmpdir(), "device-"));
    cleanUps.push(() => rmSync(folder, { recursive: true }));
    const journalFile = join(folder, `${ID}.ndjson`);
    const deaf = await brokerWith((_, topic) => (topic === READINGS ? "nothing" : "acknowledge"));
    const first = startDevice(deaf, { journalFile });
    first.device.report(reading);
    first.device.report(reading);
    await deaf.until(() => seqsOn(deaf).length === 2);
    await first.end();
    expect(first.acknowledged).toEqual([]);
    const broker = await brokerWith();
    const second = startDevice(broker, { journalFile });
    second.device.report(reading);
    await second.device.drained();
    expect(second.acknowledged.map(({ epoch, seq }) => `${epoch}:${seq}`)).toEqual(["1:1", "1:2", "2:1"]);
  });

  it("carries a higher epoch once it counts anew", async () => {
    const { device, acknowledged } = startDevice(await brokerWith(), { epoch: 5 });
    device.report(reading);
    device.restartCounter();
    device.report(reading);
    await device.drained();
    expect(acknowledged).toEqual([
      { device: ID, epoch: 5, seq: 1, kind: "door.opened" },
      { device: ID, epoch: 6, seq: 1, kind: "door.opened" },
    ]);
  });

  it("sends batches as JSON arrays or protobuf", async () => {
    const broker = await brokerWith();
    const json = startDevice(broker, { batch: 10 });
    await broker.until(() => broker.heard.length > 0);
    const proto = startDevice(broker, { id: "count-302", format: "protobuf" });
    for (let i = 0; i < 3; i++) proto.device.report({ kind: "count.in", value: 2, at: "2026-11-02T05:00:00.000Z" });
    for (let i = 0; i < 25; i++) json.device.report(reading);
    await Promise.all([json.device.drained(), proto.device.drained()]);
    expect(seqsOn(broker)).toEqual(count(25));
    const batches = broker.heard.filter(({ topic }) => topic === deviceTopic.readingsPb("count-302"));
    const items = batches.flatMap(({ payload }) => decodeReadingBatch(payload));
    expect(items.map((item) => item["seq"])).toEqual([1, 2, 3]);
    expect(items[0]).toMatchObject({ kind: "count.in", value: 2, at: "2026-11-02T05:00:00.000Z", epoch: 1 });
  });

  it("says online when it comes, offline when it goes, and leaves a will for when it is cut off", async () => {
    const broker = await brokerWith();
    const { device, end } = startDevice(broker);
    const states = () =>
      broker.heard.filter(({ topic, retain }) => topic === deviceTopic.status(ID) && retain).map(({ text }) => text);
    await broker.until(() => states().length === 1);
    broker.breakAll();
    await broker.until(() => states().length === 3);
    device.report(reading);
    await device.drained();
    expect(device.connected).toBe(true);
    await end();
    expect(states().map((text) => (JSON.parse(text) as { state: string }).state)).toEqual([
      "online",
      "offline",
      "online",
      "offline",
    ]);
  });

  it("counts what the gateway says it got wrong", async () => {
    const broker = await brokerWith();
    const { device } = startDevice(broker);
    await broker.until(() => broker.heard.length > 0);
    await broker.publish(deviceTopic.errors(ID), JSON.stringify([{ index: 0, reason: "unknown kind" }]));
    device.report(reading);
    await device.drained();
    expect(device.counters.errors).toBe(1);
  });
});

describe("a command", () => {
  const resultOf = async (action: string, notAfter: string, options: Partial<MqttDeviceOptions>) => {
    const broker = await brokerWith();
    startDevice(broker, options);
    await broker.until(() => broker.heard.length > 0);
    await broker.publish(deviceTopic.command(ID), "no command");
    await broker.publish(deviceTopic.command(ID), JSON.stringify({ id: "c-1", action, notAfter }));
    const answers = () => broker.heard.filter(({ topic }) => topic === deviceTopic.result(ID));
    await broker.until(() => answers().length > 0);
    return JSON.parse(answers()[0]?.text ?? "") as unknown;
  };
  const LATER = "2999-01-01T00:00:00Z";

  it("to unlock succeeds at a lock, in time", async () => {
    expect(await resultOf("unlock", LATER, { answer: answerAsLock })).toEqual({ id: "c-1", ok: true });
    const late = await resultOf("unlock", "2020-01-01T00:00:00Z", { answer: answerAsLock });
    expect(late).toMatchObject({ id: "c-1", ok: false, error: expect.stringContaining("expired") });
  });

  it("that a device does not know is not supported", async () => {
    expect(await resultOf("unlock", LATER, {})).toEqual({ id: "c-1", ok: false, error: "not supported: unlock" });
    expect(await resultOf("led", LATER, { answer: answerAsLock })).toMatchObject({ ok: false });
  });
});
