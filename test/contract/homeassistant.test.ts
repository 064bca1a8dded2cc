/** The Home Assistant discovery driver: both forms, availability, removal, templates that are not known, restarts. */
import { createServer } from "node:net";
import { connectBridge, SimDiscoveredDevice } from "@gatehouse/device-sim";
import { type Device, type DeviceCommand, systemClock } from "@gatehouse/protocol";
import { settle } from "@gatehouse/protocol/testing";
import { Aedes } from "aedes";
import { driverTypes, FoundList, HealthBoard, Pseudonymized, Unreadable } from "gatehouse";
import { bareDeps, MemoryLog } from "gatehouse/testing";
import { afterEach, describe, expect, test } from "vitest";
import {
  type HomeAssistantRig,
  type HomeAssistantRigOptions,
  openHomeAssistantRig,
} from "../support/homeassistant-driver-harness.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Item {
  readonly device: string;
  readonly kind: string;
  readonly value?: unknown;
}

interface Run {
  readonly rig: HomeAssistantRig;
  readonly items: Item[];
  news(): Promise<string[]>;
  end(): Promise<void>;
}

async function run(devices: readonly Partial<Device>[], more: Partial<HomeAssistantRigOptions> = {}): Promise<Run> {
  const items: Item[] = [];
  const accept = async (given: readonly unknown[]) => {
    for (const one of given) {
      if (!(one instanceof Unreadable)) items.push((one instanceof Pseudonymized ? one.item : one) as Item);
    }
    return [];
  };
  const rig = await openHomeAssistantRig({ accept, devices, ...more });
  const stop = new AbortController();
  const ended = rig.driver.run(stop.signal);
  await settle();
  const end = async () => {
    stop.abort();
    await ended;
    await rig[Symbol.asyncDispose]();
  };
  stops.push(end);
  await rig.join();
  let told = 0;
  const news = async () => {
    await rig.settled();
    const fresh = items
      .slice(told)
      .map(({ device, kind, value }) => [device, kind, value].filter((x) => x !== undefined).join(" "));
    told = items.length;
    return fresh;
  };
  return { rig, items, news, end };
}

const lock = { id: "lock-302", kind: "lock" as const, address: "0xabc" };
const contact = { id: "door-302", kind: "contact" as const, address: "0xabc" };

describe.each(["single", "device"] as const)("announced in the %s form", (form) => {
  test("a lock and its door are proposed, bound, heard, commanded and removed", async () => {
    const { rig, news } = await run([lock], { form });
    await rig.device.announce();
    expect(await news()).toEqual(["lock-302 device.online"]);
    expect(rig.found.list().devices).toEqual([
      {
        driver: "ha",
        id: "0xabc",
        label: "Flat 302",
        model: "Simulated SIM-DISCOVERED",
        points: [{ kind: "contact", what: expect.stringContaining("door.opened"), keys: { address: "0xabc_door" } }],
      },
    ]);
    await rig.device.tell({ locked: true, open: false, battery: 5 });
    expect(await news()).toEqual(["lock-302 lock.locked", "lock-302 battery.low"]);
    const command: DeviceCommand = { id: "c1", action: "unlock", notAfter: "2999-01-01T00:00:00Z" };
    expect(await rig.driver.command("lock-302", command, new AbortController().signal)).toEqual({ id: "c1", ok: true });
    expect(await news()).toEqual(["lock-302 lock.unlocked"]);
    await rig.device.withdraw();
    expect(await news()).toEqual(["lock-302 device.offline"]);
    await expect(rig.driver.command("lock-302", command, new AbortController().signal)).rejects.toMatchObject({
      code: "refused",
    });
    expect(rig.found.list().devices).toEqual([]);
  });
});

test("two devices of the site file may be one that announces itself; each gets what is its own", async () => {
  const { rig, news } = await run([lock, contact]);
  await rig.device.announce();
  await news();
  await rig.device.tell({ open: true, locked: false });
  expect(await news()).toEqual(["lock-302 lock.unlocked", "door-302 door.opened"]);
  await rig.device.happen("keypad_unlock", 7);
  expect(await news()).toEqual(["lock-302 access.granted"]);
  await rig.device.happen("unlock_failure_invalid_pin_or_id");
  expect(await news()).toEqual(["lock-302 access.denied invalid-credential"]);
});

test("availability: latest, all and any, and a template", async () => {
  const { rig, news } = await run([{ id: "m", kind: "presence", address: "m1" }]);
  const announce = (mode: string) =>
    rig.publish(
      "homeassistant/binary_sensor/m1/config",
      JSON.stringify({
        unique_id: "m1",
        device_class: "occupancy",
        state_topic: "locks/m",
        availability_mode: mode,
        availability: [
          {
            topic: "locks/a",
            value_template: "{{ value_json.up }}",
            payload_available: true,
            payload_not_available: false,
          },
          { topic: "locks/b" },
        ],
      }),
    );
  await announce("all");
  await news();
  await rig.publish("locks/a", '{"up":true}');
  expect(await news()).toEqual(["m device.offline"]);
  await rig.publish("locks/b", "online");
  expect(await news()).toEqual(["m device.online"]);
  await rig.publish("locks/a", '{"up":false}');
  expect(await news()).toEqual(["m device.offline"]);
  await announce("any");
  expect(await news()).toEqual(["m device.online"]);
  await announce("latest");
  expect(await news()).toEqual(["m device.offline"]);
  await rig.publish("locks/b", "online");
  expect(await news()).toEqual(["m device.online"]);
});

test("meters convert their units, and a total of a day is none", async () => {
  const { rig, news } = await run([{ id: "e", kind: "energy-meter", address: "plug" }]);
  const sensor = (id: string, fields: object) =>
    rig.publish(
      `homeassistant/sensor/${id}/config`,
      JSON.stringify({ uniq_id: id, dev: { ids: "plug" }, stat_t: `locks/${id}`, ...fields }),
    );
  await sensor("total", { dev_cla: "energy", unit_of_meas: "kWh", stat_cla: "total_increasing" });
  await sensor("energy_today", { dev_cla: "energy", unit_of_meas: "kWh", stat_cla: "total_increasing" });
  await sensor("watts", { dev_cla: "power", unit_of_meas: "kW" });
  await news();
  await rig.publish("locks/total", "12.345");
  await rig.publish("locks/energy_today", "3");
  await rig.publish("locks/watts", "1.5");
  expect((await news()).filter((one) => !one.includes("device."))).toEqual([
    "e meter.energyWh 12345",
    "e meter.powerW 1500",
  ]);
});

test("what cannot be read is listed with the reason by name", async () => {
  const { rig } = await run([]);
  const announce = (component: string, id: string, fields: object) =>
    rig.publish(
      `homeassistant/${component}/${id}/config`,
      JSON.stringify({ unique_id: id, name: id, state_topic: "locks/x", ...fields }),
    );
  await announce("lock", "looping", { value_template: "{% for x in value %}{% endfor %}" });
  await announce("lock", "asking", { value_template: "{{ states('x') }}" });
  await announce("light", "lamp", {});
  await announce("binary_sensor", "phone", { device_class: "presence" });
  await announce("sensor", "gas", { device_class: "gas", unit_of_measurement: "m³" });
  await rig.settled();
  const reasons = Object.fromEntries(rig.found.list().devices.map(({ id, unsupported }) => [id, unsupported]));
  expect(reasons).toEqual({
    looping: expect.stringContaining("value_template: the tag {% for %} is not known"),
    asking: expect.stringContaining("the function states() is not known"),
    lamp: expect.stringContaining("the component light"),
    phone: expect.stringContaining("phone or tag"),
    gas: expect.stringContaining("device_class gas is no meter"),
  });
});

test("what a Gatehouse announces itself on the same prefix is no device", async () => {
  const { rig } = await run([]);
  const device = (id: string, origin: string) =>
    rig.publish(
      `homeassistant/device/${id}/config`,
      JSON.stringify({
        device: { identifiers: [id], name: id },
        origin: { name: origin },
        components: {
          open: { platform: "binary_sensor", unique_id: id, device_class: "door", state_topic: "locks/x" },
        },
      }),
    );
  await device("gatehouse_gw-1", "Gatehouse");
  await device("other", "Zigbee2MQTT");
  await rig.settled();
  expect(rig.found.list().devices.map(({ id }) => id)).toEqual(["other"]);
});

test("a sensor that never says off goes off by itself, and presence is somebody", async () => {
  const { rig, news } = await run([{ id: "pir", kind: "presence", address: "pir" }]);
  await rig.publish(
    "homeassistant/binary_sensor/pir/config",
    JSON.stringify({ uniq_id: "pir", dev_cla: "motion", stat_t: "locks/pir", off_dly: 30 }),
  );
  await news();
  await rig.publish("locks/pir", "ON");
  expect(await news()).toContain("pir presence.on");
  await rig.clock.advance(29_000);
  await rig.publish("locks/pir", "ON");
  expect(await news()).toEqual([]);
  await rig.clock.advance(30_000);
  expect(await news()).toEqual(["pir presence.off"]);
});

test("a sensor that never says off goes off by itself after a restart too", async () => {
  const pir = { id: "pir", kind: "presence" as const, address: "pir" };
  const first = await run([pir]);
  await first.rig.publish(
    "homeassistant/binary_sensor/pir/config",
    JSON.stringify({ uniq_id: "pir", dev_cla: "motion", stat_t: "locks/pir", off_dly: 30 }),
  );
  await first.news();
  await first.rig.publish("locks/pir", "ON");
  expect(await first.news()).toContain("pir presence.on");
  await first.end();
  const second = await run([pir], { vault: first.rig.vault });
  expect(await second.news()).toEqual([]);
  await second.rig.clock.advance(30_000);
  expect(await second.news()).toEqual(["pir presence.off"]);
  await second.end();
  const third = await run([pir], { vault: first.rig.vault });
  await third.rig.clock.advance(30_000);
  expect(await third.news()).toEqual([]);
});

test("the end of such a signal that a restart took from the way to the disk is stored after it", async () => {
  const pir = { id: "pir", kind: "presence" as const, address: "pir" };
  let isFull = false;
  const accept = () => (isFull ? Promise.reject(new RangeError("disk full")) : Promise.resolve([]));
  const first = await run([pir], { accept });
  await first.rig.publish(
    "homeassistant/binary_sensor/pir/config",
    JSON.stringify({ uniq_id: "pir", dev_cla: "motion", stat_t: "locks/pir", off_dly: 30 }),
  );
  await first.news();
  await first.rig.publish("locks/pir", "ON");
  await first.news();
  isFull = true;
  await first.rig.clock.advance(31_000);
  await first.end();
  const second = await run([pir], { vault: first.rig.vault });
  await second.rig.clock.advance(30_000);
  expect(await second.news()).toEqual(["pir presence.off"]);
});

test("a lock that wants a code with its commands is heard and not commanded", async () => {
  const { rig, news } = await run([{ id: "l", kind: "lock", address: "coded" }]);
  await rig.publish(
    "homeassistant/lock/coded/config",
    JSON.stringify({ uniq_id: "coded", stat_t: "locks/l", cmd_t: "locks/l/set", code_format: "^\\d{4}$" }),
  );
  await news();
  await rig.publish("locks/l", "LOCKED");
  expect(await news()).toContain("l lock.locked");
  const command: DeviceCommand = { id: "c1", action: "unlock", notAfter: "2999-01-01T00:00:00Z" };
  await expect(rig.driver.command("l", command, new AbortController().signal)).rejects.toMatchObject({
    name: "RejectedError",
  });
});

test("what was announced is known after a restart", async () => {
  const first = await run([lock]);
  await first.rig.device.announce();
  await first.news();
  await first.end();
  const second = await run([lock], { vault: first.rig.vault });
  second.rig.intercept = async () => {};
  await second.rig.publish("locks/0xabc/state", '{"lock":"UNLOCKED","open":true,"battery":80}');
  expect(await second.news()).toContain("lock-302 lock.unlocked");
});

test("on another broker it finds by itself where the devices speak", async () => {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
  stops.push(async () => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    server.close();
  });
  const device: SimDiscoveredDevice = new SimDiscoveredDevice({
    id: "0xabc",
    name: "Flat 302",
    publish: (...message) => client.publish(...message),
  });
  const client = await connectBridge({ url, hear: (topic, payload) => void device.hear(topic, payload) });
  stops.push(() => client.close());
  await client.subscribe(device.subscriptions);
  await device.announce();
  const row = driverTypes.find(({ type }) => type === "homeassistant");
  if (row === undefined) throw new RangeError("no driver");
  const kinds: string[] = [];
  const driver = row.create("ha", row.config.parse({ url }) as never, {
    ...bareDeps(),
    clock: systemClock,
    log: new MemoryLog(),
    health: new HealthBoard(systemClock),
    found: new FoundList(),
    devices: [{ id: "lock-302", kind: "lock", driver: "ha", reversed: false, address: "0xabc" } as Device],
    broker: { onPublish: () => () => {}, publish: async () => {} },
    accept: async (items) => {
      for (const item of items) kinds.push((item as { kind: string }).kind);
      return [];
    },
  });
  const stop = new AbortController();
  const ended = driver.run(stop.signal);
  // Its availability is retained.
  await expect.poll(() => kinds, { timeout: 5_000 }).toEqual(["device.online"]);
  const command: DeviceCommand = { id: "c1", action: "unlock", notAfter: "2999-01-01T00:00:00Z" };
  expect(await driver.command("lock-302", command, new AbortController().signal)).toEqual({ id: "c1", ok: true });
  expect(kinds).toContain("lock.unlocked");
  stop.abort();
  await ended;
});
