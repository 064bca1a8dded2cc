import { CloudEvent, LinkError, uplinkTopic } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { uplinkTypes } from "gatehouse";
import {
  owedItem,
  owedItems,
  TEST_CA,
  TEST_CLIENT_CERT,
  TEST_CLIENT_KEY,
  TEST_GATEWAY,
  TEST_SERVER_CERT,
  TEST_SERVER_KEY,
  uplinkDeps,
} from "gatehouse/testing";
import mqtt, { type IPublishPacket } from "mqtt";
import { describe, expect, it } from "vitest";
import { type MosquittoOptions, startMosquitto } from "../support/mosquitto.ts";

const never = new AbortController().signal;
const row = uplinkTypes.find(({ type }) => type === "mqtt");
const UP = `gatehouse/${TEST_GATEWAY}/up/#`;

/** A broker of MQTT 5, 3.1.1 and 3.1. */
async function open(options?: MosquittoOptions) {
  const stack = new AsyncDisposableStack();
  const broker = stack.use(await startMosquitto(options));
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const uplink = (config: object = {}, secrets: Readonly<Record<string, string>> = {}) => {
    const clock = new FakeClock();
    const deps = uplinkDeps(clock, secrets);
    const it = row?.create("town", row.config.parse({ url, ...config }) as never, deps);
    if (it === undefined) throw new RangeError("there is no uplink type mqtt");
    const stop = new AbortController();
    const ended = it.run(stop.signal);
    ended.catch(() => {});
    stack.defer(async () => {
      stop.abort();
      await ended.catch(() => {});
    });
    return { uplink: it, ended, clock, log: deps.log };
  };
  /** A platform's subscriber. */
  const subscriber = async () => {
    const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
    stack.defer(() => client.endAsync(true));
    const got: IPublishPacket[] = [];
    client.on("message", (_topic, _payload, packet) => got.push(packet));
    await client.subscribeAsync(UP, { qos: 1 });
    const until = async (count: number) => {
      while (got.length < count) await settle();
    };
    return { client, got, until };
  };
  return { broker, uplink, subscriber, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("the mqtt uplink with Mosquitto", () => {
  it("speaks MQTT 5 by itself: events carry their type and attributes", async () => {
    await using town = await open();
    const { got, until } = await town.subscriber();
    const { uplink, log } = town.uplink({ receipt: "broker" });
    const item = owedItem(7, "emergency");
    expect((await uplink.send([item], never)).accepted).toEqual([7]);
    await until(1);
    const event = CloudEvent.parse(JSON.parse(String(got[0]?.payload)));
    const { data: _, ...attributes } = event;
    expect(got[0]).toMatchObject({ topic: `gatehouse/${TEST_GATEWAY}/up/emergency`, qos: 1 });
    expect(got[0]?.properties).toMatchObject({
      contentType: "application/cloudevents+json",
      userProperties: { ...attributes, severitynumber: String(event.severitynumber) },
    });
    expect(log.lines).toEqual([]);
  });

  it("takes the platform's receipts", async () => {
    await using town = await open();
    const { client, until } = await town.subscriber();
    const { uplink } = town.uplink();
    const sending = uplink.send(owedItems(1, 3), never);
    await until(3);
    const sequence = (n: number) => String(n).padStart(16, "0");
    const receipt = { accepted: [sequence(1), sequence(3)], rejected: [{ sequence: sequence(2), reason: "bad" }] };
    await client.publishAsync(uplinkTopic.receipts(TEST_GATEWAY), JSON.stringify(receipt), { qos: 1 });
    expect(await sending).toEqual({ accepted: [1, 3], rejected: [{ seq: 2, reason: "bad" }] });
  });

  it("takes the broker's word for a thousand items, in order", async () => {
    await using town = await open();
    const { got, until } = await town.subscriber();
    const { uplink } = town.uplink({ receipt: "broker" });
    const batch = owedItems(1, 1_000, "telemetry");
    expect((await uplink.send(batch, never)).accepted).toHaveLength(1_000);
    await until(1_000);
    expect(got.map(({ payload }) => String(payload))).toEqual(batch.map(({ text }) => text));
  });

  it("does not take the broker's word when nobody subscribes", async () => {
    await using town = await open();
    const { uplink } = town.uplink({ receipt: "broker" });
    await expect(uplink.send([owedItem(1)], never)).rejects.toMatchObject({
      name: "LinkError",
      message: expect.stringContaining("nobody subscribes to"),
    });
  });

  it("takes it all the same in 3.1.1, where a broker cannot say so", async () => {
    await using town = await open();
    const { uplink } = town.uplink({ receipt: "broker", version: 4 });
    expect((await uplink.send([owedItem(1)], never)).accepted).toEqual([1]);
  });

  it("sets an item aside that is larger than the broker takes, and sends the others", async () => {
    await using town = await open({ config: ["max_packet_size 4000"] });
    const { got, until } = await town.subscriber();
    const { uplink } = town.uplink({ receipt: "broker" });
    const { accepted, rejected } = await uplink.send(
      [owedItem(1), owedItem(2, "alert", "x".repeat(4_000)), owedItem(3)],
      never,
    );
    expect(accepted).toEqual([1, 3]);
    expect(rejected).toMatchObject([{ seq: 2, reason: expect.stringMatching(/the broker takes 4000 at the most/) }]);
    await until(2);
    expect(got).toHaveLength(2);
  });

  it("loses the link with the broker, and everything under way is kept", async () => {
    await using town = await open();
    const { uplink, ended } = town.uplink();
    const { until } = await town.subscriber();
    const sending = uplink.send([owedItem(1)], never).catch((error: unknown) => error);
    await until(1);
    await town.broker[Symbol.asyncDispose]();
    await expect(ended).rejects.toBeInstanceOf(LinkError);
    expect(await sending).toBeInstanceOf(LinkError);
  });

  it("speaks TLS, with its own certificate where the broker asks for one", async () => {
    const files = { "ca.pem": TEST_CA, "broker.pem": TEST_SERVER_CERT, "broker.key": TEST_SERVER_KEY };
    const tls = [
      "cafile $DIR/ca.pem",
      "certfile $DIR/broker.pem",
      "keyfile $DIR/broker.key",
      "require_certificate true",
    ];
    await using town = await open({ files, config: tls });
    const secrets = { "ca.pem": TEST_CA, "g.pem": TEST_CLIENT_CERT, "g.key": TEST_CLIENT_KEY };
    const url = `mqtts://localhost:${town.broker.port}`;
    const ca = { file: "ca.pem" };
    const config = { url, receipt: "broker", version: 4 };
    const own = { ca, cert: { file: "g.pem" }, key: { file: "g.key" } };
    const known = town.uplink({ ...config, tls: own }, secrets);
    expect((await known.uplink.send([owedItem(1)], never)).accepted).toEqual([1]);
    // The broker's word of it and the end of its connection race each other: without the word nothing can be advised.
    const refusals: string[] = [];
    for (let n = 0; n < 5 && !refusals.some((said) => said.includes("`tls.cert`")); n++)
      refusals.push(await town.uplink({ ...config, tls: { ca } }, secrets).ended.then(() => "taken", String));
    expect(refusals.at(-1)).toContain("check `tls.cert` and `tls.key`");
    expect(refusals).not.toContain("taken");
    const doubter = town.uplink({ ...config, tls: { ...own, ca: { file: "g.pem" } } }, secrets);
    await expect(doubter.ended).rejects.toThrow("not from an authority this gateway knows");
  });

  it("carries its attributes over MQTT 5, TLS and a client certificate, of mapped items too", async () => {
    const files = { "ca.pem": TEST_CA, "broker.pem": TEST_SERVER_CERT, "broker.key": TEST_SERVER_KEY };
    const lines = [
      "cafile $DIR/ca.pem",
      "certfile $DIR/broker.pem",
      "keyfile $DIR/broker.key",
      "require_certificate true",
    ];
    await using town = await open({ files, config: lines });
    const url = `mqtts://localhost:${town.broker.port}`;
    const pem = { ca: TEST_CA, cert: TEST_CLIENT_CERT, key: TEST_CLIENT_KEY };
    const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0, ...pem });
    await using _ = { [Symbol.asyncDispose]: () => client.endAsync(true) };
    const got: IPublishPacket[] = [];
    client.on("message", (_topic, _payload, packet) => got.push(packet));
    await client.subscribeAsync(UP, { qos: 1 });
    const secrets = { "ca.pem": TEST_CA, "g.pem": TEST_CLIENT_CERT, "g.key": TEST_CLIENT_KEY };
    const tls = { ca: { file: "ca.pem" }, cert: { file: "g.pem" }, key: { file: "g.key" } };
    const { uplink } = town.uplink({ url, receipt: "broker", tls }, secrets);
    const item = owedItem(7, "emergency");
    expect((await uplink.send([{ ...item, event: item.text, text: '{"case":1}' }], never)).accepted).toEqual([7]);
    while (got.length < 1) await settle();
    expect(String(got[0]?.payload)).toBe('{"case":1}');
    expect(got[0]?.properties).toMatchObject({
      contentType: "application/json",
      userProperties: { id: "e-7", type: "gatehouse.alert.raised", sequence: "0000000000000007" },
    });
  });
});
