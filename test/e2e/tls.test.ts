import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deviceTopic, stateTopic } from "@gatehouse/protocol";
import {
  connectPacket,
  TEST_CA,
  TEST_CLIENT_CERT,
  TEST_SERVER_CERT,
  TEST_SERVER_KEY,
  WireClient,
} from "gatehouse/testing";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { describe, expect, it } from "vitest";
import { type GatewayProcess, metric, startGateway } from "../support/gateway-process.ts";
import { deviceIds, writeLoadSite } from "../support/load-site.ts";
import { eventually, readingsTopic } from "../support/rig.ts";
import { tempDir } from "../support/temp-dir.ts";

const DEVICES = deviceIds(2);
const [FIRST = "", SECOND = ""] = DEVICES;
const refused = /Bad User Name or Password|Bad username or password/i;

interface TlsRig extends AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly port: number;
  readonly plainPort: number;
  /** Over TLS, with the password of the device unless the options say otherwise. */
  join(device: string, options?: IClientOptions): Promise<MqttClient>;
}

/** A gateway whose broker listens with TLS, each device with a password in a file of its own. */
async function open(): Promise<TlsRig> {
  const stack = new AsyncDisposableStack();
  const { path: dir } = stack.use(tempDir());
  const secrets = { "broker.crt": TEST_SERVER_CERT, "broker.key": TEST_SERVER_KEY };
  const passwords = Object.fromEntries(DEVICES.map((id) => [`${id}.pw`, `${passwordOf(id)}\n`]));
  for (const [name, text] of Object.entries({ ...secrets, ...passwords })) {
    writeFileSync(join(dir, name), text);
    chmodSync(join(dir, name), 0o600);
  }
  const sections = {
    devices: DEVICES.map((id) => ({ id, kind: "counter", portal: `door-${id}`, password: { file: `${id}.pw` } })),
    broker: {
      listen: "127.0.0.1:0",
      tls: { listen: "127.0.0.1:0", cert: { file: "broker.crt" }, key: { file: "broker.key" } },
    },
    accounts: [{ user: "dashboard", password: { env: "DASHBOARD_PW" }, role: "tool" }],
  };
  const siteFile = writeLoadSite({ dir, devices: DEVICES.length, mqttPort: 0, uplinks: [], sections });
  const env = { DASHBOARD_PW: passwordOf("dashboard") };
  const gateway = await startGateway({ siteFile, stateDir: join(dir, "state"), env });
  stack.defer(async () => {
    await gateway.end("SIGKILL");
  });
  const portOf = (tls: boolean) => gateway.ready.mqtt.find((listener) => listener.tls === tls)?.port ?? 0;
  return {
    gateway,
    port: portOf(true),
    plainPort: portOf(false),
    join: async (device, options = {}) => {
      const account = { username: device, password: passwordOf(device), ca: TEST_CA, reconnectPeriod: 0 };
      const client = await mqtt.connectAsync(`mqtts://localhost:${portOf(true)}`, { ...account, ...options });
      client.on("error", () => {});
      stack.defer(() => client.endAsync(true));
      return client;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const passwordOf = (user: string): string => `secret of ${user}`;
const reading = (seq: number) => JSON.stringify({ epoch: 1, seq, kind: "count.in" });

const messageOf = (client: MqttClient): Promise<{ readonly topic: string; readonly body: unknown }> =>
  new Promise((resolve) =>
    client.once("message", (topic, payload) => resolve({ topic, body: JSON.parse(payload.toString()) })),
  );

const codesOf = async ({ gateway }: TlsRig) =>
  (await gateway.health()).codes.map(({ code, subject }) => `${code} ${subject}`);
const stored = async ({ gateway }: TlsRig) => metric(await gateway.metrics(), "gatehouse_readings_stored_total");

describe("the broker over TLS", () => {
  it("takes readings of a device that trusts its authority and knows its password, and brings it its errors", async () => {
    await using rig = await open();
    const device = await rig.join(FIRST);
    await device.subscribeAsync([deviceTopic.command(FIRST), deviceTopic.errors(FIRST)], { qos: 1 });
    const told = messageOf(device);
    await device.publishAsync(readingsTopic(FIRST), `[${reading(1)},{"kind":"x"}]`, { qos: 1 });
    expect(await stored(rig)).toBe(1);
    const { topic, body } = await told;
    expect(topic).toBe(deviceTopic.errors(FIRST));
    expect(body).toMatchObject({ index: 1, reason: expect.stringContaining("unknown kind") });
    const tool = await rig.join("dashboard");
    const seen = messageOf(tool);
    await tool.subscribeAsync(stateTopic.space(`flat-${FIRST}`));
    expect((await seen).body).toMatchObject({
      space: `flat-${FIRST}`,
      present: expect.any(Number),
      limit: expect.any(Number),
    });
  });

  it("is not believed by a client that does not know its authority", async () => {
    await using rig = await open();
    await expect(rig.join(FIRST, { ca: TEST_CLIENT_CERT })).rejects.toThrow(/certificate|verify/i);
    await expect(rig.join(FIRST, { ca: [] })).rejects.toThrow(/certificate|verify/i);
    expect((await rig.join(FIRST)).connected).toBe(true);
  });

  it("refuses a wrong password, none, and another device's, over TLS and in clear", async () => {
    await using rig = await open();
    await expect(rig.join(FIRST, { password: "guess" })).rejects.toThrow(refused);
    await expect(rig.join(FIRST, { password: passwordOf(SECOND) })).rejects.toThrow(refused);
    await expect(rig.join(FIRST, { password: "" })).rejects.toThrow(refused);
    const plain = `mqtt://127.0.0.1:${rig.plainPort}`;
    const unnamed = mqtt.connectAsync(plain, { username: SECOND, reconnectPeriod: 0 });
    await expect(unnamed).rejects.toThrow(refused);
    await eventually(
      () => codesOf(rig),
      (codes) => codes.includes(`broker-refused ${FIRST}`) && codes.includes(`broker-refused ${SECOND}`),
    );
    const { codes } = await rig.gateway.health();
    for (const { detail } of codes) expect(detail).not.toContain("secret of");
    expect((await rig.join(FIRST)).connected).toBe(true);
  });

  it("ends a connection that speaks no TLS, and lives on", async () => {
    await using rig = await open();
    const plain = await WireClient.open(rig.port);
    plain.send(connectPacket({ user: FIRST, password: passwordOf(FIRST) }));
    await plain.closed;
    const silent = await WireClient.open(rig.port);
    silent.send(Buffer.from([0x16, 0x03]));
    silent.socket.end();
    await silent.closed;
    const device = await rig.join(FIRST);
    await device.publishAsync(readingsTopic(FIRST), reading(1), { qos: 1 });
    expect(await stored(rig)).toBe(1);
  });

  it("ends the connection of a device on a topic that is not its own", async () => {
    await using rig = await open();
    const device = await rig.join(FIRST);
    const closed = new Promise((resolve) => device.once("close", () => resolve(undefined)));
    device.publish(readingsTopic(SECOND), reading(1), { qos: 1 });
    await closed;
    const curious = await rig.join(FIRST);
    await expect(curious.subscribeAsync(deviceTopic.command(SECOND))).rejects.toThrow();
    const second = await rig.join(SECOND);
    await second.publishAsync(readingsTopic(SECOND), reading(2), { qos: 1 });
    expect(await stored(rig)).toBe(1);
    await eventually(
      () => codesOf(rig),
      (codes) => codes.includes(`broker-refused ${FIRST}`),
    );
  });
});
