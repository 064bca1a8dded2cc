/** A town on loopback: gateways as a user runs them, three NATS servers, two consumers of one group, PostgreSQL. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { composeEvent, type EventDraft, uplinkSubject } from "@gatehouse/protocol";
import { type ConsumerProcess, startConsumer, startNats, startNatsCluster, startPostgres } from "@gatehouse/town";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, nkeyAuthenticator } from "@nats-io/transport-node";
import { Client } from "pg";
import { expect, test } from "vitest";
import { eventually, openRig, readingsTopic } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const root = resolve(import.meta.dirname, "../..");

async function openTown(consumers: number) {
  const stack = new AsyncDisposableStack();
  const cluster = stack.use(await startNatsCluster());
  const postgres = stack.use(await startPostgres());
  const group: ConsumerProcess[] = [];
  for (let i = 0; i < consumers; i++) {
    const consumer = await startConsumer({ nats: cluster.urls, postgres: postgres.url, args: ["--ack-wait", "5"] });
    stack.defer(() => consumer.end());
    group.push(consumer);
  }
  const sql = new Client({ connectionString: postgres.url });
  await sql.connect();
  stack.defer(() => sql.end());
  const nc = await connect({ servers: cluster.urls.map((url) => url.slice(7)), reconnect: false });
  stack.defer(() => nc.close());
  const count = async (what: string) => Number((await sql.query(`select count(*) from ${what}`)).rows[0].count);
  return { cluster, postgres, group, sql, nc, count, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const draft = (gateway: string, id: string): EventDraft => ({
  id,
  source: `gatehouse/${gateway}`,
  type: "gatehouse.alert.raised",
  subject: "3-302",
  time: "2026-01-05T08:00:00+08:00",
  lane: "alert",
  severitynumber: 17,
  recordedtime: "2026-01-05T08:00:00+08:00",
  dataclassification: "internal",
  data: JSON.stringify({ 楼: "3号楼" }),
});

test("readings of a gateway reach PostgreSQL through the cluster, each once and none missing", async () => {
  await using town = await openTown(2);
  const uplinks = () => [{ id: "town", type: "nats", servers: town.cluster.urls, readings: true }];
  await using rig = await openRig({ devices: 2, uplinks });
  const device = await rig.device("count-0001");
  for (let seq = 1; seq <= 200; seq++) {
    const reading = { epoch: 1, seq, kind: "count.in", value: 1 };
    await device.publishAsync(readingsTopic("count-0001"), JSON.stringify(reading), { qos: 1 });
  }
  await eventually(
    () => town.count("town.events where type = 'gatehouse.reading'"),
    (rows) => rows === 200,
    20_000,
  );
  expect(await town.count("town.gaps")).toBe(0);
  const { rows } = await town.sql.query(
    "select gateway, lane, event -> 'data' ->> 'device' as device from town.events where lane = 'telemetry' limit 1",
  );
  expect(rows[0]).toMatchObject({ lane: "telemetry", device: "count-0001" });
  expect((await rig.gateway.health()).codes.map(({ code }) => code)).not.toContain("uplink-down");
});

test("instances share the work; one killed in the middle costs nothing, repeats change nothing, and a gap shows until it is filled", async () => {
  await using town = await openTown(2);
  const js = jetstream(town.nc);
  const send = (gateway: string, seq: number) =>
    js.publish(uplinkSubject.up(gateway, "alert"), composeEvent(draft(gateway, `${gateway}-${seq}`), seq));
  const gateways = Array.from({ length: 10 }, (_, i) => `g-${i}`);
  for (let seq = 1; seq <= 200; seq++) {
    if (seq === 100) await town.group[0]?.end("SIGKILL");
    // Number 150 of every gateway is left out at first, number 20 is sent three times.
    if (seq !== 150) await Promise.all(gateways.map((gateway) => send(gateway, seq)));
    if (seq === 20) await Promise.all([...gateways, ...gateways].map((gateway) => send(gateway, seq)));
  }
  // What the killed one held comes again only behind its deadline.
  await eventually(
    () => town.count("town.events"),
    (rows) => rows === 1_990,
    60_000,
  );
  await eventually(
    () => town.count("town.gaps where first = 150 and last = 150"),
    (rows) => rows === 10,
    5_000,
  );
  await Promise.all(gateways.map((gateway) => send(gateway, 150)));
  await eventually(
    () => town.count("town.events"),
    (rows) => rows === 2_000,
  );
  await eventually(
    () => town.count("town.gaps"),
    (rows) => rows === 0,
  );
  const { rows } = await town.sql.query("select min(highest), max(highest) from town.gateways");
  expect(rows[0]).toEqual({ min: "200", max: "200" });
  for (const { log } of town.group) expect(log.some(({ fresh = 0 }) => fresh > 0)).toBe(true);
}, 120_000);

test("a database that is down costs time and nothing else; what is no event is kept apart", async () => {
  await using town = await openTown(1);
  const js = jetstream(town.nc);
  const send = (seq: number) => js.publish("gatehouse.g-1.alert", composeEvent(draft("g-1", `e-${seq}`), seq));
  await send(1);
  await eventually(
    () => town.count("town.events"),
    (rows) => rows === 1,
  );
  await town.sql.end();
  await town.postgres.kill();
  await send(2);
  await js.publish("gatehouse.g-1.alert", "no event at all");
  await send(3);
  await town.postgres.start();
  const again = new Client({ connectionString: town.postgres.url });
  await again.connect();
  const counts =
    "select (select count(*) from town.events)::int events, (select count(*) from town.refused)::int refused";
  const whole = await eventually(
    async () => (await again.query(counts)).rows[0],
    ({ events, refused }) => events === 3 && refused === 1,
    60_000,
  );
  expect(whole).toEqual({ events: 3, refused: 1 });
  await again.end();
});

test("the secrets of the compose file let the gateway publish as itself, and as nobody else", async () => {
  using dir = tempDir();
  const script = join(root, "docs/town/src/secrets.ts");
  expect(spawnSync(process.execPath, [script, "--out", dir.path], { encoding: "utf8" })).toMatchObject({ status: 0 });
  const config = readFileSync(join(root, "docs/town/nats.conf"), "utf8");
  // Debian's server knows all of the file but that.
  const known = config.replace(/^.*sync_interval.*$/gm, "").replaceAll("/etc/nats/secrets", dir.path);
  writeFileSync(join(dir.path, "nats.conf"), known.replace("secrets/users", "users"));
  const checked = spawnSync("/usr/sbin/nats-server", ["-t", "-c", join(dir.path, "nats.conf")], {
    encoding: "utf8",
    env: { ...process.env, NATS_NAME: "n1" },
  });
  expect({ status: checked.status, said: checked.stderr }).toMatchObject({ status: 0 });
  const [, tls = ""] = /^(tls \{[^}]*\})/m.exec(config) ?? [];
  const lines = [tls.replaceAll("/etc/nats/secrets", dir.path), readFileSync(join(dir.path, "users.conf"), "utf8")];
  await using server = await startNats({ config: lines });
  const login = (file: string) => ({
    authenticator: nkeyAuthenticator(Buffer.from(readFileSync(join(dir.path, file), "utf8").trim())),
    tls: { caFile: join(dir.path, "ca.pem") },
  });
  const servers = `localhost:${server.port}`;
  const consumer = await connect({ servers, ...login("consumer.nk"), reconnect: false });
  const manager = await jetstreamManager(consumer);
  await manager.streams.add({ name: "GATEHOUSE", subjects: ["gatehouse.*.alert"] });
  const gateway = await connect({ servers, ...login("gateway.nk"), inboxPrefix: "_INBOX.mq-demo", reconnect: false });
  const js = jetstream(gateway);
  expect(await js.publish("gatehouse.mq-demo.alert", "{}")).toMatchObject({ stream: "GATEHOUSE" });
  await expect(js.publish("gatehouse.another.alert", "{}")).rejects.toThrow("Permissions Violation");
  await Promise.all([gateway.close(), consumer.close()]);
});

test("docker-compose takes the compose file", () => {
  const checked = spawnSync("docker-compose", ["config", "-q"], {
    cwd: root,
    encoding: "utf8",
  });
  expect({ status: checked.status, said: checked.stderr }).toEqual({ status: 0, said: "" });
});
