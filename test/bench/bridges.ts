/** Messages a second through the drivers of Zigbee2MQTT and Home Assistant discovery: client, broker and driver in one process, each message acknowledged. */
import { ZIGBEE_MODELS } from "@gatehouse/device-sim";
import { openHomeAssistantRig } from "../support/homeassistant-driver-harness.ts";
import { openZigbeeRig } from "../support/zigbee-driver-harness.ts";

/** Unacknowledged at once. */
const WINDOW = 64;
const DEVICES = 50;

export interface BridgeRate {
  readonly messagesPerSecond: number;
  readonly readingsPerSecond: number;
}

type Send = (n: number) => Promise<void>;

export async function benchBridges(seconds: number): Promise<Readonly<Record<string, BridgeRate>>> {
  return { zigbee2mqtt: await zigbee(seconds), homeassistant: await homeAssistant(seconds) };
}

async function zigbee(seconds: number): Promise<BridgeRate> {
  let readings = 0;
  const ieee = (n: number) => `0x${n.toString(16).padStart(16, "0")}`;
  const numbers = Array.from({ length: DEVICES }, (_, n) => n);
  await using rig = await openZigbeeRig({
    unlimited: true,
    devices: numbers.map((n) => ({ id: `door-${n}`, kind: "contact", address: ieee(n) })),
    accept: async (items) => {
      readings += items.length;
      return [];
    },
  });
  const stop = new AbortController();
  const ended = rig.driver.run(stop.signal);
  const client = await rig.join();
  for (const n of numbers)
    await rig.bridge.pair({ ieee: ieee(n), name: `door ${n}`, definition: ZIGBEE_MODELS.contact });
  const rate = await measure(
    seconds,
    () => readings,
    (n) => {
      const payload = JSON.stringify({
        contact: Math.floor(n / DEVICES) % 2 === 0,
        battery: 80,
        tamper: false,
        linkquality: 120,
      });
      return client.publish(`zigbee2mqtt/door ${n % DEVICES}`, payload, { retain: false, qos: 1 });
    },
  );
  stop.abort();
  await ended;
  return rate;
}

async function homeAssistant(seconds: number): Promise<BridgeRate> {
  let readings = 0;
  await using rig = await openHomeAssistantRig({
    unlimited: true,
    devices: [
      { id: "lock-302", kind: "lock", address: "0xabc" },
      { id: "door-302", kind: "contact", address: "0xabc" },
    ],
    accept: async (items) => {
      readings += items.length;
      return [];
    },
  });
  const stop = new AbortController();
  const ended = rig.driver.run(stop.signal);
  const client = await rig.join();
  await rig.device.announce();
  await rig.settled();
  const rate = await measure(
    seconds,
    () => readings,
    (n) => {
      const payload = JSON.stringify({ lock: n % 2 === 0 ? "LOCKED" : "UNLOCKED", open: n % 2 === 0, battery: 80 });
      return client.publish(`${rig.device.base}/state`, payload, { retain: false, qos: 1 });
    },
  );
  stop.abort();
  await ended;
  return rate;
}

async function measure(seconds: number, readings: () => number, send: Send): Promise<BridgeRate> {
  let sent = 0;
  const startedMs = performance.now();
  const before = readings();
  const lane = async () => {
    while (performance.now() - startedMs < seconds * 1_000) await send(sent++);
  };
  await Promise.all(Array.from({ length: WINDOW }, lane));
  const tookS = (performance.now() - startedMs) / 1_000;
  return {
    messagesPerSecond: Math.round(sent / tookS),
    readingsPerSecond: Math.round((readings() - before) / tookS),
  };
}
