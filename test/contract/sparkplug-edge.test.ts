/** The Sparkplug uplink as an edge node on Mosquitto, with receipts of the broker, a primary host, and every packet recorded. */
import {
  commandMessage,
  decodeSparkplug,
  encodeHostState,
  type ReceivedPayload,
  sparkplugValue,
} from "@gatehouse/protocol";
import { FakeClock, settle, tck } from "@gatehouse/protocol/testing";
import { driverTypes, FoundList, HealthBoard, type SiteView, uplinkTypes } from "gatehouse";
import { bareDeps, MemoryLog, memoryVault, openBroker, owedItem, uplinkDeps } from "gatehouse/testing";
import { connectAsync } from "mqtt";
import type { IConnectPacket, IDisconnectPacket, IPublishPacket, ISubscribePacket, Packet } from "mqtt-packet";
import { afterEach, describe, expect, test } from "vitest";
import { startMosquitto } from "../support/mosquitto.ts";
import { recordMqtt } from "../support/mqtt-recorder.ts";
import { TopicLog } from "../support/topic-log.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const never = new AbortController().signal;
const NODE = "spBv1.0/Gatehouse";

class TestSite implements SiteView {
  codes = 0;
  present = 2;
  online = true;
  readonly #listeners = new Set<() => void>();

  spaces() {
    const { present } = this;
    const estimate = { present, presentLow: 1, presentHigh: 3, residing: 4, low: 3, high: 5, pOver: 0.25 };
    return [{ id: "3-302", name: "302", limit: 4, registered: null, estimate, openAlerts: 0 }];
  }

  more: readonly string[] = [];

  devices() {
    return ["lock-302", ...this.more].map((id) => ({ id, kind: "lock" as const, online: this.online }));
  }

  onChange(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  change(change: Partial<Pick<TestSite, "codes" | "present" | "online" | "more">>) {
    Object.assign(this, change);
    for (const listener of this.#listeners) listener();
  }
}

async function open({
  version = 4,
  config = {},
  servers = 1,
  mosquitto = {},
}: {
  version?: 4 | 5;
  config?: object;
  servers?: number;
  mosquitto?: Parameters<typeof startMosquitto>[0];
} = {}) {
  const brokers = [];
  for (let n = 0; n < servers; n++) {
    const broker = await startMosquitto(mosquitto);
    const recorder = await recordMqtt(broker.port, version);
    const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { clientId: "host" });
    const topics = new TopicLog(client);
    await client.subscribeAsync("spBv1.0/#", { qos: 1 });
    brokers.push({ recorder, client, topics });
    ends.push(async () => {
      await client.endAsync(true);
      await recorder[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
    });
  }
  const clock = new FakeClock();
  const site = new TestSite();
  const vault = memoryVault();
  const deps = { ...uplinkDeps(clock), site, vault };
  const row = uplinkTypes.find(({ type }) => type === "sparkplug");
  if (row === undefined) throw new RangeError("there is no uplink type sparkplug");
  const urls = brokers.map(({ recorder }) => `mqtt://127.0.0.1:${recorder.port}`);
  const settings = row.config.parse({ servers: urls, node: "g-1", version, ...config });
  const run = () => {
    const uplink = row.create("scada", settings as never, deps);
    const stop = new AbortController();
    const ended = uplink.run(stop.signal);
    ended.catch(() => {});
    ends.push(async () => {
      stop.abort();
      await ended.catch(() => {});
    });
    return { uplink, stop, ended };
  };
  const [first] = brokers;
  if (first === undefined) throw new RangeError("no broker");
  const born = () => first.topics.until(({ topic }) => topic === `${NODE}/DBIRTH/g-1/3-302`);
  const state = (online: boolean, timestamp: number, at = first) =>
    at.client.publishAsync("spBv1.0/STATE/scada-1", encodeHostState({ online, timestamp }), { qos: 1, retain: true });
  return { ...first, brokers, clock, site, vault, deps, run, born, state };
}

const is =
  <P extends Packet>(cmd: P["cmd"]) =>
  (packet: Packet): packet is P =>
    packet.cmd === cmd;
const publishes = (packets: readonly Packet[]) => packets.filter(is<IPublishPacket>("publish"));
const read = (payload: Buffer | string): ReceivedPayload => decodeSparkplug(Buffer.from(payload));
const valueIn = ({ metrics }: ReceivedPayload, name: string, type?: "String" | "Int32" | "Boolean") => {
  const metric = metrics.find((one) => one.name === name);
  return metric === undefined ? undefined : sparkplugValue(metric, type);
};

describe("a connection", () => {
  test(
    tck(
      "of MQTT 3.1.1 is clean, has the will, subscribes, is born, and ends with NDEATH and DISCONNECT",
      "tck-id-principles-persistence-clean-session-311",
      "tck-id-payloads-ndeath-will-message",
      "tck-id-payloads-ndeath-will-message-publisher-disconnect-mqtt311",
      "tck-id-operational-behavior-edge-node-intentional-disconnect-packet",
    ),
    async () => {
      const { recorder, born, run } = await open();
      const { stop, ended } = run();
      await born();
      stop.abort();
      await ended;
      await recorder.until(is("disconnect"));
      const [connect] = recorder.packets.filter(is<IConnectPacket>("connect"));
      expect(connect).toMatchObject({ clean: true, protocolVersion: 4 });
      expect(connect?.will).toMatchObject({ topic: `${NODE}/NDEATH/g-1`, qos: 1, retain: false });
      const steps = recorder.packets.map((packet) =>
        packet.cmd === "publish" ? packet.topic.split("/")[2] : packet.cmd,
      );
      expect(steps).toEqual(["connect", "subscribe", "subscribe", "NBIRTH", "DBIRTH", "NDEATH", "disconnect"]);
      const subscribed = recorder.packets
        .filter(is<ISubscribePacket>("subscribe"))
        .flatMap(({ subscriptions }) => subscriptions);
      expect(subscribed).toMatchObject([{ topic: `${NODE}/NCMD/g-1`, qos: 1 }, { topic: `${NODE}/NDATA/g-1` }]);
    },
  );

  test(
    tck(
      "of MQTT 5 begins clean without an expiry, and ends with the reason that lets the broker publish the will",
      "tck-id-principles-persistence-clean-session-50",
      "tck-id-payloads-ndeath-will-message-publisher-disconnect-mqtt50",
    ),
    async () => {
      const { recorder, born, run } = await open({ version: 5 });
      const { stop, ended } = run();
      await born();
      stop.abort();
      await ended;
      const [connect] = recorder.packets.filter(is<IConnectPacket>("connect"));
      expect(connect).toMatchObject({ clean: true, protocolVersion: 5 });
      expect(connect?.properties?.sessionExpiryInterval ?? 0).toBe(0);
      expect(await recorder.until(is<IDisconnectPacket>("disconnect"))).toMatchObject({ reasonCode: 4 });
    },
  );

  test("has a number above the one before, over restarts too", async () => {
    const { recorder, topics, born, run, vault } = await open();
    const first = run();
    await born();
    first.stop.abort();
    await first.ended;
    run();
    await topics.until(({ payload, topic }) => topic.includes("NBIRTH") && valueIn(read(payload), "bdSeq") === 1);
    expect(vault.files.get("session")?.toString()).toBe('{"bdSeq":1}');
    expect(recorder.connections).toBe(1);
  });
});

describe("what is owed", () => {
  test("goes out as it stands in the outbox, by lane, and counts once the broker handed it back", async () => {
    const { topics, run, born, recorder } = await open();
    const { uplink } = run();
    await born();
    const items = [owedItem(1), owedItem(2, "emergency", "楼")];
    expect(await uplink.send([items[0] as never], never)).toEqual({ accepted: [1], rejected: [] });
    expect(await uplink.send([items[1] as never], never)).toEqual({ accepted: [2], rejected: [] });
    for (const [index, metric] of ["Events/alert", "Events/emergency"].entries())
      await topics.until(
        ({ topic, payload }) =>
          topic === `${NODE}/NDATA/g-1` && valueIn(read(payload), metric, "String") === items[index]?.text,
      );
    const ours = publishes(recorder.packets).filter(({ topic }) => topic.includes("NDATA"));
    expect(ours.map(({ qos, retain }) => ({ qos, retain }))).toEqual([
      { qos: 0, retain: false },
      { qos: 0, retain: false },
    ]);
    expect(uplink.graceMs).toBe(300_000);
  });

  test("is kept when the broker drops it without a word", async () => {
    const acl = { "acl.txt": `topic readwrite spBv1.0/#\ntopic deny ${NODE}/NDATA/g-1\n` };
    const { run, born, clock } = await open({ mosquitto: { config: ["acl_file $DIR/acl.txt"], files: acl } });
    const { uplink, ended } = run();
    await born();
    const sending = uplink.send([owedItem(1)], never).catch((error: unknown) => error);
    for (let s = 0; s < 11; s++) await clock.advance(1_000);
    expect(await sending).toMatchObject({
      name: "LinkError",
      code: "timeout",
      message: expect.stringContaining("handed nothing back"),
    });
    await expect(ended).rejects.toMatchObject({ code: "timeout" });
  });

  test("and too large for a message is set aside with the reason", async () => {
    const { run, born } = await open();
    const { uplink } = run();
    await born();
    const { accepted, rejected } = await uplink.send([owedItem(1, "alert", "x".repeat(300_000)), owedItem(2)], never);
    expect(accepted).toEqual([2]);
    expect(rejected).toMatchObject([{ seq: 1, reason: expect.stringContaining("at most 262144") }]);
  });

  test("from before the births is history, what happened since is not", async () => {
    const { topics, run, born, clock } = await open();
    const { uplink } = run();
    await born();
    const at = (ms: number, seq: number) => ({
      ...owedItem(seq),
      text: JSON.stringify({ time: new Date(ms).toISOString() }),
    });
    await uplink.send([at(clock.nowMs() - 60_000, 1)], never);
    await uplink.send([at(clock.nowMs() + 1, 2)], never);
    const data = () =>
      topics.messages.filter(({ topic }) => topic.includes("NDATA")).map(({ payload }) => read(payload));
    await topics.until(() => data().length === 2);
    expect(data().map(({ metrics }) => metrics.map(({ historical }) => historical))).toEqual([[true], [false]]);
  });
});

describe("states", () => {
  test("stand in the births, and go out when they change, gathered", async () => {
    const { topics, run, born, clock, site } = await open();
    run();
    const birth = read((await born()).payload);
    expect(
      ["Present", "Residing", "Limit", "Registered", "Over Limit/Probability"].map((name) => valueIn(birth, name)),
    ).toEqual([2, 4, 4, null, 0.25]);
    const nbirth = await topics.until(({ topic }) => topic.includes("NBIRTH"));
    expect(valueIn(read(nbirth.payload), "Devices/lock-302/Online")).toBe(true);
    await settle();
    site.change({ present: 3 });
    site.change({ present: 5, online: false });
    await clock.advance(499);
    expect(topics.messages.filter(({ topic }) => topic.includes("DATA"))).toEqual([]);
    await clock.advance(1);
    const ddata = await topics.until(({ topic }) => topic === `${NODE}/DDATA/g-1/3-302`);
    expect(read(ddata.payload).metrics.map(({ name }) => name)).toEqual(["Present"]);
    expect(valueIn(read(ddata.payload), "Present", "Int32")).toBe(5);
    const ndata = await topics.until(({ topic }) => topic === `${NODE}/NDATA/g-1`);
    expect(valueIn(read(ndata.payload), "Devices/lock-302/Online", "Boolean")).toBe(false);
  });
});

test("devices that another site file brings are born anew, told apart by more than their case", async () => {
  const { topics, run, born, clock, site } = await open();
  run();
  await born();
  await settle();
  const from = topics.messages.length;
  site.change({ more: ["gate", "Gate"] });
  await clock.advance(500);
  const nbirth = read((await topics.until(({ topic }) => topic.includes("NBIRTH"), from)).payload);
  expect(nbirth.seq).toBe(0);
  expect(nbirth.metrics.flatMap(({ name }) => (name?.startsWith("Devices/") ? [name] : []))).toEqual([
    "Devices/lock-302/Online",
    "Devices/gate/Online",
    "Devices/Gate_2/Online",
  ]);
});

describe("the host writes", () => {
  test("a rebirth request, which brings all births again under the same number", async () => {
    const { client, topics, run, born } = await open();
    run();
    await born();
    const from = topics.messages.length;
    const metric = { name: "Node Control/Rebirth", type: "Boolean", value: true } as const;
    const { topic, payload } = commandMessage({ group: "Gatehouse", node: "g-1" }, undefined, [metric], 1);
    await client.publishAsync(topic, Buffer.from(payload));
    const nbirth = await topics.until(({ topic: heard }) => heard.includes("NBIRTH"), from);
    expect(valueIn(read(nbirth.payload), "bdSeq")).toBe(0);
    await topics.until(({ topic: heard }) => heard.includes("DBIRTH"), from);
  });

  test("a signed command, which reaches whoever checks it", async () => {
    const { client, run, born } = await open();
    const { uplink } = run();
    await born();
    const next = uplink.commands(never)[Symbol.asyncIterator]().next();
    const metric = { name: "Gatehouse/Commands", type: "String", value: '{"id":"c-1"}' } as const;
    const { topic, payload } = commandMessage({ group: "Gatehouse", node: "g-1" }, undefined, [metric], 1);
    await client.publishAsync(topic, Buffer.from(payload));
    expect(await next).toEqual({ done: false, value: { id: "c-1" } });
  });
});

describe("a primary host", () => {
  const config = { primaryHost: "scada-1" };

  test("is waited for; what is owed waits with it, and goes out as history", async () => {
    const { topics, run, born, state, recorder, clock } = await open({ config });
    const { uplink } = run();
    await recorder.until(
      (packet) => packet.cmd === "subscribe" && packet.subscriptions.some(({ topic }) => topic.includes("STATE")),
    );
    const event = { ...owedItem(1), text: JSON.stringify({ time: new Date(clock.nowMs()).toISOString() }) };
    const sending = uplink.send([event], never);
    await clock.advance(1_000);
    expect(topics.messages).toEqual([]);
    await state(true, clock.nowMs());
    await born();
    expect(await sending).toMatchObject({ accepted: [1] });
    const data = await topics.until(({ topic }) => topic.includes("NDATA"));
    expect(read(data.payload).metrics[0]?.historical).toBe(true);
  });

  test("that never comes ends the connection, and the reason is said", async () => {
    const { run, clock } = await open({ config });
    const { ended } = run();
    // The broker has answered every subscription (10 s each) once the host itself is waited for.
    while (clock.longestMs < 30_000) await settle();
    for (let s = 0; s < 31; s++) await clock.advance(1_000);
    await expect(ended).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("the primary host scada-1 is not online"),
    });
  });

  test(
    tck(
      "that goes away is left behind with an NDEATH, for the next broker, and one alone is connected",
      "tck-id-operational-behavior-edge-node-termination-host-offline-reconnect",
      "tck-id-operational-behavior-primary-application-state-with-multiple-servers-walk",
      "tck-id-operational-behavior-primary-application-state-with-multiple-servers-single-server",
      "tck-id-operational-behavior-primary-application-state-with-multiple-servers-state-subs",
    ),
    async () => {
      const { brokers, run, born, state, clock } = await open({ config, servers: 2 });
      const [a, b] = brokers;
      if (a === undefined || b === undefined) throw new RangeError("two brokers are needed");
      await state(true, clock.nowMs());
      const first = run();
      await born();
      expect([a.recorder.connections, b.recorder.connections]).toEqual([1, 0]);
      await state(false, clock.nowMs() + 1);
      await expect(first.ended).rejects.toMatchObject({
        code: "refused",
        message: expect.stringContaining("is offline"),
      });
      await a.topics.until(({ topic }) => topic === `${NODE}/NDEATH/g-1`);
      await state(true, clock.nowMs() + 2, b);
      run();
      await b.topics.until(({ topic }) => topic.includes("DBIRTH"));
      while (a.recorder.connections > 0) await settle();
      expect([a.recorder.connections, b.recorder.connections]).toEqual([0, 1]);
      for (const { recorder } of [a, b])
        expect(
          recorder.packets
            .filter(is<ISubscribePacket>("subscribe"))
            .flatMap(({ subscriptions }) => subscriptions.map(({ topic }) => topic)),
        ).toContain("spBv1.0/STATE/scada-1");
    },
  );
});

test(
  tck("a host application's connection is clean", "tck-id-message-flow-phid-sparkplug-clean-session-311"),
  async () => {
    const { recorder, clock } = await open();
    const own = await openBroker({ clock, onPublish: "none" });
    ends.push(() => own.close());
    const row = driverTypes.find(({ type }) => type === "sparkplug");
    const driver = row?.create("plant", row.config.parse({ url: `mqtt://127.0.0.1:${recorder.port}` }) as never, {
      clock,
      log: new MemoryLog(),
      accept: async () => [],
      health: new HealthBoard(clock),
      devices: [],
      broker: own.broker,
      ...bareDeps(),
      found: new FoundList(),
    });
    const stop = new AbortController();
    const ended = driver?.run(stop.signal);
    await recorder.until(is("publish"));
    stop.abort();
    await ended;
    expect(recorder.packets[0]).toMatchObject({ cmd: "connect", clean: true, protocolVersion: 4 });
    expect((recorder.packets[0] as IConnectPacket).will).toMatchObject({
      topic: "spBv1.0/STATE/gatehouse",
      qos: 1,
      retain: true,
    });
    expect(recorder.packets.map(({ cmd }) => cmd).slice(0, 3)).toEqual(["connect", "subscribe", "publish"]);
  },
);
