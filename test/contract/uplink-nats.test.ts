import { CloudEvent, type Command, LinkError, systemClock, uplinkSubject } from "@gatehouse/protocol";
import { type NatsOptions, startNats } from "@gatehouse/town";
import { DiscardPolicy, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { connect, nkeys } from "@nats-io/transport-node";
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
import { describe, expect, it } from "vitest";
import { jwtWorld } from "../support/nats-jwt.ts";
import { eventually } from "../support/rig.ts";

const never = new AbortController().signal;
const row = uplinkTypes.find(({ type }) => type === "nats");
const UP = `gatehouse.*.*`;
const STREAM = "TOWN";

/** A server of Debian's, uplinks to it, and a platform's own connection. */
async function open(options?: NatsOptions) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startNats(options));
  const url = `nats://127.0.0.1:${server.port}`;
  const uplink = (config: object = {}, secrets: Readonly<Record<string, string>> = {}) => {
    const deps = uplinkDeps(systemClock, secrets);
    const it = row?.create("town", row.config.parse({ servers: [url], ...config }) as never, deps);
    if (it === undefined) throw new RangeError("there is no uplink type nats");
    const stop = new AbortController();
    const ended = it.run(stop.signal);
    ended.catch(() => {});
    stack.defer(async () => {
      stop.abort();
      await ended.catch(() => {});
    });
    return { uplink: it, ended, log: deps.log };
  };
  const platform = async (login: object = {}) => {
    const nc = await connect({ servers: `127.0.0.1:${server.port}`, reconnect: false, ...login });
    stack.defer(() => nc.close().catch(() => {}));
    return { nc, js: await jetstreamManager(nc) };
  };
  const stream = async (config: Partial<StreamConfig> = {}) => {
    const { nc, js } = await platform();
    await js.streams.add({ name: STREAM, subjects: [UP], ...config });
    const stored = async () => (await js.streams.info(STREAM)).state.messages;
    const message = async (seq: number) => {
      const found = await js.streams.getMessage(STREAM, { seq });
      if (found === null) throw new RangeError(`there is no message ${seq}`);
      return found;
    };
    return { nc, js, stored, message };
  };
  return { server, url, uplink, platform, stream, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const refusalOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

describe("the nats uplink with a server of Debian's", () => {
  it("publishes each event on the subject of its lane, under its id", async () => {
    await using town = await open();
    const { message } = await town.stream();
    const { uplink, log } = town.uplink();
    expect((await uplink.send([owedItem(7, "emergency")], never)).accepted).toEqual([7]);
    const got = await message(1);
    expect(got.subject).toBe(`gatehouse.${TEST_GATEWAY}.emergency`);
    expect(got.header.get("Nats-Msg-Id")).toBe("e-7");
    expect(got.header.get("Content-Type")).toBe("application/cloudevents+json");
    expect(CloudEvent.parse(got.json())).toMatchObject({ id: "e-7", lane: "emergency" });
    expect(log.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  });

  it("takes JetStream's word for a thousand items, in order", async () => {
    await using town = await open();
    const { stored, message } = await town.stream();
    const { uplink } = town.uplink();
    const batch = owedItems(1, 1_000, "telemetry");
    expect((await uplink.send(batch, never)).accepted).toHaveLength(1_000);
    expect(await stored()).toBe(1_000);
    for (const n of [1, 500, 1_000]) expect((await message(n)).string()).toBe(batch[n - 1]?.text);
  });

  it("counts what the stream had already as accepted, and the stream has it once", async () => {
    await using town = await open();
    const { stored } = await town.stream();
    const { uplink } = town.uplink();
    await uplink.send(owedItems(1, 20), never);
    const again = town.uplink();
    expect((await again.uplink.send(owedItems(1, 25), never)).accepted).toHaveLength(25);
    expect(await stored()).toBe(25);
  });

  it("keeps everything while no stream takes it, and says so", async () => {
    await using town = await open();
    const { uplink } = town.uplink();
    expect(await refusalOf(uplink.send([owedItem(1)], never))).toMatchObject({
      name: "LinkError",
      code: "refused",
      message: expect.stringContaining(`no stream takes gatehouse.${TEST_GATEWAY}.alert: create one`),
    });
    await town.stream();
    expect((await town.uplink().uplink.send([owedItem(1)], never)).accepted).toEqual([1]);
  });

  it("keeps everything while the stream is full", async () => {
    await using town = await open();
    await town.stream({ max_msgs: 3, discard: DiscardPolicy.New });
    const { uplink } = town.uplink();
    expect((await uplink.send(owedItems(1, 3), never)).accepted).toEqual([1, 2, 3]);
    expect(await refusalOf(uplink.send([owedItem(4)], never))).toMatchObject({
      name: "LinkError",
      message: expect.stringContaining("maximum messages exceeded"),
    });
  });

  it("sets an item aside that the stream, or the server, finds too large, and sends the others", async () => {
    await using town = await open({ config: ["max_payload: 8000"] });
    await town.stream({ max_msg_size: 4_000 });
    const { uplink } = town.uplink();
    const batch = [owedItem(1), owedItem(2, "alert", "x".repeat(4_000)), owedItem(3, "alert", "x".repeat(9_000))];
    const { accepted, rejected } = await uplink.send([...batch, owedItem(4)], never);
    expect(accepted.toSorted()).toEqual([1, 4]);
    expect(rejected.toSorted((a, b) => a.seq - b.seq)).toMatchObject([
      { seq: 2, reason: expect.stringContaining("message size exceeds maximum allowed") },
      { seq: 3, reason: expect.stringMatching(/the server takes 8000 at the most/) },
    ]);
  });

  it("hears commands, and what is none, which whoever takes them counts", async () => {
    await using town = await open();
    const { nc } = await town.stream({ subjects: ["gatehouse.*.alert"] });
    const { uplink } = town.uplink();
    await uplink.send([owedItem(1)], never);
    const command: Command = {
      id: "c-1",
      gateway: TEST_GATEWAY,
      target: "lock-302",
      action: "unlock",
      issuedAt: "2026-01-05T08:00:00+08:00",
      notAfter: "2026-01-05T08:00:30+08:00",
      issuer: "town",
    };
    const heard = uplink.commands(never)[Symbol.asyncIterator]();
    nc.publish(uplinkSubject.commands(TEST_GATEWAY), "no command");
    nc.publish(uplinkSubject.commands(TEST_GATEWAY), JSON.stringify(command));
    expect((await heard.next()).value).toBeUndefined();
    expect((await heard.next()).value).toEqual(command);
  });
});

describe("a nats server that fails", () => {
  it("refuses: the link is refused at once, and a new one stands when it is back, with all it had", async () => {
    await using town = await open();
    const { stored } = await town.stream();
    const before = town.uplink();
    await before.uplink.send(owedItems(1, 10), never);
    await town.server.kill();
    await expect(before.ended).rejects.toBeInstanceOf(LinkError);
    const during = town.uplink();
    await expect(during.ended).rejects.toMatchObject({ name: "LinkError", code: "refused" });
    expect(await refusalOf(during.uplink.send([owedItem(11)], never))).toBeInstanceOf(LinkError);
    await town.server.start();
    const after = town.uplink();
    const batch = owedItems(1, 20);
    const sent = await eventually(
      () => refusalOf(after.uplink.send(batch, never)) as Promise<{ accepted?: number[] }>,
      ({ accepted }) => accepted?.length === 20,
    );
    expect(sent.accepted).toHaveLength(20);
    const { js } = await town.platform();
    expect((await js.streams.info(STREAM)).state.messages).toBe(20);
    await expect(stored()).rejects.toThrow();
  });

  it("hangs: the link is lost within a deadline, and one that stays silent is passed over", async () => {
    await using town = await open();
    await using other = await open();
    await other.stream();
    await town.stream();
    const { uplink, ended } = town.uplink();
    await uplink.send([owedItem(1)], never);
    await town.server.freeze();
    const startedMs = systemClock.monoMs();
    const sending = refusalOf(uplink.send(owedItems(2, 5), never));
    await expect(ended).rejects.toMatchObject({
      code: "timeout",
      message: expect.stringContaining("no acknowledgement"),
    });
    expect(await sending).toBeInstanceOf(LinkError);
    expect(systemClock.monoMs() - startedMs).toBeLessThan(15_000);
    const next = town.uplink({ servers: [town.url, other.url] });
    expect((await next.uplink.send(owedItems(2, 5), never)).accepted).toHaveLength(4);
    town.server.thaw();
  });

  it("flaps: killed again and again under way, every item is accepted in the end, and stands in the stream once", async () => {
    await using town = await open();
    await town.stream();
    const batch = owedItems(1, 3_000);
    const waiting = new Set(batch.map(({ seq }) => seq));
    let attempts = 0;
    while (waiting.size > 0) {
      const { uplink } = town.uplink();
      const chunk = batch.filter(({ seq }) => waiting.has(seq)).slice(0, 500);
      const sending = uplink.send(chunk, never).catch(() => undefined);
      if (attempts++ < 4) {
        await systemClock.sleep(15);
        await town.server.kill();
        await town.server.start();
      }
      for (const seq of (await sending)?.accepted ?? []) waiting.delete(seq);
    }
    const { js } = await town.platform();
    const { state } = await js.streams.info(STREAM);
    expect(state.messages).toBe(3_000);
  });
});

describe("how the nats uplink logs in", () => {
  const files = { "ca.pem": TEST_CA, "n.pem": TEST_SERVER_CERT, "n.key": TEST_SERVER_KEY };
  const tls = (verify: boolean) =>
    `tls { cert_file: "$DIR/n.pem", key_file: "$DIR/n.key", ca_file: "$DIR/ca.pem", verify: ${verify} }`;
  const ca = { file: "ca.pem" };
  const secrets = { "ca.pem": TEST_CA, "g.pem": TEST_CLIENT_CERT, "g.key": TEST_CLIENT_KEY };

  it("is by TLS, by its own certificate where the server asks for one", async () => {
    await using town = await open({ files, config: [tls(true)] });
    const servers = [`tls://localhost:${town.server.port}`];
    const own = { ca, cert: { file: "g.pem" }, key: { file: "g.key" } };
    const { js } = await town.platform({
      servers: `localhost:${town.server.port}`,
      tls: { ca: TEST_CA, cert: TEST_CLIENT_CERT, key: TEST_CLIENT_KEY },
    });
    await js.streams.add({ name: STREAM, subjects: [UP] });
    const known = town.uplink({ servers, tls: own }, secrets);
    expect((await known.uplink.send([owedItem(1)], never)).accepted).toEqual([1]);
    // The server's word of it and the end of its connection race each other: without the word nothing can be advised.
    const refusals: string[] = [];
    for (let n = 0; n < 5 && !refusals.some((said) => said.includes("`tls.cert`")); n++)
      refusals.push(await town.uplink({ servers, tls: { ca } }, secrets).ended.then(() => "taken", String));
    expect(refusals.at(-1)).toContain("check `tls.cert` and `tls.key`");
    expect(refusals).not.toContain("taken");
    const doubter = town.uplink({ servers, tls: { ...own, ca: { file: "g.pem" } } }, secrets);
    await expect(doubter.ended).rejects.toThrow("not from an authority this gateway knows");
  });

  it("is never in clear where TLS was asked for, nor to a server of another name", async () => {
    await using plain = await open();
    const unsafe = plain.uplink({ servers: [`tls://localhost:${plain.server.port}`], tls: { ca } }, secrets);
    await expect(unsafe.ended).rejects.toThrow("does not support 'tls'");
    await using town = await open({ files, config: [tls(false)] });
    // Another way to write 127.0.0.1, which does not stand in the certificate.
    const elsewhere = { servers: [`tls://127.1:${town.server.port}`], allowPrivate: true };
    const misnamed = town.uplink({ ...elsewhere, tls: { ca } }, secrets);
    await expect(misnamed.ended).rejects.toThrow("write the name that stands in its certificate into `servers`");
    const named = town.uplink({ servers: [`tls://127.0.0.1:${town.server.port}`], tls: { ca } }, secrets);
    expect(await refusalOf(named.uplink.send([owedItem(1)], never))).toMatchObject({
      message: expect.stringContaining("no stream takes"),
    });
  });

  it("is by an nkey, whose seed never crosses the wire", async () => {
    const user = nkeys.createUser();
    const seed = Buffer.from(user.getSeed()).toString();
    await using town = await open({ config: [`authorization { users: [{ nkey: ${user.getPublicKey()} }] }`] });
    const { js } = await town.platform({
      authenticator: (nonce?: string) => ({
        nkey: user.getPublicKey(),
        sig: nkeys.encode(user.sign(Buffer.from(nonce ?? ""))) as never,
      }),
    });
    await js.streams.add({ name: STREAM, subjects: [UP] });
    const own = { nkey: { file: "seed" } };
    const known = town.uplink(own, { seed: `${seed}\n` });
    expect((await known.uplink.send([owedItem(1)], never)).accepted).toEqual([1]);
    const stranger = town.uplink(own, { seed: Buffer.from(nkeys.createUser().getSeed()).toString() });
    await expect(stranger.ended).rejects.toThrow("check `nkey`");
    const broken = town.uplink(own, { seed: "SUNOSEED" });
    await expect(broken.ended).rejects.toThrow("no seed of a user");
  });

  it("is by a credentials file", async () => {
    const world = jwtWorld();
    await using town = await open({ config: world.config, jetstream: false });
    const own = { creds: { file: "creds" } };
    // No stream is there, which only one who is let in can find out.
    const known = town.uplink(own, { creds: world.creds() });
    expect(await refusalOf(known.uplink.send([owedItem(1)], never))).toMatchObject({
      message: expect.stringContaining("JetStream is not enabled there"),
    });
    const stranger = town.uplink(own, { creds: jwtWorld().creds() });
    await expect(stranger.ended).rejects.toThrow("`creds`");
    await expect(town.uplink(own, { creds: "no credentials" }).ended).rejects.toThrow("no credentials file");
  });

  it("is by user name and password, with no more rights than the gateway needs", async () => {
    const rights = `publish: ["gatehouse.${TEST_GATEWAY}.alert"], subscribe: ["_INBOX.${TEST_GATEWAY}.>"]`;
    const users = `authorization { users: [{ user: town, password: all }, { user: gate, password: pw, permissions: { ${rights} } }] }`;
    await using town = await open({ config: [users] });
    const { js } = await town.platform({ user: "town", pass: "all" });
    await js.streams.add({ name: STREAM, subjects: [UP] });
    const own = { username: "gate", password: { file: "pw" } };
    const known = town.uplink(own, { pw: "pw" });
    expect((await known.uplink.send([owedItem(1)], never)).accepted).toEqual([1]);
    await eventually(
      () => known.log.lines.map(({ message }) => message),
      (lines) => lines.includes("the server refuses the subscription, no commands will come"),
    );
    expect(await refusalOf(known.uplink.send([owedItem(2, "telemetry")], never))).toMatchObject({
      message: expect.stringContaining("allow this user to publish there"),
    });
    await expect(town.uplink(own, { pw: "other" }).ended).rejects.toThrow("`username` and `password`");
  });
});
