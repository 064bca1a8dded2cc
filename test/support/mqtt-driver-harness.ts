/** The native MQTT driver with a real broker and a real client at the other end. */
import { type DeviceCommand, deviceTopic, encodeReadingBatch } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { driverTypes } from "gatehouse";
import { bareDeps, header, MemoryLog, openBroker, PINGREQ, publishPacket, WireClient } from "gatehouse/testing";
import type { BadInput, OpenDriver } from "./driver-contract.ts";

const DEVICE = "count-302";
const PINGRESP = 13;

/** The device, with a second connection for what it is told, so that acknowledgements and messages do not mix. */
class Counter {
  readonly #port: number;
  #sender: WireClient | undefined;
  #listener: WireClient | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  async join(): Promise<void> {
    this.#sender = await WireClient.connect(this.#port, { user: DEVICE, clientId: "sender" });
    this.#listener = await WireClient.connect(this.#port, { user: DEVICE, clientId: "listener" });
    await this.#listener.subscribe(deviceTopic.errors(DEVICE));
    await this.#listener.subscribe(deviceTopic.command(DEVICE));
  }

  get sender(): WireClient {
    return present(this.#sender);
  }

  get listener(): WireClient {
    return present(this.#listener);
  }

  leave(): void {
    this.#sender?.socket.destroy();
    this.#listener?.socket.destroy();
  }
}

function present(client: WireClient | undefined): WireClient {
  if (client === undefined) throw new RangeError("the device has not joined");
  return client;
}

export const openMqttDriver: OpenDriver = async (accept) => {
  const clock = new FakeClock();
  const broker = await openBroker({ clock, devices: [DEVICE], onPublish: "none" });
  const row = driverTypes.find(({ type }) => type === "mqtt");
  if (row === undefined) throw new RangeError("there is no driver type mqtt");
  const driver = row.create("mqtt", row.config.parse({}) as never, {
    clock,
    log: new MemoryLog(),
    accept,
    health: broker.health,
    devices: [{ id: DEVICE, kind: "counter", driver: "mqtt", reversed: false }],
    broker: broker.broker,
    ...bareDeps(),
  });
  const counter = new Counter(broker.port);
  const topic = deviceTopic.readings(DEVICE);
  return {
    driver,
    clock,
    device: DEVICE,
    join: () => counter.join(),
    // The message id is the reading's seq, so that a PUBACK tells which one it is for.
    send: (seq) => {
      const payload = JSON.stringify({ epoch: 1, seq, kind: "count.in", value: 1 });
      counter.sender.send(publishPacket(topic, payload, seq));
    },
    acknowledged: () => counter.sender.acknowledged(),
    isQuiet: async () => {
      counter.sender.send(PINGREQ);
      return (await counter.sender.next()).type === PINGRESP;
    },
    badInputs: badInputs(counter),
    obey: async (ok) => {
      const { payload } = await counter.listener.message();
      const command = JSON.parse(payload) as DeviceCommand;
      const result = { id: command.id, ok, ...(ok ? {} : { error: "jammed" }) };
      await counter.sender.publish(deviceTopic.result(DEVICE), JSON.stringify(result));
      return command;
    },
    breakLink: undefined,
    codes: () => broker.health.entries.map(({ code }) => code),
    close: async () => {
      counter.leave();
      await broker.close();
    },
  };
};

function badInputs(counter: Counter): readonly BadInput[] {
  const readings = deviceTopic.readings(DEVICE);
  const protobuf = deviceTopic.readingsPb(DEVICE);
  const published = (name: string, topic: string, payload: string | Buffer, recorded: RegExp): BadInput => ({
    name,
    recorded,
    send: async () => {
      await counter.sender.publish(topic, payload);
    },
    told: async () => {
      const message = await counter.listener.message();
      return (JSON.parse(message.payload) as { reason: string }).reason;
    },
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
        const { sender } = counter;
        sender.send(header(0x32, 10_000_000), Buffer.alloc(1_000_000));
        await sender.closed;
        await counter.join();
      },
      codes: ["broker-refused"],
    },
  ];
}

function unknownKind(): Buffer {
  return Buffer.from(encodeReadingBatch([{ device: DEVICE, kind: "count.sideways" as "count.in" }]));
}
