/** A whole gateway between two Sparkplug networks: a simulated edge node below it, on the gateway's own broker and on Mosquitto, a host above it. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SimEdgeNode, type SimMetric } from "@gatehouse/device-sim";
import { decodeSparkplug, sparkplugValue, systemClock } from "@gatehouse/protocol";
import { connectAsync } from "mqtt";
import { afterEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { gatehouse } from "../support/gatehouse.ts";
import { startGateway } from "../support/gateway-process.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { tempDir } from "../support/temp-dir.ts";
import { type HeardMessage, TopicLog } from "../support/topic-log.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const DOOR: readonly SimMetric[] = [
  { name: "Door/Open", alias: 1, type: "Boolean", value: false },
  { name: "Door/Locked", alias: 2, type: "Boolean", value: true },
];
const EDGE = "spBv1.0/Maqiao";

const valueIn = ({ payload }: HeardMessage, name: string) => {
  const metric = decodeSparkplug(payload).metrics.find((one) => one.name === name);
  return metric === undefined
    ? undefined
    : sparkplugValue(metric, metric.type ?? (name.startsWith("Events") ? "String" : "Boolean"));
};

async function open() {
  const folder = tempDir();
  ends.push(async () => rmSync(folder.path, { recursive: true, force: true }));
  const mosquitto = await startMosquitto();
  ends.push(() => Promise.resolve(mosquitto[Symbol.asyncDispose]()));
  const url = `mqtt://127.0.0.1:${mosquitto.port}`;
  const site = {
    site: {
      id: "mq-0007",
      name: "test",
      kind: "rental-compound",
      timezone: "Asia/Shanghai",
      address: { code: "1", grid: "unowned" },
    },
    spaces: [{ id: "3-302", kind: "flat", name: "302", limit: { persons: 4, basis: "test" }, registered: 2 }],
    portals: [
      { id: "door-302", kind: "door", from: "outside", to: "3-302" },
      { id: "door-303", kind: "door", from: "outside", to: "3-302" },
    ],
    drivers: [
      { id: "plant", type: "sparkplug", url, host: "gatehouse", groups: ["Plant"] },
      { id: "own", type: "sparkplug", host: "gatehouse-own" },
    ],
    devices: [
      { id: "lock-302", kind: "lock", portal: "door-302", driver: "plant", address: "Plant/Gw/Door-3" },
      { id: "lock-303", kind: "lock", portal: "door-303", driver: "own", address: "Own/Gw/Door-4" },
    ],
    accounts: [{ user: "edge-gw", password: { env: "EDGE_PW" }, role: "bridge", topics: ["spBv1.0/#"] }],
    uplinks: [{ id: "scada", type: "sparkplug", servers: [url], group: "Maqiao", readings: true }],
    broker: { listen: "127.0.0.1:0" },
    policies: [],
  };
  const siteFile = join(folder.path, "site.yaml");
  const stateDir = join(folder.path, "state");
  writeFileSync(siteFile, stringify(site));
  const client = await connectAsync(url, { clientId: "scada-1" });
  ends.push(() => client.endAsync(true));
  const topics = new TopicLog(client);
  await client.subscribeAsync("spBv1.0/#", { qos: 1 });
  const gateway = await startGateway({ siteFile, stateDir, env: { EDGE_PW: "edge secret" } });
  ends.push(() => gateway.end());
  const node = (options: Partial<ConstructorParameters<typeof SimEdgeNode>[0]>) => {
    const sim = new SimEdgeNode({
      url,
      group: "Plant",
      node: "Gw",
      clock: systemClock,
      devices: { "Door-3": DOOR },
      ...options,
    });
    ends.push(async () => sim.close());
    return sim;
  };
  return { stateDir, topics, gateway, node };
}

test("what an edge node reports goes on to the host above, and its death is seen there", async () => {
  const { topics, node, stateDir, gateway } = await open();
  const birth = await topics.until(({ topic }) => topic === `${EDGE}/DBIRTH/mq-0007/3-302`);
  expect([valueIn(birth, "Limit"), valueIn(birth, "Registered"), valueIn(birth, "Name")]).toEqual([4, 2, "302"]);
  await topics.until(({ topic, text }) => topic === "spBv1.0/STATE/gatehouse" && text.includes("true"));
  const sim = node({ devices: { "Door-3": DOOR, Spare: DOOR } });
  await sim.join();
  const reading =
    (kind: string, device = "lock-302") =>
    (message: HeardMessage) => {
      if (message.topic !== `${EDGE}/NDATA/mq-0007`) return false;
      const event = valueIn(message, "Events/telemetry");
      return typeof event === "string" && event.includes(`"kind":"${kind}"`) && event.includes(`"${device}"`);
    };
  await topics.until(reading("lock.locked"));
  await sim.report("Door-3", { "Door/Open": { value: true } });
  await topics.until(reading("door.opened"));

  const found = await gatehouse("devices", "found", "--state", stateDir);
  expect(found.out).toContain("Plant/Gw/Spare");
  const done = await gatehouse("command", "lock-302", "unlock", "--state", stateDir);
  expect({ code: done.code, err: done.err }).toEqual({ code: 0, err: "" });
  await topics.until(reading("lock.unlocked"));

  sim.drop();
  await topics.until(reading("device.offline"));
  const gone = await topics.until(
    (message) => message.topic === `${EDGE}/NDATA/mq-0007` && valueIn(message, "Devices/lock-302/Online") === false,
  );
  expect(gone.retain).toBe(false);

  const [{ port } = { port: 0 }] = gateway.ready.mqtt;
  const own = node({
    url: `mqtt://127.0.0.1:${port}`,
    group: "Own",
    username: "edge-gw",
    password: "edge secret",
    devices: { "Door-4": DOOR },
  });
  await own.join();
  await topics.until(reading("lock.locked", "lock-303"));
  const opened = await gatehouse("command", "lock-303", "unlock", "--state", stateDir);
  expect({ code: opened.code, err: opened.err }).toEqual({ code: 0, err: "" });
  own.drop();
  await topics.until(reading("device.offline", "lock-303"));

  await gateway.end();
  await topics.until(({ topic }) => topic === `${EDGE}/NDEATH/mq-0007`);
  await topics.until(({ topic, text }) => topic === "spBv1.0/STATE/gatehouse" && text.includes("false"));
});
