/** The native MQTT driver with a real broker and a real client at the other end. */
import { type DeviceCommand, deviceTopic, encodeReadingBatch } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { driverTypes } from "gatehouse";
import { header, MemoryLog, type OpenBroker, openBroker, publishPacket, WireClient } from "gatehouse/testing";
import type { BadInput, OpenDriver } from "./driver-contract.ts";

const DEVICE = "count-302";

/** A message id is its reading's `seq`, so that a PUBACK tells which one it is for. */
class Counter {
  readonly #broker: OpenBroker;
  client: WireClient | undefined;
  errors: WireClient | undefined;

  constructor(broker: OpenBroker) {
    this.#broker = broker;
  }

  async join(): Promise<void> {
    const { port } = this.#broker;
    this.client = await WireClient.connect(port, { user: DEVICE, clientId: "readings" });
    this.errors ??= await WireClient.connect(port, { user: DEVICE, clientId: "errors" });
    await this.errors.subscribe(deviceTopic.errors(DEVICE));
    await this.errors.subscribe(deviceTopic.command(DEVICE));
  }

  async publish(topic: string, payload: string | Buffer): Promise<void> {
    await this.client?.publish(topic, payload, 500);
  }
}

export const openMqttDriver: OpenDriver = async (accept) => {
  const clock = new FakeClock();
  const broker = await openBroker({ clock, devices: [DEVICE], onPublish: "none" });
  const row = driverTypes.find(({ type }) => type === "mqtt");
  if (row === undefined) throw new RangeError("there is no driver type mqtt");
  const driver = row.create("mqtt", row.config.parse({}), {
    clock,
    log: new MemoryLog(),
    accept,
    health: broker.health,
    devices: [{ id: DEVICE, kind: "counter", driver: "mqtt", reversed: false }],
    broker: broker.broker,
    secret: () => Buffer.alloc(0),
  });
  const counter = new Counter(broker);
  const ready = Promise.withResolvers<WireClient>();
  ready.promise.catch(() => {});
  // A device is let in once the driver runs.
  setImmediate(() => counter.join().then(() => ready.resolve(counter.client as WireClient), ready.reject));
  const topic = deviceTopic.readings(DEVICE);
  return {
    driver,
    clock,
    device: DEVICE,
    send: (seq) => {
      const payload = JSON.stringify({ epoch: 1, seq, kind: "count.in", value: 1 });
      ready.promise.then(() => counter.client?.send(publishPacket(topic, payload, seq))).catch(() => {});
    },
    acknowledged: async () => {
      await ready.promise;
      return (counter.client as WireClient).acknowledged();
    },
    badInputs: badInputs(counter, ready.promise),
    obey: async (ok) => {
      await ready.promise;
      const { payload } = await (counter.errors as WireClient).message();
      const command = JSON.parse(payload) as DeviceCommand;
      const result = { id: command.id, ok, ...(ok ? {} : { error: "jammed" }) };
      await counter.publish(deviceTopic.result(DEVICE), JSON.stringify(result));
      return command;
    },
    breakLink: undefined,
    codes: () => broker.health.entries.map(({ code }) => code),
    close: async () => {
      await ready.promise.catch(() => {});
      counter.client?.socket.destroy();
      counter.errors?.socket.destroy();
      await broker.close();
    },
  };
};

function badInputs(counter: Counter, ready: Promise<WireClient>): readonly BadInput[] {
  const readings = deviceTopic.readings(DEVICE);
  const protobuf = deviceTopic.readingsPb(DEVICE);
  const published = (name: string, topic: string, payload: string | Buffer, recorded: RegExp): BadInput => ({
    name,
    recorded,
    send: async () => {
      await ready;
      await counter.publish(topic, payload);
    },
    told: async () => (await (counter.errors as WireClient).message()).payload,
  });
  const reading = (fields: object) => JSON.stringify({ kind: "count.in", ...fields });
  return [
    published("not JSON", readings, "{", /not JSON/),
    published("an empty payload", readings, "", /not JSON/),
    published("invalid UTF-8", readings, Buffer.from([0x22, 0xff, 0xfe, 0x22]), /not UTF-8/),
    published("a number for a reading", readings, "5", /must be an object/),
    published("no kind", readings, reading({ kind: undefined }), /kind/),
    published("an unknown kind", readings, reading({ kind: "count.sideways" }), /unknown kind "count.sideways"/),
    published("text for a number", readings, reading({ value: "many" }), /value/),
    published("an absurd number of persons", readings, reading({ value: 1e9 }), /value/),
    published("a seq that is none", readings, reading({ seq: -1 }), /seq/),
    published("a time that is none", readings, reading({ at: "yesterday" }), /at: must be RFC 3339/),
    published("another device's reading", readings, reading({ device: "lock-302" }), /device: must be count-302/),
    published("invalid protobuf", protobuf, Buffer.from([0x0a, 0xff, 0xff, 0xff]), /not a ReadingBatch/),
    published("an unknown kind in protobuf", protobuf, unknownKind(), /unknown kind/),
    published("a status that is none", deviceTopic.status(DEVICE), '{"state":"asleep"}', /status: state/),
    published("a result without an id", deviceTopic.result(DEVICE), '{"ok":true}', /result: id/),
    {
      name: "a payload of 10 MB",
      send: async () => {
        const client = await ready;
        client.send(header(0x32, 10_000_000), Buffer.alloc(1_000_000));
        await client.closed;
        await counter.join();
      },
      codes: ["broker-refused"],
    },
  ];
}

function unknownKind(): Buffer {
  return Buffer.from(encodeReadingBatch([{ device: DEVICE, kind: "count.sideways" as "count.in" }]));
}
