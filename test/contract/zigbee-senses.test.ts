/** What Zigbee messages mean, by the specification of their clusters, against what our mapping says of what the converters make of them: for every definition. */
import { type DeviceMapping, kindsOfPoint, mapZigbeeDevice, readZigbeeDevices } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import {
  allDefinitions,
  bridgeEntry,
  convert,
  type Definition,
  report,
  type ZigbeeMessage,
  zone,
} from "../support/zigbee-definitions.ts";

const definitions = allDefinitions();
const devices = readZigbeeDevices(JSON.parse(JSON.stringify(definitions.map((one, i) => bridgeEntry(one, i))))) ?? [];
const all = devices.map((device, index) => ({
  name: `${device.vendor} ${device.model}`,
  definition: definitions[index] as Definition,
  mapping: mapZigbeeDevice(device),
}));

/** Its firmware has the other sense, and its converter turns it around. */
const OTHER_SENSE = ["DIYRuZ DIYRuZ_magnet", "VSmart HS-SEDR00ZB-VNM"];

/** Readings of the kinds `of`, as far as the converters can be run without a radio. */
function said({ points }: DeviceMapping, definition: Definition, message: ZigbeeMessage, of: string): string[] {
  let payload: Record<string, unknown>;
  try {
    payload = convert(definition, message);
  } catch {
    return [];
  }
  return points.flatMap((point) => {
    if (point.reads.as !== "values" || !kindsOfPoint(point).some((kind) => kind.startsWith(of))) return [];
    const value = payload[point.property];
    return value === undefined ? [] : [point.reads.values[String(value)] ?? `nothing of ${String(value)}`];
  });
}

const occupancy = (value: number) => report("msOccupancySensing", { occupancy: value });
const lockState = (value: number) => report("closuresDoorLock", { lockState: value });
const doorState = (value: number) => report("closuresDoorLock", { doorState: value });

test.each<[what: string, message: ZigbeeMessage, of: string, means: string, atLeast: number]>([
  ["an alarm at a door", zone(1), "door.", "door.opened", 80],
  ["no alarm at a door", zone(0), "door.", "door.closed", 80],
  ["a magnet away", report("genOnOff", { onOff: 1 }), "door.", "door.opened", 5],
  ["a magnet there", report("genOnOff", { onOff: 0 }), "door.", "door.closed", 5],
  ["alarms of motion", zone(3), "presence.", "presence.on", 65],
  ["no alarm of motion", zone(0), "presence.", "presence.off", 65],
  ["occupied", occupancy(1), "presence.", "presence.on", 55],
  ["unoccupied", occupancy(0), "presence.", "presence.off", 55],
  ["locked", lockState(1), "lock.", "lock.locked", 45],
  ["not fully locked", lockState(0), "lock.", "lock.unlocked", 45],
  ["unlocked", lockState(2), "lock.", "lock.unlocked", 45],
  ["the door of a lock open", doorState(0), "door.", "door.opened", 2],
  ["the door of a lock closed", doorState(1), "door.", "door.closed", 2],
  ["tamper", zone(4), "tamper.", "tamper.on", 150],
  ["no tamper", zone(0), "tamper.", "tamper.off", 150],
  ["a battery that is low", zone(8), "battery.", "battery.low", 200],
  ["smoke", zone(1), "fire.", "fire.on", 30],
  ["no smoke", zone(0), "fire.", "fire.off", 30],
])("%s", (_what, message, of, means, atLeast) => {
  const told = all.flatMap(({ name, definition, mapping }) =>
    said(mapping, definition, message, of).map((kind) => ({ name, kind })),
  );
  expect(told.length).toBeGreaterThanOrEqual(atLeast);
  const wrong = told.filter(({ name, kind }) => kind !== means && !(of === "door." && OTHER_SENSE.includes(name)));
  expect(wrong).toEqual([]);
});

test("123.456 of a meter's kWh are 123456 Wh", () => {
  const summation = report("seMetering", { currentSummDelivered: 123_456 });
  const told = all.flatMap(({ name, definition, mapping }) =>
    mapping.points.flatMap(({ reads, property }) => {
      if (reads.as !== "number" || reads.kind !== "meter.energyWh") return [];
      let value: unknown;
      try {
        value = convert(definition, summation)[property];
      } catch {
        return [];
      }
      return typeof value === "number" && Number.isFinite(value) ? [{ name, wattHours: value * reads.factor }] : [];
    }),
  );
  expect(told.length).toBeGreaterThanOrEqual(5);
  // To the 10 Wh of the rounding that some converters do.
  expect(told.filter(({ wattHours }) => Math.abs(wattHours - 123_456) > 10)).toEqual([]);
});

/** Tuya's own messages: numbered points, each with a converter of its own. */
interface TuyaConverter {
  from?(value: unknown, meta: object, options: object, publish: () => void, message: object): unknown;
}

test("whatever a datapoint of Tuya may become is something the mapping knows", () => {
  let count = 0;
  const silent = all.flatMap(({ name, definition, mapping }) => {
    const { meta } = definition as Definition & {
      readonly meta?: { readonly tuyaDatapoints?: readonly [number, string, TuyaConverter | undefined][] };
    };
    return (meta?.tuyaDatapoints ?? []).flatMap(([, property, converter]) => {
      const point = mapping.points.find((one) => one.property === property && one.reads.as === "values");
      if (point?.reads.as !== "values" || converter?.from === undefined || property === "action") return [];
      const { values } = point.reads;
      const seen = [true, false, 0, 1].flatMap((raw) => {
        try {
          return String(converter.from?.(raw, { state: {} }, {}, () => {}, { device: { meta: {} } }));
        } catch {
          return [];
        }
      });
      if (seen.length === 0) return [];
      count += 1;
      return seen.some((value) => Object.hasOwn(values, value)) ? [] : [`${name}: ${property} is ${seen.join(", ")}`];
    });
  });
  expect(count).toBeGreaterThanOrEqual(100);
  expect(silent).toEqual([]);
});
