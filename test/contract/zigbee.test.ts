/** The Zigbee2MQTT driver and a simulated Zigbee2MQTT: renames, removals, proposals, PINs, restarts, another broker. */
import { createServer } from "node:net";
import { connectBridge, SimZigbeeBridge, ZIGBEE_MODELS } from "@gatehouse/device-sim";
import { type Device, type DeviceCommand, systemClock } from "@gatehouse/protocol";
import { settle } from "@gatehouse/protocol/testing";
import { Aedes } from "aedes";
import { driverTypes, FoundList, HealthBoard, Pseudonymized, Unreadable } from "gatehouse";
import { bareDeps, MemoryLog } from "gatehouse/testing";
import { afterEach, expect, test } from "vitest";
import { openZigbeeRig, type ZigbeeRig, type ZigbeeRigOptions } from "../support/zigbee-driver-harness.ts";

const LOCK = "0x00158d0001000001";
const DOOR = "0x00158d0001000002";
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Item {
  readonly device: string;
  readonly kind: string;
  readonly credential?: string;
}

interface Run {
  readonly rig: ZigbeeRig;
  readonly items: Item[];
  readonly raw: unknown[];
  /** `device kind` of what came since it was asked last. */
  news(): Promise<string[]>;
  end(): Promise<void>;
}

async function run(devices: readonly Partial<Device>[], more: Partial<ZigbeeRigOptions> = {}): Promise<Run> {
  const items: Item[] = [];
  const raw: unknown[] = [];
  const rig = await openZigbeeRig({
    devices,
    ...more,
    accept: async (given) => {
      for (const one of given) {
        raw.push(one);
        if (!(one instanceof Unreadable)) items.push((one instanceof Pseudonymized ? one.item : one) as Item);
      }
      return [];
    },
  });
  const stop = new AbortController();
  const ended = rig.driver.run(stop.signal);
  await settle();
  const end = async () => {
    stop.abort();
    await ended;
    await rig[Symbol.asyncDispose]();
  };
  stops.push(end);
  let told = 0;
  const news = async () => {
    await rig.settled();
    const fresh = items.slice(told).map(({ device, kind }) => `${device} ${kind}`);
    told = items.length;
    return fresh;
  };
  return { rig, items, raw, news, end };
}

const lock302 = { id: "lock-302", kind: "lock" as const, address: LOCK };
const unlock = (seconds?: number): DeviceCommand => ({
  id: "cmd-1",
  action: "unlock",
  ...(seconds === undefined ? {} : { args: { seconds } }),
  notAfter: "2999-01-01T00:00:00Z",
});
const never = new AbortController().signal;

test("a device nobody has bound is proposed with what it is, and no longer once it is gone", async () => {
  const { rig } = await run([]);
  await rig.join();
  await rig.bridge.pair({ ieee: DOOR, name: "cellar/door", definition: ZIGBEE_MODELS.contact });
  await rig.settled();
  expect(rig.found.list().devices).toEqual([
    expect.objectContaining({
      driver: "zigbee",
      id: DOOR,
      label: "cellar/door",
      model: "Simulated SIM-CONTACT",
      points: [{ kind: "contact", what: expect.stringMatching(/door\.closed, door\.opened/), keys: { address: DOOR } }],
    }),
  ]);
  await rig.bridge.remove(DOOR);
  await rig.settled();
  expect(rig.found.list().devices).toEqual([]);
});

test("a device that nothing can be made of is listed with the reason", async () => {
  const { rig } = await run([]);
  await rig.join();
  const exposes = [
    { type: "binary", name: "child_lock", property: "child_lock", access: 7, value_on: "LOCK", value_off: "UNLOCK" },
  ];
  await rig.bridge.pair({
    ieee: DOOR,
    name: "heater",
    definition: { vendor: "x", model: "y", description: "z", exposes },
  });
  await rig.settled();
  const [device] = rig.found.list().devices;
  expect(device).toMatchObject({ points: [], unsupported: expect.stringMatching(/child_lock: .*not a door/) });
});

test("a rename is followed, whether the site file names the address or the old name", async () => {
  const byName = { id: "door-1", kind: "contact" as const, address: "front" };
  const { rig, news } = await run([lock302, byName]);
  await rig.join();
  await rig.bridge.pair({ ieee: LOCK, name: "old lock", definition: ZIGBEE_MODELS.lock });
  await rig.bridge.pair({ ieee: DOOR, name: "front", definition: ZIGBEE_MODELS.contact });
  await rig.bridge.tell(DOOR, { contact: false });
  await news();
  await rig.bridge.rename(LOCK, "floor 3/lock");
  await rig.bridge.rename(DOOR, "main");
  await rig.bridge.tell(DOOR, { contact: true });
  await rig.bridge.tell(LOCK, { state: "LOCK", lock_state: "locked" });
  expect(await news()).toEqual(["door-1 door.closed", "lock-302 lock.locked"]);
  const [answer] = await Promise.all([rig.driver.command("lock-302", unlock(), never)]);
  expect(answer).toEqual({ id: "cmd-1", ok: true });
});

test("a device that was removed is offline and said so, until it is back", async () => {
  const { rig, news } = await run([lock302]);
  await rig.join();
  await rig.bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  expect(await news()).toContain("lock-302 device.online");
  await rig.bridge.remove(LOCK);
  expect(await news()).toEqual(["lock-302 device.offline"]);
  expect(rig.health.entries).toMatchObject([{ code: "device-offline", subject: "lock-302" }]);
  await rig.bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  expect(await news()).toEqual(["lock-302 device.online"]);
  expect(rig.health.entries).toEqual([]);
});

test("availability and the end of the bridge are told once each, and a command to a device that is away is refused", async () => {
  const { rig, news } = await run([lock302]);
  const client = await rig.join();
  await rig.bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  await news();
  await rig.bridge.available(LOCK, false);
  await rig.bridge.available(LOCK, false);
  expect(await news()).toEqual(["lock-302 device.offline"]);
  await expect(rig.driver.command("lock-302", unlock(), never)).rejects.toMatchObject({ code: "refused" });
  await rig.bridge.available(LOCK, true);
  await client.publish("zigbee2mqtt/bridge/state", '{"state":"offline"}', { retain: true, qos: 1 });
  expect(await news()).toEqual(["lock-302 device.online", "lock-302 device.offline"]);
});

test("an action comes before its state, and the stale state beside it says nothing", async () => {
  const { rig, news } = await run([lock302]);
  await rig.join();
  await rig.bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  await rig.bridge.tell(LOCK, { state: "LOCK", lock_state: "locked" });
  await news();
  await rig.bridge.tell(LOCK, { action: "unlock", action_source_name: "keypad", action_user: 3 });
  expect(await news()).toEqual(["lock-302 access.granted", "lock-302 lock.unlocked"]);
  await rig.bridge.tell(LOCK, { battery: 80 });
  expect(await news()).toEqual([]);
  await rig.bridge.tell(LOCK, { state: "UNLOCK", lock_state: "unlocked" });
  expect(await news()).toEqual([]);
  await rig.bridge.tell(LOCK, { state: "LOCK", lock_state: "locked" });
  expect(await news()).toEqual(["lock-302 lock.locked"]);
});

test("a lock that locked again unheard is believed after a while", async () => {
  const { rig, news } = await run([lock302]);
  await rig.join();
  await rig.bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  await rig.bridge.tell(LOCK, { state: "LOCK" });
  await rig.bridge.tell(LOCK, { action: "unlock" });
  await news();
  await rig.clock.advance(31_000);
  await rig.bridge.tell(LOCK, { battery: 80 });
  expect(await news()).toEqual(["lock-302 lock.locked"]);
});

test("PINs reach nothing: no reading, no log, no memory; a user's number becomes a pseudonym with the lock's address", async () => {
  const hidden: string[] = [];
  const pseudonym = (credential: string) => {
    hidden.push(credential);
    return "c_0123456789";
  };
  const { rig, raw, items, news } = await run([lock302], { pseudonym });
  await rig.join();
  await rig.bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  await rig.bridge.tell(LOCK, {
    action: "unlock",
    action_source_name: "keypad",
    action_user: 7,
    pin_code: { user: 7, pin_code: "493827" },
    last_used_pin_code: "493827",
    users: { 7: { status: "enabled", pin_code: "493827" } },
    action_code: "493827",
  });
  await news();
  expect(items.find(({ kind }) => kind === "access.granted")).toMatchObject({ credential: "c_0123456789" });
  expect(hidden).toEqual([`${LOCK} 7`]);
  const everything = JSON.stringify([
    raw,
    rig.log,
    [...rig.vault.files.values()].map(String),
    rig.found.list(),
    rig.health.entries,
  ]);
  expect(everything).not.toContain("493827");
});

test("what was known is known after a restart, before Zigbee2MQTT tells its devices again", async () => {
  const byName = { id: "door-1", kind: "contact" as const, address: "front" };
  const first = await run([byName]);
  await first.rig.join();
  await first.rig.bridge.pair({ ieee: DOOR, name: "front", definition: ZIGBEE_MODELS.contact });
  await first.rig.bridge.rename(DOOR, "main");
  await first.news();
  await first.end();
  const second = await run([byName], { vault: first.rig.vault });
  const client = await second.rig.join("silent");
  await client.publish("zigbee2mqtt/main", '{"contact":false}', { retain: false, qos: 1 });
  expect(await second.news()).toEqual(["door-1 device.online", "door-1 door.opened"]);
});

test("a call for help that stands is no new one after a restart; the next one is", async () => {
  const sos = { type: "binary", name: "sos", property: "sos", access: 1, value_on: true, value_off: false };
  const definition = { vendor: "x", model: "y", description: "a button", exposes: [sos] };
  const button = { id: "help-1", kind: "panic-button" as const, address: DOOR };
  const join = async ({ rig }: Run) => {
    await rig.join();
    await rig.bridge.pair({ ieee: DOOR, name: "help", definition });
  };
  const first = await run([button]);
  await join(first);
  await first.rig.bridge.tell(DOOR, { sos: true, battery: 90 });
  expect(await first.news()).toContain("help-1 panic");
  await first.end();
  const second = await run([button], { vault: first.rig.vault });
  await join(second);
  await second.rig.bridge.tell(DOOR, { sos: true, battery: 89 });
  expect(await second.news()).not.toContain("help-1 panic");
  await second.rig.bridge.tell(DOOR, { sos: false, battery: 89 });
  await second.rig.bridge.tell(DOOR, { sos: true, battery: 89 });
  expect(await second.news()).toEqual(["help-1 panic"]);
});

test("what is said in one burst stays in order, however slowly it is stored", async () => {
  const door = { id: "door-1", kind: "contact" as const, address: DOOR };
  const first = await run([door]);
  await first.rig.join();
  await first.rig.bridge.pair({ ieee: DOOR, name: "front", definition: ZIGBEE_MODELS.contact });
  await first.news();
  await first.end();
  const order: string[] = [];
  const rig = await openZigbeeRig({
    devices: [door],
    vault: first.rig.vault,
    accept: async (items) => {
      // As the core does: in the order of the calls, each answered some time later.
      order.push(...items.map((item) => (item as Item).kind));
      for (let n = 0; n < 5; n++) await settle();
      return [];
    },
  });
  const stop = new AbortController();
  const ended = rig.driver.run(stop.signal);
  stops.push(async () => {
    stop.abort();
    await ended;
    await rig[Symbol.asyncDispose]();
  });
  await settle();
  const client = await rig.join("silent");
  const tell = (contact: boolean) =>
    client.publish("zigbee2mqtt/front", JSON.stringify({ contact }), { retain: false, qos: 1 });
  await Promise.all([false, true, false].map(tell));
  expect(order).toEqual(["device.online", "door.opened", "door.closed", "door.opened"]);
});

test("of several alike one must be named, and health says so", async () => {
  const meter = (id: string, endpoint?: string) => ({
    id,
    kind: "energy-meter" as const,
    address: DOOR,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const { rig, news } = await run([meter("unclear"), meter("second", "l2")]);
  await rig.join();
  const energy = (endpoint: string) => ({
    type: "numeric",
    name: "energy",
    property: `energy_${endpoint}`,
    endpoint,
    access: 1,
    unit: "kWh",
  });
  const definition = { vendor: "x", model: "y", description: "two meters", exposes: [energy("l1"), energy("l2")] };
  await rig.bridge.pair({ ieee: DOOR, name: "meters", definition });
  await rig.bridge.tell(DOOR, { energy_l1: 1.5, energy_l2: 2.25 });
  expect((await news()).filter((told) => !told.includes("device."))).toEqual(["second meter.energyWh"]);
  expect(rig.health.entries).toMatchObject([
    { code: "device-settings", subject: "unclear", detail: expect.stringContaining("`endpoint` (l1, l2)") },
  ]);
});

test("an unlock for seconds is followed by a lock", async () => {
  const { rig, news } = await run([lock302]);
  await rig.join();
  await rig.bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  await rig.bridge.tell(LOCK, { state: "LOCK" });
  await rig.driver.command("lock-302", unlock(5), never);
  expect(await news()).toContain("lock-302 lock.unlocked");
  await rig.clock.advance(5_000);
  await expect.poll(() => rig.bridge.devices[0]?.state["state"]).toBe("LOCK");
  await rig.settled();
  expect(await news()).toEqual(["lock-302 lock.locked"]);
});

test("over another broker it hears what was retained, acknowledges after the commit, and ends with the link", async () => {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
  stops.push(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    server.close();
  });
  const bridge: SimZigbeeBridge = new SimZigbeeBridge({ publish: (...message) => client.publish(...message) });
  const client = await connectBridge({ url, hear: (topic, payload) => void bridge.hear(topic, payload) });
  stops.push(() => client.close());
  await client.subscribe(bridge.subscriptions);
  await bridge.begin();
  await bridge.pair({ ieee: LOCK, name: "lock", definition: ZIGBEE_MODELS.lock });
  await client.publish("zigbee2mqtt/lock", '{"state":"LOCK","action":"unlock"}', { retain: true, qos: 1 });
  const row = driverTypes.find(({ type }) => type === "zigbee2mqtt");
  if (row === undefined) throw new RangeError("no driver");
  const kinds: string[] = [];
  let acknowledged = 0;
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  aedes.on("ack", (_packet, { id }) => {
    if (id === "gatehouse-zigbee") acknowledged += 1;
  });
  const driver = row.create("zigbee", row.config.parse({ url }) as never, {
    ...bareDeps(),
    clock: systemClock,
    log: new MemoryLog(),
    health: new HealthBoard(systemClock),
    found: new FoundList(),
    devices: [{ id: "lock-302", kind: "lock", driver: "zigbee", reversed: false, address: LOCK } as Device],
    broker: { onPublish: () => () => {}, publish: async () => {} },
    accept: async (items) => {
      await gate.promise;
      for (const item of items) kinds.push((item as { kind: string }).kind);
      return [];
    },
  });
  const ended = driver.run(new AbortController().signal);
  ended.catch(() => {});
  // The retained action is an old one.
  await expect.poll(() => kinds).toEqual(["device.online", "lock.locked"]);
  // The bridge's state, its list, the lock's availability and its state.
  await expect.poll(() => acknowledged).toBe(4);
  gate = Promise.withResolvers();
  const before = acknowledged;
  await client.publish("zigbee2mqtt/lock", '{"state":"UNLOCK"}', { retain: false, qos: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(acknowledged).toBe(before);
  gate.resolve();
  await expect.poll(() => acknowledged).toBe(before + 1);
  expect(kinds).toContain("lock.unlocked");
  const answer = await driver.command("lock-302", { ...unlock(), action: "lock" }, never);
  expect(answer).toEqual({ id: "cmd-1", ok: true });
  await new Promise<void>((resolve) => aedes.close(resolve));
  await expect(ended).rejects.toMatchObject({ name: "LinkError" });
});

test("who opened is told once, also when Zigbee2MQTT comes back and repeats what it retains", async () => {
  const opened = { action: "unlock", action_source_name: "keypad", action_user: 7, state: "UNLOCK" };
  const first = await run([lock302]);
  await first.rig.join();
  await first.rig.bridge.pair({ ieee: LOCK, name: "door 302", definition: ZIGBEE_MODELS.lock });
  await first.rig.bridge.tell(LOCK, opened);
  expect(await first.news()).toContain("lock-302 access.granted");
  await first.end();
  const second = await run([lock302], { vault: first.rig.vault });
  await second.rig.join();
  await second.rig.bridge.pair({ ieee: LOCK, name: "door 302", definition: ZIGBEE_MODELS.lock });
  await second.rig.bridge.tell(LOCK, opened);
  expect(await second.news()).not.toContain("lock-302 access.granted");
  // The same person once more, some time later.
  await second.rig.clock.advance(31_000);
  await second.rig.bridge.tell(LOCK, opened);
  expect(await second.news()).toContain("lock-302 access.granted");
  await second.end();
  const third = await run([lock302], { vault: first.rig.vault });
  await third.rig.join();
  await third.rig.bridge.pair({ ieee: LOCK, name: "door 302", definition: ZIGBEE_MODELS.lock });
  await third.rig.bridge.tell(LOCK, { ...opened, action_user: 8 });
  expect(await third.news()).toContain("lock-302 access.granted");
});
