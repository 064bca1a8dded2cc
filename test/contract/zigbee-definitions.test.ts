/** What Zigbee2MQTT's own definitions, all of them, become here. */
import {
  type DeviceMapping,
  describeMapping,
  kindsOfPoint,
  mapZigbeeDevice,
  readZigbeeDevices,
} from "@gatehouse/protocol";
import { describe, expect, test } from "vitest";
import { allDefinitions, bridgeEntry } from "../support/zigbee-definitions.ts";

interface Exposed {
  readonly type: string;
  readonly property?: string;
  readonly access?: number;
  readonly value_on?: unknown;
  readonly value_off?: unknown;
  readonly features?: readonly Exposed[];
}

const entries = allDefinitions().map((definition, index) => bridgeEntry(definition, index));
const devices = readZigbeeDevices(JSON.parse(JSON.stringify(entries))) ?? [];
const all = devices.map((device, index) => ({
  name: `${device.vendor} ${device.model}`,
  exposes: (entries[index]?.definition.exposes ?? []) as readonly Exposed[],
  mapping: mapZigbeeDevice(device),
}));

const has = (mapping: DeviceMapping, kind: string) => mapping.points.some((point) => point.kind === kind);
/** Told, with a reason, that it is not read. */
const isLeft = ({ left, unsupported }: DeviceMapping, property: string) =>
  unsupported !== undefined || left.some((one) => one.property === property && one.why !== "");

describe("the definitions of zigbee-herdsman-converters", () => {
  test("there are thousands, and every one is mapped or has its reason", () => {
    expect(devices.length).toBe(entries.length);
    expect(devices.length).toBeGreaterThan(4_000);
    const silent = all.filter(
      ({ mapping }) => mapping.unsupported === undefined && !mapping.points.some(({ kind }) => kind !== undefined),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(all.filter(({ mapping }) => mapping.unsupported === "").map(({ name }) => name)).toEqual([]);
  });

  test("every lock is a lock that takes commands, or says why not", () => {
    const locks = all.filter(({ exposes }) => exposes.some(({ type }) => type === "lock"));
    expect(locks.length).toBeGreaterThanOrEqual(50);
    const wrong = locks.filter(({ mapping }) => !mapping.points.some(({ kind, takes }) => kind === "lock" && takes));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test("who opened is listed from what a lock exposes", () => {
    const lines = (model: string) =>
      all.flatMap(({ name, mapping }) => (name.endsWith(` ${model}`) ? describeMapping(mapping) : [])).join("\n");
    expect(lines("YRD226HA2619")).toContain("access.granted, access.denied, lock.locked, lock.unlocked from action");
    expect(lines("Nimly")).toContain("access.granted from last_unlock_source");
    expect(lines("Nimly")).not.toContain("from action");
    expect(lines("WLCKG1")).not.toContain("access.granted");
  });

  test("nothing is a lock that locks only its own buttons, cable or hooks", () => {
    const wrong = all.flatMap(({ name, mapping }) =>
      mapping.points
        .filter(({ kind, property }) => kind === "lock" && !/^(state|lock_status|door_state)(_.+)?$/.test(property))
        .map(({ property }) => `${name}: ${property}`),
    );
    expect(wrong).toEqual([]);
    const childLocks = all.filter(({ exposes }) => exposes.some(({ property }) => property === "child_lock"));
    expect(childLocks.length).toBeGreaterThan(100);
    const asLock = childLocks.filter(
      ({ mapping, exposes }) => has(mapping, "lock") && !exposes.some(({ type }) => type === "lock"),
    );
    expect(asLock.map(({ name }) => name)).toEqual([]);
  });

  test("a switch or a relay is never a lock", () => {
    const switches = all.filter(({ exposes }) => exposes.some(({ type }) => type === "switch"));
    expect(switches.length).toBeGreaterThan(500);
    expect(switches.filter(({ mapping }) => has(mapping, "lock")).map(({ name }) => name)).toEqual([]);
  });

  test("every contact is a door that is closed when its contact is true, or says why it is none", () => {
    const contacts = all.filter(({ exposes }) => exposes.some(({ property }) => property === "contact"));
    expect(contacts.length).toBeGreaterThanOrEqual(130);
    for (const { name, mapping } of contacts) {
      const point = mapping.points.find(({ kind, property }) => kind === "contact" && property === "contact");
      if (point === undefined) expect(isLeft(mapping, "contact"), name).toBe(true);
      else expect(point.reads, name).toMatchObject({ values: { true: "door.closed", false: "door.opened" } });
    }
  });

  test("every expose that is a binary of presence or occupancy and cannot be set is presence, or says why not", () => {
    const sensors = all.filter(({ exposes }) =>
      exposes.some(
        ({ property, type, access = 0 }) =>
          type === "binary" && /^(presence|occupancy)(_\d+)?$/.test(property ?? "") && (access & 2) === 0,
      ),
    );
    expect(sensors.length).toBeGreaterThanOrEqual(250);
    const wrong = sensors.filter(
      ({ mapping }) => !has(mapping, "presence") && !isLeft(mapping, "presence") && !isLeft(mapping, "occupancy"),
    );
    // Its occupancy is its vibration.
    expect(wrong.map(({ name }) => name)).toEqual(["SMaBiT (Bitron Video) AV2010/33"]);
  });

  test("tags and fobs are never somebody in a room", () => {
    const tags = all.filter(({ name }) => /3450-L|STS-PRS-251|KMPCIL-tag-001/.test(name));
    expect(tags).toHaveLength(3);
    expect(tags.filter(({ mapping }) => has(mapping, "presence"))).toEqual([]);
  });

  test("meters give watt-hours and litres of what was consumed in all", () => {
    for (const { name, mapping } of all) {
      for (const point of mapping.points) {
        if (point.reads.as !== "number") continue;
        expect(point.property, name).not.toMatch(/produced|reactive|today|yesterday|month|tier|phase|reverse|last/);
      }
    }
    const energy = all.flatMap(({ mapping }) => mapping.points.filter(({ property }) => property === "energy"));
    expect(energy.length).toBeGreaterThan(300);
    expect(energy.filter(({ reads }) => reads.as !== "number" || reads.factor !== 1_000)).toEqual([]);
    const water = all.filter(({ mapping }) => has(mapping, "water-meter")).map(({ name }) => name);
    expect(water).not.toContain("GIEX QT06_1");
    expect(water).toContain("Tuya TS0601_water_meter");
  });

  test("nothing that can be set is read as a sensor, but a count of people", () => {
    const settable = new Map(
      all.flatMap(({ name, exposes }) =>
        exposes
          .filter(({ access = 0 }) => (access & 2) !== 0)
          .map(({ property }) => [`${name} ${property}`, true] as const),
      ),
    );
    const wrong = all.flatMap(({ name, mapping }) =>
      mapping.irregular
        ? []
        : mapping.points.filter(
            ({ property, takes }) => takes !== true && property !== "people" && settable.has(`${name} ${property}`),
          ),
    );
    expect(wrong).toEqual([]);
  });

  test("every row of the table of irregular devices is about a device that exists", () => {
    expect(all.filter(({ mapping }) => mapping.irregular).length).toBeGreaterThanOrEqual(40);
  });

  test("how many of each class", () => {
    const count = (kind: string) => all.filter(({ mapping }) => has(mapping, kind)).length;
    const classes = ["lock", "contact", "presence", "energy-meter", "water-meter", "fire-input", "panic-button"];
    const counts = Object.fromEntries(classes.map((kind) => [kind, count(kind)]));
    expect(counts["lock"]).toBeGreaterThanOrEqual(55);
    expect(counts["contact"]).toBeGreaterThanOrEqual(149);
    expect(counts["presence"]).toBeGreaterThanOrEqual(271);
    const kinds = new Set(all.flatMap(({ mapping }) => mapping.points.flatMap((point) => kindsOfPoint(point))));
    expect([...kinds].filter((kind) => kind.startsWith("count.") || kind === "duress")).toEqual([]);
  });
});
