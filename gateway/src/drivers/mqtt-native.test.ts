import { deviceTopic, encodeReadingBatch } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { HealthBoard } from "../core/health.ts";
import { type Accept, type LocalBroker, type LocalPublish, Unreadable } from "../core/ports.ts";
import { bareDeps } from "../testing/driver-deps.ts";
import { MemoryLog } from "../testing/log.ts";
import { mqttNative } from "./mqtt-native.ts";

const DEVICE = "lock-302";

/** A broker in name only: hands publishes over and keeps what was told. */
class QuietBroker implements LocalBroker {
  readonly told: { readonly topic: string; readonly message: unknown }[] = [];
  #handler: (publish: LocalPublish) => Promise<void> | undefined = () => undefined;

  onPublish(handler: (publish: LocalPublish) => Promise<void> | undefined): () => void {
    this.#handler = handler;
    return () => {};
  }

  async publish(topic: string, payload: string | Buffer): Promise<void> {
    this.told.push({ topic, message: JSON.parse(String(payload)) });
  }

  offer(topic: string, payload: string | Uint8Array): Promise<void> | undefined {
    const device = topic.split("/")[2] ?? "";
    return this.#handler({ client: device, topic, payload: Buffer.from(payload as string), qos: 1 });
  }
}

function start(judge: (item: unknown) => string | undefined = () => undefined) {
  const batches: (readonly unknown[])[] = [];
  const accept: Accept = async (items) => {
    batches.push(items);
    return items.flatMap((item, index) => {
      const reason = item instanceof Unreadable ? item.reason : judge(item);
      return reason === undefined ? [] : [{ index, reason }];
    });
  };
  const clock = new FakeClock();
  const broker = new QuietBroker();
  const driver = mqttNative.create(
    "mqtt",
    {},
    {
      clock,
      log: new MemoryLog(),
      accept,
      health: new HealthBoard(clock),
      devices: [{ id: DEVICE, kind: "lock", driver: "mqtt", reversed: false }],
      broker,
      ...bareDeps(),
    },
  );
  void driver.run(new AbortController().signal);
  return { batches, broker, driver };
}

const readings = deviceTopic.readings(DEVICE);
const status = deviceTopic.status(DEVICE);

describe("readings", () => {
  it("get the device of their topic, one or many", async () => {
    const { batches, broker } = start();
    await broker.offer(readings, '{"kind":"door.opened","seq":1}');
    await broker.offer(readings, `[{"kind":"door.closed","seq":2},{"kind":"panic","device":"${DEVICE}"}]`);
    expect(batches).toEqual([
      [{ kind: "door.opened", seq: 1, device: DEVICE }],
      [
        { kind: "door.closed", seq: 2, device: DEVICE },
        { kind: "panic", device: DEVICE },
      ],
    ]);
  });

  it("come as protobuf all the same", async () => {
    const { batches, broker } = start();
    const batch = encodeReadingBatch([
      { device: DEVICE, kind: "count.totals", epoch: 1, seq: 9, value: { in: 7, out: 5 } },
      { device: DEVICE, kind: "access.granted", credential: "04A2", at: "2026-01-05T08:00:00.000Z" },
    ]);
    await broker.offer(deviceTopic.readingsPb(DEVICE), batch);
    expect(batches[0]).toEqual([
      { device: DEVICE, kind: "count.totals", epoch: 1, seq: 9, value: { in: 7, out: 5 } },
      { device: DEVICE, kind: "access.granted", credential: "04A2", at: "2026-01-05T08:00:00.000Z" },
    ]);
  });

  it("of a long message are accepted in steps, and rejections keep their place in the message", async () => {
    const { batches, broker } = start((item) => ((item as { seq: number }).seq % 600 === 599 ? "no" : undefined));
    const items = Array.from({ length: 1_250 }, (_, seq) => ({ kind: "panic", seq }));
    await broker.offer(readings, JSON.stringify(items));
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 250]);
    expect(broker.told.map(({ message }) => message)).toEqual([
      { index: 599, reason: "no" },
      { index: 1_199, reason: "no" },
    ]);
  });

  it("that are bad are told one by one up to twenty, then by their number", async () => {
    const { broker } = start(() => "no".repeat(400));
    await broker.offer(readings, JSON.stringify(Array.from({ length: 50 }, () => ({ kind: "panic" }))));
    expect(broker.told).toHaveLength(21);
    expect(broker.told[0]).toEqual({
      topic: deviceTopic.errors(DEVICE),
      message: { index: 0, reason: "no".repeat(150) },
    });
    expect(broker.told[20]?.message).toEqual({ index: -1, reason: "and 30 more" });
  });

  it("beyond ten thousand in one message are refused together", async () => {
    const { batches, broker } = start();
    await broker.offer(readings, `[${Array.from({ length: 10_001 }, () => '{"kind":"panic"}').join(",")}]`);
    expect(batches).toEqual([[new Unreadable(DEVICE, "10001 readings in one message, at most 10000 are taken")]]);
  });

  it("of which some are bad leave the good ones where they are", async () => {
    const { batches, broker } = start();
    await broker.offer(readings, '[{"kind":"panic"},null,[1],{"kind":"panic","device":"lock-303"},{"kind":"duress"}]');
    expect(batches[0]?.map((item) => item instanceof Unreadable)).toEqual([false, true, true, true, false]);
  });

  it("of another driver's device are not taken", () => {
    const { broker } = start();
    expect(broker.offer(deviceTopic.readings("lock-303"), "{}")).toBeUndefined();
    expect(broker.offer("gatehouse/1/state/health", "{}")).toBeUndefined();
  });

  it("of none are acknowledged without a commit", async () => {
    const { batches, broker } = start();
    await broker.offer(readings, "[]");
    expect(batches).toEqual([]);
  });
});

describe("status", () => {
  it("becomes a reading when it changes, and only then", async () => {
    const { batches, broker } = start();
    for (const state of ["online", "online", "offline", "offline", "online"]) {
      await broker.offer(status, JSON.stringify({ state }));
    }
    const kinds = batches.flat().map((item) => (item as { kind: string }).kind);
    expect(kinds).toEqual(["device.online", "device.offline", "device.online"]);
    expect(batches[0]).toEqual([{ device: DEVICE, kind: "device.online" }]);
  });

  it("is kept as the device last gave it", async () => {
    const { broker, driver } = start();
    await broker.offer(status, '{"state":"online","battery":0.8,"firmware":"1.2"}');
    await broker.offer(status, '{"state":"online","battery":0.7,"rssi":-60}');
    expect(driver.statuses.get(DEVICE)).toEqual({ state: "online", battery: 0.7, rssi: -60 });
  });
});

describe("a command", () => {
  const command = { id: "c1", action: "unlock" as const, notAfter: "2026-01-05T00:00:10.000Z" };
  const signal = new AbortController().signal;

  it("for a device that said goodbye is refused at once, and sent once it is back", async () => {
    const { broker, driver } = start();
    await broker.offer(status, '{"state":"offline"}');
    await expect(driver.command(DEVICE, command, signal)).rejects.toMatchObject({ code: "refused" });
    expect(broker.told).toEqual([]);
    await broker.offer(status, '{"state":"online"}');
    const asked = driver.command(DEVICE, command, signal);
    expect(broker.told).toEqual([{ topic: deviceTopic.command(DEVICE), message: command }]);
    await broker.offer(deviceTopic.result(DEVICE), '{"id":"c1","ok":true}');
    expect(await asked).toEqual({ id: "c1", ok: true });
  });
});
