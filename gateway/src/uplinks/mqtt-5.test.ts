/** The MQTT uplink against a broker that answers as a test tells it, packet by packet. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { formatSequence, type LinkError, uplinkTopic } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import mqttPacket, { type IConnectPacket, type IPublishPacket, type Packet } from "mqtt-packet";
import { afterEach, describe, expect, it } from "vitest";
import { owedItem, owedItems, TEST_GATEWAY, uplinkDeps } from "../testing/uplink-items.ts";
import { MqttConfig, mqttUplink } from "./mqtt.ts";
import { messageOf } from "./mqtt-message.ts";

const never = new AbortController().signal;
const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
});

type ConnectAnswer = { readonly code: number; readonly properties?: object } | "close" | "reset" | "nothing";

interface Script {
  /** Default: welcome. */
  readonly connect?: (packet: IConnectPacket) => ConnectAnswer;
  /** Reason code of the PUBACK, 0 by default; undefined for none. */
  readonly publish?: (packet: IPublishPacket) => number | undefined;
}

interface Arrived {
  readonly packet: IPublishPacket;
  readonly bytes: number;
  /** Answers, whenever that is. */
  acknowledge(code?: number): void;
}

class ScriptedBroker {
  readonly connects: IConnectPacket[] = [];
  readonly arrived: Arrived[] = [];
  readonly #script: Script;
  #socket: Socket | undefined;
  #version: 4 | 5 = 4;

  constructor(script: Script) {
    this.#script = script;
  }

  async listen(): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => this.#take(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanUps.push(() => {
      server.close();
      this.#socket?.destroy();
    });
    return (server.address() as AddressInfo).port;
  }

  async until(count: number): Promise<void> {
    while (this.arrived.length < count) await settle();
  }

  receipt(...seqs: number[]): void {
    const payload = JSON.stringify({ accepted: seqs.map(formatSequence), rejected: [] });
    const topic = uplinkTopic.receipts(TEST_GATEWAY);
    this.send({ cmd: "publish", topic, payload, qos: 0, retain: false, dup: false });
  }

  send(packet: Packet): void {
    this.#socket?.write(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  #take(socket: Socket): void {
    this.#socket = socket;
    const parser = mqttPacket.parser();
    parser.on("packet", (packet: Packet) => this.#answer(packet));
    socket.on("data", (bytes) => parser.parse(bytes));
    socket.on("error", () => {});
  }

  #answer(packet: Packet): void {
    if (packet.cmd === "connect") this.#connect(packet);
    else if (packet.cmd === "subscribe") {
      this.send({
        cmd: "suback",
        messageId: packet.messageId ?? 0,
        granted: packet.subscriptions.map(({ qos }) => qos),
      });
    } else if (packet.cmd === "publish") {
      const messageId = packet.messageId ?? 0;
      const acknowledge = (reasonCode = 0) => this.send({ cmd: "puback", messageId, reasonCode });
      this.arrived.push({ packet, bytes: 1 + 3 + (packet.length ?? 0), acknowledge });
      const code = this.#script.publish === undefined ? 0 : this.#script.publish(packet);
      if (code !== undefined) acknowledge(code);
    }
  }

  #connect(packet: IConnectPacket): void {
    this.connects.push(packet);
    this.#version = packet.protocolVersion === 5 ? 5 : 4;
    const answer = this.#script.connect?.(packet) ?? { code: 0 };
    if (answer === "nothing") return;
    if (answer === "close") this.#socket?.end();
    else if (answer === "reset") this.#socket?.resetAndDestroy();
    else {
      const { code, properties = {} } = answer;
      // A broker of 3.1.1 answers in 3.1.1, whatever it was asked in.
      if (code > 0 && code < 0x80) this.#version = 4;
      this.send({ cmd: "connack", sessionPresent: false, reasonCode: code, returnCode: code, properties });
      if (code !== 0) this.#socket?.end();
    }
  }

  get versions(): (number | undefined)[] {
    return this.connects.map(({ protocolVersion }) => protocolVersion);
  }
}

async function open(script: Script = {}, config: Record<string, unknown> = {}) {
  const broker = new ScriptedBroker(script);
  const port = await broker.listen();
  const clock = new FakeClock();
  const deps = uplinkDeps(clock);
  const parsed = MqttConfig.parse({ url: `mqtt://127.0.0.1:${port}`, ...config });
  const uplink = mqttUplink.create("town", parsed, deps);
  const stop = new AbortController();
  cleanUps.push(() => stop.abort());
  const ended = uplink.run(stop.signal);
  const failure = ended.then(
    () => undefined,
    (error: unknown) => error as LinkError,
  );
  return { broker, uplink, clock, log: deps.log, stop, ended, failure };
}

const toBroker = { receipt: "broker" };

describe("in MQTT 5", () => {
  it("an event says what it is, and carries its attributes beside it", async () => {
    const { broker, uplink } = await open({}, toBroker);
    await uplink.send([owedItem(7, "emergency")], never);
    expect(broker.versions).toEqual([5]);
    expect(broker.arrived[0]?.packet).toMatchObject({
      topic: "gatehouse/g-1/up/emergency",
      qos: 1,
      properties: {
        contentType: "application/cloudevents+json",
        userProperties: {
          specversion: "1.0",
          id: "e-7",
          source: "gatehouse/g-1",
          type: "gatehouse.alert.raised",
          subject: "3-302",
          sequence: formatSequence(7),
          lane: "emergency",
          severitynumber: "17",
        },
      },
    });
    expect(broker.arrived[0]?.packet.properties?.userProperties).not.toHaveProperty("data");
  });

  it("nobody subscribing is no acceptance where the broker's word counts, and the operator is told", async () => {
    const { uplink } = await open({ publish: () => 0x10 }, toBroker);
    await expect(uplink.send([owedItem(1)], never)).rejects.toMatchObject({
      name: "LinkError",
      code: "refused",
      message: expect.stringContaining("nobody subscribes to gatehouse/g-1/up/alert (start the platform's subscriber"),
    });
  });

  it("nobody subscribing does not matter where the platform's receipts count", async () => {
    const { broker, uplink } = await open({ publish: () => 0x10 });
    const sending = uplink.send([owedItem(1)], never);
    await broker.until(1);
    broker.receipt(1);
    expect((await sending).accepted).toEqual([1]);
  });

  it.each([0x90, 0x99])("one message the broker refuses for itself (%i) is rejected, and no other", async (code) => {
    const isBad = ({ payload }: IPublishPacket) => payload.toString().includes('"e-2"');
    const { uplink } = await open({ publish: (packet) => (isBad(packet) ? code : 0) }, toBroker);
    expect(await uplink.send(owedItems(1, 3), never)).toEqual({
      accepted: [1, 3],
      rejected: [{ seq: 2, reason: `the broker refuses the message, reason ${code}` }],
    });
  });

  it.each([0x80, 0x87, 0x91, 0x97])("any other refusal (%i) keeps the batch", async (code) => {
    const { uplink } = await open({ publish: () => code });
    await expect(uplink.send(owedItems(1, 3), never)).rejects.toMatchObject({ name: "LinkError", code: "refused" });
  });

  it("a message larger than the broker takes is rejected and not sent; one just as large goes", async () => {
    const fits = owedItem(1, "alert", "楼".repeat(500));
    const tooLarge = owedItem(2, "alert", `${"楼".repeat(500)}x`);
    const maximumPacketSize = messageOf(TEST_GATEWAY, fits, 5).packetBytes;
    const { broker, uplink } = await open(
      { connect: () => ({ code: 0, properties: { maximumPacketSize } }) },
      toBroker,
    );
    expect(await uplink.send([fits, tooLarge, owedItem(3)], never)).toEqual({
      accepted: [1, 3],
      rejected: [
        { seq: 2, reason: `${maximumPacketSize + 1} bytes, the broker takes ${maximumPacketSize} at the most` },
      ],
    });
    const largest = Math.max(...broker.arrived.map(({ bytes }) => bytes));
    expect(largest).toBeLessThanOrEqual(maximumPacketSize);
    expect(largest).toBeGreaterThan(maximumPacketSize - 64);
  });

  it("the broker's goodbye ends the link with its reason", async () => {
    const { broker, uplink, failure } = await open({}, toBroker);
    await uplink.send([owedItem(1)], never);
    broker.send({ cmd: "disconnect", reasonCode: 0x8b });
    expect(await failure).toMatchObject({ code: "closed", message: expect.stringContaining("reason 139") });
  });
});

describe("what is under way to the broker", () => {
  const silent: Script = { publish: () => undefined };

  it("is 256 messages at the most; each acknowledgement lets one more go, in order", async () => {
    const { broker, uplink } = await open(silent, toBroker);
    // As small as an event can be, so that their number counts and not their bytes.
    const batch = Array.from({ length: 300 }, (_, i) => ({
      seq: i + 1,
      lane: "alert" as const,
      text: smallText(i + 1),
    }));
    const sending = uplink.send(batch, never);
    await untilQuiet(broker);
    const first = 256;
    expect(broker.arrived).toHaveLength(first);
    let acknowledged = 0;
    while (acknowledged < 300) {
      broker.arrived[acknowledged++]?.acknowledge();
      const expected = Math.min(300, acknowledged + first);
      await broker.until(expected);
      expect(broker.arrived.length).toBe(expected);
    }
    expect((await sending).accepted).toHaveLength(300);
    expect(broker.arrived.map(({ packet }) => sequenceOf(packet))).toEqual(batch.map(({ seq }) => seq));
  });

  it("is 64 KB at the most, or one larger message alone", async () => {
    const { broker, uplink } = await open(silent, toBroker);
    const large = owedItem(1, "alert", "x".repeat(100_000));
    const sending = uplink.send([large, ...mediumItems(2, 30)], never);
    await untilQuiet(broker);
    expect(broker.arrived).toHaveLength(1);
    broker.arrived[0]?.acknowledge();
    await untilQuiet(broker);
    const sizes = broker.arrived.slice(1).map(({ packet }) => packet.payload.length);
    const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
    expect(total).toBeLessThanOrEqual(64 * 1024);
    expect(total).toBeGreaterThan(64 * 1024 - Math.max(...sizes));
    for (let i = 1; i < 30; i++) {
      await broker.until(i + 1);
      broker.arrived[i]?.acknowledge();
    }
    expect((await sending).accepted).toHaveLength(30);
  });

  it("is what the broker can receive at a time, where that is less", async () => {
    const { broker, uplink } = await open(
      { ...silent, connect: () => ({ code: 0, properties: { receiveMaximum: 3 } }) },
      toBroker,
    );
    const sending = uplink.send(owedItems(1, 5), never);
    await untilQuiet(broker);
    expect(broker.arrived).toHaveLength(3);
    for (let i = 0; i < 5; i++) {
      await broker.until(i + 1);
      broker.arrived[i]?.acknowledge();
    }
    expect((await sending).accepted).toEqual([1, 2, 3, 4, 5]);
  });

  it("is followed first by the higher lane", async () => {
    const { broker, uplink } = await open(
      { ...silent, connect: () => ({ code: 0, properties: { receiveMaximum: 2 } }) },
      toBroker,
    );
    const backlog = uplink.send(owedItems(1, 6, "telemetry"), never);
    await broker.until(2);
    const alert = uplink.send([owedItem(100, "emergency")], never);
    await settle();
    broker.arrived[0]?.acknowledge();
    await broker.until(3);
    expect(broker.arrived[2]?.packet.topic).toBe("gatehouse/g-1/up/emergency");
    broker.arrived[2]?.acknowledge();
    expect((await alert).accepted).toEqual([100]);
    for (let i = 1; i < 7; i++) {
      await broker.until(i + 1);
      broker.arrived[i]?.acknowledge();
    }
    expect((await backlog).accepted).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("ends the link when nothing is acknowledged for ten seconds", async () => {
    const { broker, uplink, clock, failure } = await open(silent, toBroker);
    const sending = uplink.send(owedItems(1, 2), never).catch((error: unknown) => error);
    await broker.until(2);
    await clock.advance(9_000);
    broker.arrived[0]?.acknowledge();
    await untilQuiet(broker);
    await clock.advance(9_999);
    expect(await Promise.race([failure, settle().then(() => "running")])).toBe("running");
    await clock.advance(1);
    expect(await failure).toMatchObject({ code: "timeout", message: expect.stringContaining("no acknowledgement") });
    expect(await sending).toBe(await failure);
  });
});

describe("the version of MQTT", () => {
  const only =
    (version: number, answer: ConnectAnswer): Required<Pick<Script, "connect">>["connect"] =>
    ({ protocolVersion }) =>
      protocolVersion === version ? { code: 0 } : answer;

  it.each<[string, ConnectAnswer]>([
    ["unacceptable protocol version, in 3.1.1", { code: 1 }],
    ["identifier rejected, in 3.1.1", { code: 2 }],
    ["unsupported protocol version, in 5", { code: 0x84 }],
    ["nothing, and closes", "close"],
    ["nothing, and resets", "reset"],
  ])("is 3.1.1 for a broker that answers 5 with: %s", async (_name, answer) => {
    const { broker, uplink, log } = await open({ connect: only(4, answer) }, toBroker);
    expect((await uplink.send([owedItem(1)], never)).accepted).toEqual([1]);
    expect(broker.versions).toEqual([5, 4]);
    expect(broker.arrived[0]?.packet.properties).toBeUndefined();
    expect(log.lines.map(({ message }) => message)).toEqual(["the broker does not speak mqtt 5, it gets 3.1.1"]);
  });

  it.each<[string, ConnectAnswer, object]>([
    ["bad credentials", { code: 0x86 }, { code: "refused", message: /Bad User Name/i }],
    ["not authorized", { code: 0x87 }, { code: "refused", message: /Not authorized/i }],
    ["server busy", { code: 0x89 }, { code: "refused", message: /Server busy/i }],
  ])("is not in question when a broker of MQTT 5 refuses: %s", async (_name, answer, expected) => {
    const { broker, failure } = await open({ connect: () => answer }, toBroker);
    const { code, message } = expected as { code: string; message: RegExp };
    expect(await failure).toMatchObject({ name: "LinkError", code, message: expect.stringMatching(message) });
    expect(broker.versions).toEqual([5]);
  });

  it("is not in question when the broker does not answer", async () => {
    const { broker, clock, failure } = await open({ connect: () => "nothing" }, toBroker);
    while (broker.connects.length === 0) await settle();
    await clock.advance(10_000);
    expect(await failure).toMatchObject({ name: "LinkError", code: "timeout" });
    expect(broker.versions).toEqual([5]);
  });

  it("is tried once each: a broker that closes on both is down", async () => {
    const { broker, failure } = await open({ connect: () => "close" }, toBroker);
    expect(await failure).toMatchObject({ name: "LinkError", code: "closed" });
    expect(broker.versions).toEqual([5, 4]);
  });

  it.each<[number, ConnectAnswer, string]>([
    [5, { code: 1 }, "if the broker speaks MQTT 3.1.1 only, write `version: 4`, or leave `version` out"],
    [5, "close", "if the broker speaks MQTT 3.1.1 only, write `version: 4`, or leave `version` out"],
    [4, { code: 1 }, "if the broker speaks MQTT 5 only, write `version: 5`, or leave `version` out"],
    [4, "close", "if the broker speaks MQTT 5 only, write `version: 5`, or leave `version` out"],
  ])("is the configured one (%i), with advice when the broker does not take it", async (version, answer, advice) => {
    const { broker, failure } = await open({ connect: () => answer }, { version });
    expect(await failure).toMatchObject({ name: "LinkError", message: expect.stringContaining(`(${advice})`) });
    expect(broker.versions).toEqual([version]);
  });

  it("is 3.1.1 where that is configured, for a broker that speaks both", async () => {
    const { broker, uplink, log } = await open({}, { ...toBroker, version: 4 });
    await uplink.send([owedItem(1)], never);
    expect(broker.versions).toEqual([4]);
    expect(log.lines).toEqual([]);
  });

  it("is not looked for any more once the uplink is stopped", async () => {
    const { broker, stop, ended } = await open({ connect: () => "nothing" });
    while (broker.connects.length === 0) await settle();
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
    await settle();
    expect(broker.versions).toEqual([5]);
  });
});

/** Resolves when nothing has come for a while that is much longer than a round trip on loopback. */
async function untilQuiet(broker: ScriptedBroker): Promise<void> {
  let count = -1;
  while (count !== broker.arrived.length) {
    count = broker.arrived.length;
    for (let i = 0; i < 20; i++) await settle();
  }
}

const sequenceOf = ({ payload }: IPublishPacket): number =>
  Number((JSON.parse(payload.toString()) as { readonly sequence: string }).sequence);

const smallText = (seq: number) => JSON.stringify({ sequence: String(seq), data: {} });

const mediumItems = (from: number, to: number) =>
  owedItems(from, to).map(({ seq, lane }) => owedItem(seq, lane, "x".repeat(5_000)));
