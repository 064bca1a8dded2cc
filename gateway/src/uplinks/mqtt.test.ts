import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { CloudEvent, formatSequence, InvariantError, LANES, type LinkError, uplinkTopic } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { Aedes, type AuthenticateError } from "aedes";
import { afterEach, describe, expect, it } from "vitest";
import { TEST_CA, TEST_CLIENT_CERT, TEST_SERVER_CERT, TEST_SERVER_KEY } from "../testing/certificates.ts";
import { owedItem, owedItems, TEST_GATEWAY, uplinkDeps } from "../testing/uplink-items.ts";
import { MqttConfig, mqttUplink } from "./mqtt.ts";

interface Published {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

const never = new AbortController().signal;
const RECEIPTS = uplinkTopic.receipts(TEST_GATEWAY);
const COMMANDS = uplinkTopic.commands(TEST_GATEWAY);

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** A broker that speaks MQTT 3.1.1, and what came to it. */
async function openBroker({ tls = false }: { readonly tls?: boolean } = {}) {
  const broker = await Aedes.createBroker();
  const published: Published[] = [];
  broker.on("publish", ({ topic, payload, qos, retain }, client) => {
    if (client !== null) published.push({ topic, payload: payload.toString(), qos, retain });
  });
  cleanUps.push(() => new Promise<void>((resolve) => broker.close(() => resolve())));
  const server = tls
    ? createTlsServer({ noDelay: true, cert: TEST_SERVER_CERT, key: TEST_SERVER_KEY }, broker.handle)
    : createServer({ noDelay: true }, broker.handle);
  const port = await listening(server);
  const say = (topic: string, payload: string) =>
    broker.publish({ cmd: "publish", topic, payload, qos: 1, retain: false, dup: false }, () => {});
  const receipt = (accepted: readonly number[], rejected: readonly number[] = [], more: object = {}) =>
    say(
      RECEIPTS,
      JSON.stringify({
        accepted: accepted.map(formatSequence),
        rejected: rejected.map((seq) => ({ sequence: formatSequence(seq), reason: "bad" })),
        ...more,
      }),
    );
  const until = async (count: number) => {
    while (published.length < count) await settle();
  };
  return { broker, port, published, say, receipt, until };
}

type TestBroker = Awaited<ReturnType<typeof openBroker>>;

function start(port: number, config: Record<string, unknown> = {}, secrets: Record<string, string> = {}) {
  const clock = new FakeClock();
  const deps = uplinkDeps(clock, secrets);
  const parsed = MqttConfig.parse({ url: `mqtt://127.0.0.1:${port}`, ...config });
  const uplink = mqttUplink.create("town", parsed, deps);
  const stop = new AbortController();
  const ended = uplink.run(stop.signal);
  const failure = ended.then(
    () => undefined,
    (error: unknown) => error as LinkError,
  );
  cleanUps.push(() => stop.abort());
  return { uplink, clock, log: deps.log, stop, ended, failure };
}

async function open(config: Record<string, unknown> = {}) {
  const city = await openBroker();
  return { city, ...start(city.port, { version: 4, ...config }) };
}

const messages = ({ log }: { readonly log: { readonly lines: readonly { readonly message: string }[] } }) =>
  log.lines.map(({ message }) => message);

describe("a batch over MQTT", () => {
  it("is one message an event, on the topic of its lane, as it stands in the outbox", async () => {
    const { city, uplink } = await open();
    const batch = LANES.map((lane, index) => owedItem(index + 1, lane));
    const sending = uplink.send(batch, never);
    await city.until(4);
    city.receipt([1, 2, 3, 4]);
    expect((await sending).accepted).toEqual([1, 2, 3, 4]);
    expect(city.published).toEqual(
      batch.map(({ lane, text }) => ({ topic: `gatehouse/g-1/up/${lane}`, payload: text, qos: 1, retain: false })),
    );
    for (const { payload } of city.published) CloudEvent.parse(JSON.parse(payload));
  });

  it("is accepted, rejected or kept, item by item, as its receipts say, in pieces and in any order", async () => {
    const { city, uplink, clock } = await open();
    const sending = uplink.send(owedItems(1, 6), never);
    await city.until(6);
    city.receipt([6, 77]);
    city.receipt([2], [3]);
    city.receipt([3], [6]);
    // Its receipt comes behind the others, so they have been read when it is.
    const fence = uplink.send([owedItem(50)], never);
    await city.until(7);
    city.receipt([50]);
    await fence;
    await clock.advance(30_000);
    const { accepted, rejected } = await sending;
    expect(accepted).toEqual([6, 2]);
    expect(rejected).toEqual([{ seq: 3, reason: "bad" }]);
  });

  it("is kept whole when no receipt comes for half a minute, and may be sent again", async () => {
    const { city, uplink, clock } = await open();
    const batch = owedItems(1, 2);
    const lost = uplink.send(batch, never).catch((error: unknown) => error);
    await city.until(2);
    city.say(RECEIPTS, "<html>Please sign in");
    city.say(RECEIPTS, '{"status":"ok"}');
    city.receipt([99]);
    const outcome = await advanceUntil(clock, lost);
    expect(outcome).toMatchObject({ name: "LinkError", code: "timeout", message: /no receipt within 30000 ms/ });
    const again = uplink.send(batch, never);
    await city.until(4);
    city.receipt([1, 2]);
    expect((await again).accepted).toEqual([1, 2]);
    expect(city.published.slice(2)).toEqual(city.published.slice(0, 2));
  });

  it("is not answered by what is no receipt, which is logged", async () => {
    const it = await open();
    const sending = it.uplink.send(owedItems(1, 1), never);
    await it.city.until(1);
    it.city.say(RECEIPTS, "<html>Please sign in");
    it.city.receipt([1]);
    await sending;
    expect(messages(it)).toEqual(["the platform sent something that is no receipt"]);
  });

  it("waits for the link, and for nobody's receipts but its own", async () => {
    const { city, uplink } = await open();
    const [one, other] = [uplink.send(owedItems(1, 2), never), uplink.send(owedItems(3, 4, "telemetry"), never)];
    await city.until(4);
    city.receipt([3, 4]);
    expect((await other).accepted).toEqual([3, 4]);
    city.receipt([1, 2]);
    expect((await one).accepted).toEqual([1, 2]);
  });

  it("is given up when it is no longer wanted", async () => {
    const { city, uplink } = await open();
    const stop = new AbortController();
    const sending = uplink.send(owedItems(1, 2), stop.signal).catch((error: unknown) => error);
    await city.until(2);
    stop.abort();
    expect(await sending).toMatchObject({ name: "LinkError", code: "closed" });
    await expect(uplink.send(owedItems(1, 1), stop.signal)).rejects.toMatchObject({ name: "LinkError" });
  });
});

/** Lets time pass until the promise has settled. */
async function advanceUntil<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  const state = { done: false };
  void promise.finally(() => {
    state.done = true;
  });
  for (let i = 0; i < 300 && !state.done; i++) await clock.advance(1_000);
  return promise;
}

describe("with `receipt: broker`", () => {
  it("the broker's acknowledgement accepts, and accepted items stay for the grace period", async () => {
    const { city, uplink } = await open({ receipt: "broker", graceSeconds: 60 });
    expect(uplink.graceMs).toBe(60_000);
    expect(await uplink.send(owedItems(1, 5), never)).toEqual({ accepted: [1, 2, 3, 4, 5], rejected: [] });
    expect(city.published).toHaveLength(5);
  });

  it("the grace period is five minutes unless it is configured, and none with the platform's own receipts", () => {
    const graceMs = (config: object) =>
      mqttUplink.create("town", MqttConfig.parse({ url: "mqtts://t", ...config }), uplinkDeps(new FakeClock())).graceMs;
    expect(graceMs({ receipt: "broker" })).toBe(300_000);
    expect(graceMs({ graceSeconds: 60 })).toBe(0);
  });

  it("no receipts are asked for", async () => {
    const city = await openBroker();
    const topics: string[] = [];
    city.broker.authorizeSubscribe = (_client, subscription, done) => {
      topics.push(subscription.topic);
      done(null, subscription);
    };
    const { uplink } = start(city.port, { receipt: "broker" });
    await uplink.send(owedItems(1, 1), never);
    expect(topics).toEqual([COMMANDS]);
  });
});

describe("the link over MQTT", () => {
  it("says who it is", async () => {
    const city = await openBroker();
    const said: unknown[] = [];
    city.broker.authenticate = ({ id }, user, password, done) => {
      said.push([id, user, password?.toString()]);
      done(null, true);
    };
    const secrets = { "town.pw": "secret" };
    const named = { username: "mq-0007", password: { file: "town.pw" }, clientId: "gate", receipt: "broker" };
    await start(city.port, named, secrets).uplink.send(owedItems(1, 1), never);
    await start(city.port, { receipt: "broker" }).uplink.send(owedItems(1, 1), never);
    expect(said).toEqual([
      ["gate", "mq-0007", "secret"],
      ["gatehouse-g-1", undefined, undefined],
    ]);
  });

  it("says when it is not let in", async () => {
    const city = await openBroker();
    city.broker.authenticate = (_client, _user, _password, done) =>
      done(Object.assign(new Error("no"), { returnCode: 4 }) as AuthenticateError, false);
    const { failure, uplink } = start(city.port);
    const sending = uplink.send(owedItems(1, 1), never).catch((error: unknown) => error);
    expect(await failure).toMatchObject({ code: "refused", message: /Bad username or password|Bad User Name/i });
    expect(await sending).toBe(await failure);
  });

  it("ends with the connection, and so does whatever is under way", async () => {
    const { city, uplink, failure } = await open();
    const sending = uplink.send(owedItems(1, 2), never).catch((error: unknown) => error);
    await city.until(2);
    for (const client of Object.values(clientsOf(city))) client.conn.destroy();
    expect(await failure).toMatchObject({ name: "LinkError", code: "closed" });
    expect(await sending).toMatchObject({ name: "LinkError", code: "closed" });
    await expect(uplink.send(owedItems(1, 1), never)).rejects.toMatchObject({ name: "LinkError" });
  });

  it("runs until it is stopped, once, and says goodbye", async () => {
    const { city, uplink, stop, ended } = await open({ receipt: "broker" });
    await uplink.send(owedItems(1, 1), never);
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
    while (city.broker.connectedClients > 0) await settle();
    await expect(uplink.run(never)).rejects.toBeInstanceOf(InvariantError);
  });

  it("says when nobody is there", async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, "close");
    expect(await start(port).failure).toMatchObject({
      code: "refused",
      message: expect.stringContaining(`mqtt 127.0.0.1:${port}: connect ECONNREFUSED`),
    });
  });

  it("needs the receipts topic, and can do without the commands topic", async () => {
    const city = await openBroker();
    let forbidden = RECEIPTS;
    city.broker.authorizeSubscribe = (_client, subscription, done) =>
      done(null, subscription.topic === forbidden ? null : subscription);
    expect(await start(city.port).failure).toMatchObject({
      code: "refused",
      message: `uplink town: the broker refuses the subscription to ${RECEIPTS}`,
    });
    forbidden = COMMANDS;
    const link = start(city.port, { receipt: "broker" });
    expect((await link.uplink.send(owedItems(1, 1), never)).accepted).toEqual([1]);
    expect(messages(link)).toContain("the broker refuses the subscription, no commands will come");
  });

  it("brings commands, from their topic and with receipts, what is none as undefined", async () => {
    const it = await open();
    const commands = it.uplink.commands(never)[Symbol.asyncIterator]();
    const sending = it.uplink.send(owedItems(1, 1), never);
    await it.city.until(1);
    it.city.say(COMMANDS, "{");
    it.city.say(COMMANDS, '{"id":"a","id":"a"}');
    it.city.say(COMMANDS, JSON.stringify(command("a")));
    it.city.receipt([1], [], { commands: [command("b")] });
    await sending;
    const came = [await commands.next(), await commands.next(), await commands.next(), await commands.next()];
    expect(came.map(({ value }) => value)).toEqual([undefined, undefined, command("a"), command("b")]);
    const next = commands.next();
    it.stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it("speaks TLS with the authority of its secrets, and says which one is missing", async () => {
    const city = await openBroker({ tls: true });
    const secrets = { "ca.pem": TEST_CA, "other.pem": TEST_CLIENT_CERT, broken: "x" };
    const url = `mqtts://localhost:${city.port}`;
    const link = (tls?: object) => start(0, { url, tls, receipt: "broker" }, secrets);
    const trusting = link({ ca: { file: "ca.pem" } });
    expect((await trusting.uplink.send(owedItems(1, 1), never)).accepted).toEqual([1]);
    for (const tls of [undefined, { ca: { file: "other.pem" } }]) {
      expect(await link(tls).failure).toMatchObject({
        code: "refused",
        message: expect.stringContaining(
          "not from an authority this gateway knows (paste the platform's CA certificate",
        ),
      });
    }
    const own = { ca: { file: "ca.pem" }, cert: { file: "broken" }, key: { file: "broken" } };
    expect(await link(own).failure).toMatchObject({
      code: "refused",
      message: expect.stringContaining("must be a PEM certificate"),
    });
  });
});

describe("the version of MQTT", () => {
  it("is 3.1.1 by itself for a broker that does not speak 5", async () => {
    const city = await openBroker();
    const link = start(city.port);
    const sending = link.uplink.send(owedItems(1, 1), never);
    await city.until(1);
    city.receipt([1]);
    expect((await sending).accepted).toEqual([1]);
    expect(link.log.lines).toMatchObject([
      {
        level: "info",
        fields: { reason: expect.stringMatching(/Unacceptable protocol version/i) },
        message: "the broker does not speak mqtt 5, it gets 3.1.1",
      },
    ]);
  });

  it("is the configured one and no other; the operator is told what to write", async () => {
    const city = await openBroker();
    expect(await start(city.port, { version: 5 }).failure).toMatchObject({
      code: "refused",
      message: expect.stringMatching(
        /Unacceptable protocol version \(if the broker speaks MQTT 3\.1\.1 only, write `version: 4`, or leave `version` out\)$/i,
      ),
    });
    expect(city.broker.connectedClients).toBe(0);
  });
});

/** aedes keeps them under their ids. */
const clientsOf = ({ broker }: TestBroker) =>
  (broker as unknown as { readonly clients: Record<string, { readonly conn: Socket }> }).clients;

const command = (id: string) => ({
  id,
  gateway: TEST_GATEWAY,
  target: "lock-302",
  action: "unlock",
  issuedAt: "2026-01-05T08:00:00+08:00",
  notAfter: "2026-01-05T08:00:30+08:00",
  issuer: "city",
});
