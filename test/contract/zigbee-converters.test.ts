/** Zigbee messages, converted by Zigbee2MQTT's own converters, as the driver hears them. */
import { parseReading } from "@gatehouse/protocol";
import { type Accept, Pseudonymized } from "gatehouse";
import { afterEach, expect, test } from "vitest";
import {
  allDefinitions,
  bridgeEntry,
  convert,
  type Definition,
  report,
  type ZigbeeMessage,
  zone,
} from "../support/zigbee-definitions.ts";
import { openZigbeeRig, type ZigbeeRig } from "../support/zigbee-driver-harness.ts";

const IEEE = "0x0000000000000001";
const definitions = allDefinitions();
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function definitionOf(model: string): Definition {
  const definition = definitions.find((one) => one.model === model);
  if (definition === undefined) throw new RangeError(`${model} is not among the definitions`);
  return definition;
}

async function hear(
  model: string,
  kind: string,
  messages: readonly ZigbeeMessage[],
): Promise<{ readonly kinds: string[]; readonly items: readonly object[] }> {
  const items: { readonly kind: string }[] = [];
  const accept: Accept = async (given) => {
    for (const one of given) {
      const item = (one instanceof Pseudonymized ? one.item : one) as { readonly kind: string };
      expect(parseReading(item)).toMatchObject({ ok: true });
      items.push(item);
    }
    return [];
  };
  const rig: ZigbeeRig = await openZigbeeRig({ accept, devices: [{ id: "it", kind: kind as "lock", address: IEEE }] });
  const stop = new AbortController();
  const ended = rig.driver.run(stop.signal);
  stops.push(async () => {
    stop.abort();
    await ended;
    await rig[Symbol.asyncDispose]();
  });
  await rig.join();
  const definition = definitionOf(model);
  const entry = bridgeEntry(definition, 0);
  await rig.bridge.pair({ ieee: IEEE, name: entry.friendly_name, definition: entry.definition });
  for (const message of messages) await rig.bridge.tell(IEEE, convert(definition, message));
  await rig.settled();
  const told = items.filter(({ kind: what }) => !what.startsWith("device."));
  return { kinds: told.map(({ kind: what }) => what), items: told };
}

const operation = (opereventcode: number, opereventsrc: number, userid: number): ZigbeeMessage => ({
  cluster: "closuresDoorLock",
  type: "commandOperationEventNotification",
  data: { opereventcode, opereventsrc, userid },
});

test("a contact opens and closes the right way round", async () => {
  const { kinds } = await hear("MCCGQ11LM", "contact", [
    report("genOnOff", { onOff: 1 }),
    report("genOnOff", { onOff: 0 }),
  ]);
  expect(kinds).toEqual(["door.opened", "door.closed"]);
});

test("an alarm zone at a door, with battery and tamper, tells each once", async () => {
  const { kinds } = await hear("TS0203", "contact", [zone(0), zone(1), zone(5), zone(5), zone(0), zone(8)]);
  expect(kinds).toEqual([
    "door.closed",
    "tamper.off",
    "door.opened",
    "tamper.on",
    "door.closed",
    "tamper.off",
    "battery.low",
  ]);
});

test("a door sensor that exposes only its alarm is open while the alarm stands", async () => {
  const { kinds } = await hear("1811680", "contact", [zone(1), zone(0)]);
  expect(kinds).toEqual(["door.opened", "door.closed"]);
});

test("a door sensor whose converter turns its alarm around is closed when that is true", async () => {
  // Bit 0 is the alarm: the door is open.
  const { kinds } = await hear("CS-T2C", "contact", [zone(1), zone(0)]);
  expect(kinds.filter((kind) => kind.startsWith("door"))).toEqual(["door.opened", "door.closed"]);
});

test("a motion sensor sees somebody come and go", async () => {
  const { kinds } = await hear("9290012607", "presence", [
    report("msOccupancySensing", { occupancy: 1 }),
    report("msTemperatureMeasurement", { measuredValue: 2150 }),
    report("msOccupancySensing", { occupancy: 0 }),
  ]);
  expect(kinds).toEqual(["presence.on", "presence.off"]);
});

test("a vibration sensor that exposes it as occupancy is nobody in a room", async () => {
  const { kinds } = await hear("AV2010/33", "contact", [zone(3), zone(0)]);
  expect(kinds.filter((kind) => kind.startsWith("presence"))).toEqual([]);
  expect(kinds).toContain("input.on");
});

test("a lock tells by action who opened, before its state follows, and each thing once", async () => {
  const { kinds, items } = await hear("YRD226HA2619", "lock", [
    report("closuresDoorLock", { lockState: 1 }),
    operation(2, 3, 7),
    report("genPowerCfg", { batteryPercentageRemaining: 150 }),
    report("closuresDoorLock", { lockState: 2 }),
    operation(5, 0, 65_535),
    operation(10, 2, 65_535),
    report("closuresDoorLock", { lockState: 1 }),
  ]);
  expect(kinds).toEqual(["lock.locked", "access.granted", "lock.unlocked", "access.denied", "lock.locked"]);
  expect(items[1]).toMatchObject({ credential: expect.stringMatching(/^c_/) });
  expect(items[3]).toMatchObject({ value: "invalid-credential" });
});

test("a lock turned by hand from inside grants nobody access", async () => {
  const { kinds } = await hear("YRD226HA2619", "lock", [
    report("closuresDoorLock", { lockState: 1 }),
    operation(14, 2, 65_535),
  ]);
  expect(kinds).toEqual(["lock.locked", "lock.unlocked"]);
});
