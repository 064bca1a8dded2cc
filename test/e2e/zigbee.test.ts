/** A Zigbee2MQTT at the gateway's own broker, end to end: account, proposals, readings on disk, commands from the command line, a restart. */
import { connectBridge, SimZigbeeBridge, ZIGBEE_MODELS } from "@gatehouse/device-sim";
import { stateTopic } from "@gatehouse/protocol";
import mqtt from "mqtt";
import { expect, it } from "vitest";
import { gatehouse } from "../support/gatehouse.ts";
import { eventually, openRig, type Rig } from "../support/rig.ts";

const LOCK = "0x00158d0001000001";
const DOOR = "0x00158d0001000002";
const zigbee = (id: string, kind: string, address: string) => ({
  id,
  kind,
  address,
  driver: "zigbee",
  portal: "door-count-0001",
});
const SITE = {
  devices: 1,
  sections: {
    drivers: [{ id: "zigbee", type: "zigbee2mqtt" }],
    devices: [zigbee("lock-1", "lock", LOCK), zigbee("contact-1", "contact", DOOR)],
    accounts: [
      { user: "z2m", password: { env: "Z2M_PW" }, role: "bridge", topics: ["zigbee2mqtt/#"] },
      { user: "board", password: { env: "BOARD_PW" }, role: "tool" },
    ],
  },
  env: { Z2M_PW: "bridge", BOARD_PW: "look" },
};

async function joinBridge({ url }: Rig) {
  const bridge: SimZigbeeBridge = new SimZigbeeBridge({ publish: (...message) => client.publish(...message) });
  const hear = (topic: string, payload: string) => void bridge.hear(topic, payload).catch(() => {});
  const client = await connectBridge({ url, username: "z2m", password: "bridge", hear });
  await client.subscribe(bridge.subscriptions);
  await bridge.begin();
  return { bridge, client };
}

it("devices are proposed, heard, commanded, and known after a restart", async () => {
  await using rig = await openRig(SITE);
  const { bridge, client } = await joinBridge(rig);
  await bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  await bridge.pair({ ieee: DOOR, name: "front/door", definition: ZIGBEE_MODELS.contact });
  await bridge.pair({ ieee: "0x00158d0001000003", name: "radar", definition: ZIGBEE_MODELS.presence });
  const board = await mqtt.connectAsync(rig.url, { username: "board", password: "look", reconnectPeriod: 0 });
  const portals: Record<string, unknown>[] = [];
  board.on("message", (_topic, payload) => portals.push(JSON.parse(payload.toString()) as Record<string, unknown>));
  await board.subscribeAsync(stateTopic.portal("+"));
  await bridge.tell(DOOR, { contact: false, battery: 90 });
  await bridge.tell(LOCK, { state: "LOCK", lock_state: "locked" });
  await eventually(
    () => portals.at(-1),
    (state) => state?.["door"] === "open" && state["lock"] === "locked",
  );

  const found = await gatehouse("devices", "found", "--json", "--state", rig.stateDir);
  expect(found).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(found.out)).toMatchObject({
    leftOut: 0,
    devices: [
      { driver: "zigbee", label: "radar", points: [{ kind: "presence", keys: { address: "0x00158d0001000003" } }] },
    ],
  });
  const table = await gatehouse("devices", "found", "--state", rig.stateDir);
  expect(table.out).toMatch(
    /zigbee +0x00158d0001000003 +radar +Simulated SIM-PRESENCE +presence +presence\.on, presence\.off/,
  );

  const opened = await gatehouse("command", "lock-1", "unlock", "--state", rig.stateDir);
  expect(opened.code).toBe(0);
  await eventually(
    () => portals.at(-1),
    (state) => state?.["lock"] === "unlocked",
  );
  bridge.jammed.add(LOCK);
  const jammed = await gatehouse("command", "lock-1", "lock", "--state", rig.stateDir);
  expect(jammed.code).not.toBe(0);
  expect(`${jammed.out}${jammed.err}`).toContain("failed");

  await board.endAsync();
  await rig.gateway.end("SIGTERM");
  await client.closed;
  await rig.restart(SITE.env);
  const again = await connectBridge({ url: rig.url, username: "z2m", password: "bridge", hear: () => {} });
  await again.publish("zigbee2mqtt/front/door", '{"contact":true}', { retain: false, qos: 1 });
  const late = await mqtt.connectAsync(rig.url, { username: "board", password: "look", reconnectPeriod: 0 });
  const seen: Record<string, unknown>[] = [];
  late.on("message", (_topic, payload) => seen.push(JSON.parse(payload.toString()) as Record<string, unknown>));
  await late.subscribeAsync(stateTopic.portal("+"));
  await eventually(
    () => seen.at(-1),
    (state) => state?.["door"] === "closed",
  );
  await late.endAsync();
  await again.close();
});

it("a bridge publishes and hears its own branch, and is put out for any other", async () => {
  await using rig = await openRig(SITE);
  const connect = () => connectBridge({ url: rig.url, username: "z2m", password: "bridge", hear: () => {} });
  for (const topic of ["gatehouse/1/lock-1/readings", "zigbee2mqttx/door", "homeassistant/lock/a/config"]) {
    const client = await connect();
    client.publish(topic, "{}", { retain: false, qos: 1 }).catch(() => {});
    await client.closed;
  }
  for (const topic of ["#", "gatehouse/1/state/#", "+/bridge/devices"]) {
    const client = await connect();
    await expect(client.subscribe([topic]), topic).rejects.toThrow();
    await client.closed;
  }
  const client = await connect();
  // As long as the list of a large site, and more than a device may send.
  await client.publish("zigbee2mqtt/bridge/devices", JSON.stringify(["x".repeat(1_000_000)]), { retain: true, qos: 1 });
  const other = await connect();
  await other.subscribe(["zigbee2mqtt/bridge/devices"]);
  await client.close();
  await other.close();
});
