import { ConfigError } from "@gatehouse/protocol";
import { FakeClock, Random, settle } from "@gatehouse/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { HealthBoard } from "../core/health.ts";
import { TEST_CA, TEST_SERVER_CERT, TEST_SERVER_KEY } from "../testing/certificates.ts";
import { MemoryLog } from "../testing/log.ts";
import {
  connectPacket,
  DISCONNECT,
  header,
  PINGREQ,
  publishPacket,
  subscribePacket,
  WireClient,
} from "../testing/mqtt-wire.ts";
import { type OpenBroker, type OpenBrokerOptions, openBroker } from "../testing/open-broker.ts";
import { createBroker } from "./broker.ts";

const READINGS = "gatehouse/1/lock-302/readings";
const STATUS = "gatehouse/1/lock-302/status";

const opened: OpenBroker[] = [];
const clients: WireClient[] = [];

async function open(options?: OpenBrokerOptions): Promise<OpenBroker> {
  const it = await openBroker(options);
  opened.push(it);
  return it;
}

async function join({ port }: OpenBroker, user = "lock-302", fields: Parameters<WireClient["connect"]>[0] = {}) {
  const client = await WireClient.connect(port, { user, ...fields });
  clients.push(client);
  return client;
}

async function knock({ port }: OpenBroker): Promise<WireClient> {
  const client = await WireClient.open(port);
  clients.push(client);
  return client;
}

/** A handler whose answers a test gives itself, in the order of the publishes. */
function held() {
  const answers: PromiseWithResolvers<void>[] = [];
  let arrived: () => void = () => {};
  return {
    answers,
    onPublish: (): Promise<void> => {
      const answer = Promise.withResolvers<void>();
      answers.push(answer);
      arrived();
      return answer.promise;
    },
    async count(wanted: number): Promise<void> {
      while (answers.length < wanted) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  for (const { abort } of opened) abort();
  for (const { ended } of opened.splice(0)) await Promise.race([ended, settle()]);
});

describe("a publish", () => {
  it("is acknowledged when it is committed, and not before", async () => {
    const hold = held();
    const it = await open({ onPublish: hold.onPublish });
    const client = await join(it);
    client.send(publishPacket(READINGS, "{}", 7), PINGREQ);
    expect((await client.next()).type).toBe(13);
    hold.answers[0]?.resolve();
    expect(await client.acknowledged()).toBe(7);
  });

  it("disconnects its client when it cannot be committed, and is not acknowledged", async () => {
    const it = await open({ onPublish: () => Promise.reject(new ConfigError({ path: "", reason: "stopping" })) });
    const client = await join(it);
    client.send(publishPacket(READINGS, "{}"));
    await expect(client.next()).rejects.toThrow("closed");
  });

  it("costs its client its connection when a driver fails at it, and nobody else anything", async () => {
    const it = await open({
      onPublish: () => {
        throw new TypeError("a driver's fault");
      },
    });
    const client = await join(it);
    client.send(publishPacket(READINGS, "{}"));
    await expect(client.next()).rejects.toThrow("closed");
    await expect(join(it)).resolves.toBeDefined();
  });

  it("is acknowledged in its turn, even when a later one is committed first", async () => {
    const hold = held();
    const it = await open({ onPublish: hold.onPublish });
    const client = await join(it);
    client.send(...[1, 2, 3].map((id) => publishPacket(READINGS, "{}", id)));
    await hold.count(3);
    for (const answer of [...hold.answers].reverse()) {
      answer.resolve();
      await settle();
    }
    expect([await client.acknowledged(), await client.acknowledged(), await client.acknowledged()]).toEqual([1, 2, 3]);
  });

  it("comes with its device, topic, bytes and QoS", async () => {
    const it = await open();
    const client = await join(it);
    await client.publish(READINGS, Buffer.from([0, 255, 1]));
    expect(it.publishes).toEqual([{ client: "lock-302", topic: READINGS, payload: Buffer.from([0, 255, 1]), qos: 1 }]);
  });

  it("of QoS 2 is received only when it is committed, and completed", async () => {
    const hold = held();
    const it = await open({ onPublish: hold.onPublish });
    const client = await join(it);
    client.send(publishPacket(READINGS, "{}", 9, 0x04));
    await hold.count(1);
    hold.answers[0]?.resolve();
    expect((await client.next()).type).toBe(5);
    client.send(Buffer.from([0x62, 2, 0, 9]));
    expect((await client.next()).type).toBe(7);
  });

  it("may follow the CONNECT at once, also by the hundred", async () => {
    const it = await open();
    const client = await knock(it);
    const ids = Array.from({ length: 200 }, (_, i) => i + 1);
    client.send(connectPacket({ user: "lock-302" }), ...ids.map((id) => publishPacket(READINGS, "{}", id)));
    expect((await client.next()).type).toBe(2);
    for (const id of ids) expect(await client.acknowledged()).toBe(id);
  });

  it("that no driver takes is not acknowledged", async () => {
    const it = await open({ onPublish: () => undefined });
    const client = await join(it);
    client.send(publishPacket(READINGS, "{}"));
    await expect(client.next()).rejects.toThrow("closed");
    expect(it.codes()).toEqual(["device-unknown lock-302"]);
  });

  it("sent just before an orderly goodbye is taken", async () => {
    const it = await open();
    const client = await join(it);
    client.socket.end(Buffer.concat([publishPacket(READINGS, "last", 1, 0), DISCONNECT]));
    await client.closed;
    await settle();
    expect(it.publishes.map(({ payload }) => String(payload))).toEqual(["last"]);
  });
});

describe("who comes in", () => {
  const accounts = new Map([["reader-302", { password: Buffer.from("secret"), role: "device" as const }]]);

  it("is asked for the password", async () => {
    const it = await open({ accounts });
    expect(await (await knock(it)).connect({ user: "reader-302", password: "secret" })).toBe(0);
    expect(await (await knock(it)).connect({ user: "reader-302", password: "wrong" })).toBe(4);
    expect(it.broker.counters.refused["wrong-password"]).toBe(1);
    expect(it.health.entries[0]?.detail).toContain("gave a wrong password (from 127.0.0.1)");
  });

  it("must be known", async () => {
    const it = await open();
    expect(await (await knock(it)).connect({ user: "lock-999" })).toBe(4);
    expect(it.codes()).toEqual(["device-unknown lock-999"]);
  });

  it("must speak MQTT 3.1.1", async () => {
    const it = await open();
    const client = await knock(it);
    expect(await client.connect({ user: "lock-302", version: 5 })).toBe(1);
    await client.closed;
    expect(it.broker.counters.refused.protocol).toBe(1);
  });

  it("is asked to come again while no driver is there to take its readings", async () => {
    const it = await open({ onPublish: "none" });
    expect(await (await knock(it)).connect({ user: "lock-302" })).toBe(3);
    expect(it.codes()).toEqual([]);
  });

  it("is asked to come again while much of what it sent before waits for its answer", async () => {
    const hold = held();
    const it = await open({ onPublish: hold.onPublish, limits: { packetBytes: 1_000 } });
    const client = await join(it);
    client.send(publishPacket(READINGS, "x".repeat(900)), publishPacket(READINGS, "x".repeat(900)));
    await hold.count(2);
    client.socket.destroy();
    expect(await (await knock(it)).connect({ user: "lock-302" })).toBe(3);
    for (const { resolve } of hold.answers) resolve();
    await settle();
    expect(await (await knock(it)).connect({ user: "lock-302" })).toBe(0);
  });

  it("cannot take over another user's connection with its client id", async () => {
    const it = await open();
    const first = await join(it, "lock-302", { clientId: "same" });
    await join(it, "count-302", { clientId: "same" });
    expect(await first.publish(READINGS, "{}")).toBe(1);
    expect(it.broker.counters.takeovers).toBe(0);
  });

  it("takes over its own earlier connection with its client id", async () => {
    const it = await open();
    const first = await join(it, "lock-302", { clientId: "same" });
    const second = await join(it, "lock-302", { clientId: "same" });
    await first.closed;
    expect(await second.publish(READINGS, "{}")).toBe(1);
    expect(it.broker.counters.takeovers).toBe(1);
  });

  it("over TLS finds the same broker", async () => {
    const tls = { listen: "127.0.0.1:0", cert: Buffer.from(TEST_SERVER_CERT), key: Buffer.from(TEST_SERVER_KEY) };
    const it = await open({ tls });
    const client = await WireClient.open(it.tlsPort ?? 0, { ca: TEST_CA });
    clients.push(client);
    expect(await client.connect({ user: "lock-302" })).toBe(0);
    expect(await client.publish(READINGS, "{}")).toBe(1);
    const plain = await WireClient.open(it.tlsPort ?? 0);
    plain.send(connectPacket({ user: "lock-302" }));
    await plain.closed;
  });
});

describe("a foreign topic", () => {
  it.each([
    ["another device's readings", "gatehouse/1/count-302/readings"],
    ["its own commands", "gatehouse/1/lock-302/command"],
    ["state", "gatehouse/1/state/health"],
    ["anything else", "homeassistant/status"],
    ["the broker's own", "$SYS/x"],
  ])("costs a publisher its connection: %s", async (_name, topic) => {
    const it = await open();
    const client = await join(it);
    client.send(publishPacket(topic, "{}"));
    await expect(client.next()).rejects.toThrow("closed");
    expect(it.publishes).toEqual([]);
    expect(it.broker.counters.refused["foreign-topic"]).toBe(1);
    expect(it.codes()).toEqual(["broker-refused lock-302"]);
    expect(it.health.entries[0]?.detail).toContain(topic);
  });

  it("costs a subscriber its connection", async () => {
    const it = await open();
    const client = await join(it);
    client.send(subscribePacket("gatehouse/1/+/command"));
    await expect(client.next()).rejects.toThrow("closed");
    expect(it.broker.counters.refused["foreign-topic"]).toBe(1);
  });

  it("as a will keeps a client out", async () => {
    const it = await open();
    const will = { topic: "gatehouse/1/count-302/status", payload: "{}" };
    expect(await (await knock(it)).connect({ user: "lock-302", will })).toBe(5);
    expect(it.publishes).toEqual([]);
  });

  it("is not what lies in the client's own branch: that subscription is refused, the client stays", async () => {
    const it = await open();
    const client = await join(it);
    expect(await client.subscribe("gatehouse/1/lock-302/#")).toBe(128);
    expect(await client.subscribe("gatehouse/1/lock-302/command")).toBe(1);
  });

  it("costs nobody else anything", async () => {
    const it = await open();
    const [bad, good] = [await join(it, "lock-302"), await join(it, "count-302")];
    bad.send(publishPacket("x", "{}"));
    await bad.closed;
    expect(await good.publish("gatehouse/1/count-302/readings", "{}")).toBe(1);
  });
});

describe("a will", () => {
  const will = { topic: STATUS, payload: '{"state":"offline"}', retain: true };

  it("comes to the driver when the connection is lost", async () => {
    const hold = held();
    const it = await open({ onPublish: hold.onPublish });
    (await join(it, "lock-302", { will })).socket.destroy();
    await hold.count(1);
    expect(it.publishes[0]).toMatchObject({ client: "lock-302", topic: STATUS, payload: Buffer.from(will.payload) });
  });

  it("does not come after a goodbye", async () => {
    const it = await open();
    const client = await join(it, "lock-302", { will });
    client.send(DISCONNECT);
    await client.closed;
    await settle();
    expect(it.publishes).toEqual([]);
  });

  it("does not come while the device is there over another connection", async () => {
    const it = await open();
    const first = await join(it, "lock-302", { will, clientId: "before" });
    const second = await join(it, "lock-302", { will, clientId: "after" });
    first.socket.destroy();
    await first.closed;
    expect(await second.publish(READINGS, "{}")).toBe(1);
    expect(it.publishes.map(({ topic }) => topic)).toEqual([READINGS]);
  });
});

describe("the guard", () => {
  it("ends a connection that announces a large CONNECT, before it sends it", async () => {
    const it = await open();
    const peers = await Promise.all([1, 2, 3, 4].map(() => knock(it)));
    for (const peer of peers) peer.send(header(0x10, 100_000_000));
    await Promise.all(peers.map((peer) => peer.closed));
    expect(it.broker.counters).toMatchObject({ connections: 0, refused: { oversize: 4 } });
    expect(it.broker.counters.bytesIn).toBeLessThan(100);
  });

  it("takes a CONNECT that comes byte by byte", async () => {
    const it = await open();
    const client = await knock(it);
    client.socket.setNoDelay(true);
    for (const byte of connectPacket({ user: "lock-302" })) {
      client.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await client.next()).body[1]).toBe(0);
  });

  it("gives a stranger five seconds to say who it is", async () => {
    const clock = new FakeClock();
    const it = await open({ clock });
    const silent = await knock(it);
    const half = await knock(it);
    half.send(connectPacket({ user: "lock-302" }).subarray(0, 10));
    const known = await join(it);
    await clock.advance(4_999);
    expect(it.broker.counters.refused.deadline).toBe(0);
    await clock.advance(1);
    await Promise.all([silent.closed, half.closed]);
    expect(it.broker.counters.refused.deadline).toBe(2);
    expect(await known.publish(READINGS, "{}")).toBe(1);
  });

  it.each([
    ["a packet over the limit", header(0x32, 300_000)],
    ["a large packet that is no PUBLISH", header(0x82, 9_000)],
    ["a second CONNECT", connectPacket({ user: "lock-302" })],
    ["a packet only servers send", Buffer.from([0xd0, 0])],
    ["a length that never ends", Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ["a publish with QoS 3", publishPacket(READINGS, "{}", 1, 0x06)],
    ["a publish with a topic longer than itself", Buffer.from([0x30, 3, 0xff, 0xff, 1])],
    ["a subscription without topics", Buffer.from([0x82, 2, 0, 1])],
  ])("ends the connection of a client that sends %s, and no other", async (_name, bytes) => {
    const it = await open();
    const [bad, good] = [await join(it, "lock-302"), await join(it, "count-302")];
    bad.send(bytes, publishPacket(READINGS, "{}"));
    await bad.closed;
    const { malformed, oversize } = it.broker.counters.refused;
    expect(malformed + oversize).toBe(1);
    expect(it.codes()).toEqual(["broker-refused lock-302"]);
    expect(await good.publish("gatehouse/1/count-302/readings", "{}")).toBe(1);
  });

  it("takes a packet just at the limit", async () => {
    const it = await open();
    const client = await join(it);
    const payload = "x".repeat(256 * 1024 - 2 - READINGS.length - 2);
    expect(await client.publish(READINGS, payload)).toBe(1);
  });

  it("survives whatever bytes come, before and after the CONNECT", async () => {
    const random = new Random("noise");
    const it = await open();
    const good = await join(it, "count-302");
    for (let round = 0; round < 300; round++) {
      const peer = random.chance(0.5) ? await join(it) : await knock(it);
      const noise = Buffer.from(Array.from({ length: random.int(1, 60) }, () => random.int(0, 255)));
      const shapes = [
        noise,
        Buffer.concat([header(random.pick([0x10, 0x32, 0x62, 0x82, 0xa2, 0xc0]), noise.length), noise]),
        connectPacket({ user: "lock-302", version: 5, will: { topic: STATUS, payload: "" } }).map((byte) =>
          random.chance(0.1) ? random.int(0, 255) : byte,
        ),
      ];
      peer.socket.end(random.pick(shapes));
      await peer.closed;
    }
    expect(await good.publish("gatehouse/1/count-302/readings", "{}")).toBe(1);
  });

  it("lets a thousand devices in that come at once, and refuses none", async () => {
    const devices = Array.from({ length: 1_000 }, (_, i) => `lock-${i}`);
    const it = await open({ devices });
    const codes = await Promise.all(devices.map(async (user) => (await knock(it)).connect({ user, clientId: user })));
    expect(new Set(codes)).toEqual(new Set([0]));
    expect(it.broker.counters.connections).toBe(1_000);
    expect(Object.values(it.broker.counters.refused).every((count) => count === 0)).toBe(true);
    expect(it.codes()).toEqual([]);
  });

  it("makes room for a newcomer by ending the oldest stranger when all places are taken", async () => {
    const it = await open({ limits: { connections: 3 } });
    const known = await join(it);
    const older = await knock(it);
    await knock(it);
    const newest = await join(it, "count-302");
    await older.closed;
    expect(await known.publish(READINGS, "{}")).toBe(1);
    expect(await newest.publish("gatehouse/1/count-302/readings", "{}")).toBe(1);
    expect(it.broker.counters).toMatchObject({ connections: 3, refused: { connections: 1 } });
  });

  it("ends the oldest connection of a user who opens too many", async () => {
    const it = await open({ limits: { perUser: 2 } });
    const [first, second] = [
      await join(it, "lock-302", { clientId: "1" }),
      await join(it, "lock-302", { clientId: "2" }),
    ];
    const third = await join(it, "lock-302", { clientId: "3" });
    await first.closed;
    expect(await second.publish(READINGS, "{}")).toBe(1);
    expect(await third.publish(READINGS, "{}")).toBe(1);
  });

  it("stops reading a client that is over its quota, and goes on when it has refilled", async () => {
    const clock = new FakeClock();
    const it = await open({ clock, limits: { bytesPerSecond: 1_000, burstBytes: 2_000, packetCostBytes: 0 } });
    const client = await join(it);
    const publish = publishPacket(READINGS, "x".repeat(1_500));
    client.send(publish);
    expect(await client.acknowledged()).toBe(1);
    client.send(publish);
    expect(await client.acknowledged()).toBe(1);
    client.send(publish);
    const other = await join(it, "count-302");
    expect(await other.publish("gatehouse/1/count-302/readings", "{}")).toBe(1);
    expect(it.publishes).toHaveLength(3);
    await clock.advance(1_500);
    expect(await client.acknowledged()).toBe(1);
  });

  it("bounds large packets of all clients together: one more waits until one is answered", async () => {
    const hold = held();
    const it = await open({ onPublish: hold.onPublish, limits: { smallBytes: 1_000, largeTotalBytes: 30_000 } });
    const [first, second] = [await join(it, "lock-302"), await join(it, "count-302")];
    first.send(publishPacket(READINGS, "x".repeat(20_000)));
    await hold.count(1);
    second.send(publishPacket("gatehouse/1/count-302/readings", "{}", 1));
    await hold.count(2);
    second.send(publishPacket("gatehouse/1/count-302/readings", "x".repeat(20_000), 2));
    hold.answers[1]?.resolve();
    expect(await second.acknowledged()).toBe(1);
    expect(hold.answers).toHaveLength(2);
    hold.answers[0]?.resolve();
    await hold.count(3);
    hold.answers[2]?.resolve();
    expect(await second.acknowledged()).toBe(2);
  });

  it("gives up on a large packet that is never finished, so that its room comes back", async () => {
    const clock = new FakeClock();
    const it = await open({ clock, limits: { smallBytes: 1_000, largeTotalBytes: 30_000 } });
    const [lazy, other] = [await join(it, "lock-302"), await join(it, "count-302")];
    lazy.send(publishPacket(READINGS, "x".repeat(20_000)).subarray(0, 5_000), PINGREQ);
    const lazyBytes = 5_002;
    while (it.broker.counters.bytesIn < lazyBytes) await settle();
    other.send(publishPacket("gatehouse/1/count-302/readings", "x".repeat(20_000), 2));
    await settle();
    await clock.advance(30_000);
    await lazy.closed;
    expect(await other.acknowledged()).toBe(2);
    expect(it.broker.counters.refused.slow).toBe(1);
  });
});

describe("what the gateway publishes", () => {
  const accounts = new Map([["dashboard", { password: Buffer.from("look"), role: "tool" as const }]]);
  const look = (it: OpenBroker, clientId = "a") => join(it, "dashboard", { password: "look", clientId });
  const HEALTH = "gatehouse/1/state/health";

  it("reaches a device's command topic", async () => {
    const it = await open();
    const client = await join(it);
    await client.subscribe("gatehouse/1/lock-302/command");
    await it.broker.publish("gatehouse/1/lock-302/command", "{}", { qos: 1 });
    expect(await client.message()).toEqual({
      topic: "gatehouse/1/lock-302/command",
      payload: "{}",
      qos: 1,
      retain: false,
    });
  });

  it("is retained for tools that come later, until it is published empty", async () => {
    const it = await open({ accounts });
    await it.broker.publish(HEALTH, "ok", { retain: true });
    const early = await look(it, "a");
    await early.subscribe("gatehouse/1/state/#");
    expect(await early.message()).toMatchObject({ topic: HEALTH, payload: "ok", retain: true });
    await it.broker.publish(HEALTH, "", { retain: true });
    expect(await early.message()).toMatchObject({ topic: HEALTH, payload: "", retain: false });
    const late = await look(it, "b");
    await late.subscribe("gatehouse/1/state/#");
    late.send(PINGREQ);
    expect((await late.next()).type).toBe(13);
  });

  it("is all a tool gets: readings of devices are not passed around", async () => {
    const it = await open({ accounts });
    const tool = await look(it);
    await tool.subscribe("gatehouse/1/state/#");
    await (await join(it)).publish(READINGS, "{}");
    await it.broker.publish(HEALTH, "ok");
    expect((await tool.message()).topic).toBe(HEALTH);
  });

  it("costs a subscriber that does not read its connection, and nobody waits for it", async () => {
    const it = await open({ accounts, limits: { outgoingBytes: 100_000 } });
    const [frozen, lively] = [await look(it, "frozen"), await look(it, "lively")];
    await frozen.subscribe("gatehouse/1/state/#");
    await lively.subscribe(HEALTH);
    frozen.socket.pause();
    const large = Buffer.alloc(64 * 1024);
    for (let i = 0; i < 1_000 && it.broker.counters.refused.slow === 0; i++) {
      await it.broker.publish("gatehouse/1/state/spaces/x", large);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(it.broker.counters.refused.slow).toBe(1);
    await it.broker.publish(HEALTH, "ok");
    expect((await lively.message()).payload).toBe("ok");
  });
});

describe("the end", () => {
  const will = { topic: STATUS, payload: '{"state":"offline"}' };

  it("waits for answers in flight, lets them go out, and publishes no will", async () => {
    const hold = held();
    const it = await open({ onPublish: hold.onPublish });
    const client = await join(it, "lock-302", { will });
    client.send(publishPacket(READINGS, "{}", 5));
    await hold.count(1);
    it.abort();
    await settle();
    await expect(WireClient.open(it.port)).rejects.toThrow("ECONNREFUSED");
    client.send(publishPacket(READINGS, "{}", 6));
    hold.answers[0]?.resolve();
    expect(await client.acknowledged()).toBe(5);
    await it.ended;
    await client.closed;
    expect(it.publishes).toHaveLength(1);
  });

  it("does not wait for ever", async () => {
    const clock = new FakeClock();
    const hold = held();
    const it = await open({ clock, onPublish: hold.onPublish });
    const client = await join(it);
    client.send(publishPacket(READINGS, "{}", 5));
    await hold.count(1);
    it.abort();
    await clock.advance(2_999);
    expect(it.broker.counters.connections).toBe(1);
    await clock.advance(1);
    await client.closed;
    await it.ended;
    expect(it.broker.counters.connections).toBe(0);
  });

  it("does not wait for a client that does not close its side", async () => {
    const clock = new FakeClock();
    const it = await open({ clock });
    const client = await join(it);
    client.socket.pause();
    it.abort();
    await settle();
    expect(it.broker.counters.connections).toBe(1);
    await clock.advance(500);
    await it.ended;
    expect(it.broker.counters.connections).toBe(0);
  });

  it("leaves strangers where they are", async () => {
    const it = await open();
    const stranger = await knock(it);
    await it.close();
    await stranger.closed;
    await expect(it.broker.publish("gatehouse/1/state/health", "late")).rejects.toThrow("closed");
  });
});

it("an address that is taken is the operator's to change", async () => {
  const { port } = await open();
  const clock = new FakeClock();
  const broker = createBroker({
    config: { listen: `127.0.0.1:${port}`, anonymousLoopback: false },
    accounts: new Map(),
    clock,
    log: new MemoryLog(),
    health: new HealthBoard(clock),
  });
  const failure: unknown = await broker.run(new AbortController().signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ConfigError);
  expect((failure as ConfigError).problems[0]).toMatchObject({
    path: "broker.listen",
    fix: expect.stringContaining("another port"),
  });
});
