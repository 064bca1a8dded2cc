/** The site file that matches a scenario: its flats, doors and devices, as an operator would have written it. */
import type { Site } from "@gatehouse/protocol";
import type { z } from "zod";
import { flatsOf } from "./compound.ts";
import { counterOf, lockOf } from "./device-ids.ts";
import { keyFileOf, LINE_KINDS, readerKey } from "./lines/kinds.ts";
import type { Pace } from "./lines/line-kind.ts";
import { type LinePlaces, linkOf, placeOf } from "./lines/listen.ts";
import type { Line } from "./lines/scenario-lines.ts";
import type { Flat, Scenario } from "./scenario.ts";

/** A site file as written: defaults left out. */
export type SiteFile = z.input<typeof Site>;

export interface SiteOptions {
  /** Name of the file with a device's broker password; without it devices have none. */
  readonly passwordFile?: (device: string) => string;
  /** Where the lines are; default: where the simulator serves them by default. */
  readonly places?: LinePlaces;
  /** World seconds in a real one; default 1. Decides how often devices on lines are asked. */
  readonly scale?: number;
}

/** Spread it to add broker, uplinks and accounts. */
export function siteFor(scenario: Scenario, options: SiteOptions = {}): SiteFile {
  const flats = flatsOf(scenario);
  const { id, name, timezone, address } = scenario.site;
  const { scale = 1, places } = options;
  const pace: Pace = (worldS, leastS) => Math.max(leastS, Math.round((1_000 * worldS) / scale) / 1_000);
  const bridged = scenario.lines.filter(({ speaks }) => LINE_KINDS[speaks].bridged !== undefined);
  const driven = scenario.lines.filter((line) => !bridged.includes(line));
  const onLines = scenario.lines.flatMap((line) => devicesOn(line, pace, options));
  const known = new Set(onLines.map((device) => device.id));
  const hasGate = scenario.lines.some(({ speaks }) => speaks === "osdp");
  return {
    site: { id, name, kind: "rental-compound", timezone, address },
    spaces: [...flats.map(spaceOf), ...(hasGate ? [YARD] : [])],
    portals: [
      ...flats.map((flat) => ({ id: `door-${flat.id}`, kind: "door" as const, from: "outside", to: flat.id })),
      ...(hasGate ? [GATE] : []),
    ],
    ...(driven.length === 0 ? {} : { drivers: driven.map((line) => driverOf(scenario, line, pace, places)) }),
    devices: [
      ...flats.flatMap((flat) => devicesOf(flat, options)).filter((device) => !known.has(device.id)),
      ...onLines,
    ],
    ...(bridged.length === 0 ? {} : { boards: bridged.flatMap((line) => boardsOf(scenario, line, places)) }),
    policies: [{ use: "cn-sh-rental-2014" }],
  };
}

/** Files with secrets the site file names, to be written beside it: by name, what is in them. */
export function secretsFor(scenario: Scenario): Readonly<Record<string, string>> {
  const readers = scenario.lines
    .filter(({ speaks }) => speaks === "osdp")
    .flatMap(({ devices }) => devices.map(({ flat }) => LINE_KINDS.osdp.idOf(flat)));
  return Object.fromEntries(
    readers.map((reader) => [keyFileOf(reader), `${Buffer.from(readerKey(reader)).toString("hex")}\n`]),
  );
}

const YARD = { id: "yard", kind: "yard" } as const;
/**
 * The flats' doors still lead outside: a card at the gate is told minutes of world time late where that runs fast, and then whose door opened right
 * after it says nothing of whose card it was.
 */
const GATE = { id: "gate", kind: "gate", from: "outside", to: "yard" } as const;

function driverOf(
  scenario: Scenario,
  line: Line,
  pace: Pace,
  places: LinePlaces | undefined,
): NonNullable<SiteFile["drivers"]>[number] {
  const link = linkOf(line, placeOf(scenario, line, places));
  return { id: line.id, type: line.speaks, ...LINE_KINDS[line.speaks].driver(pace, link) };
}

function boardsOf(scenario: Scenario, line: Line, places: LinePlaces | undefined): NonNullable<SiteFile["boards"]> {
  const link = linkOf(line, placeOf(scenario, line, places));
  const { bridged } = LINE_KINDS[line.speaks];
  return line.devices.flatMap(({ flat = "" }) => bridged?.board(flat, link) ?? []);
}

function devicesOn(
  { id: driver, speaks, devices }: Line,
  pace: Pace,
  options: SiteOptions,
): NonNullable<SiteFile["devices"]> {
  const kind = LINE_KINDS[speaks];
  const { bridged } = kind;
  if (bridged !== undefined)
    return devices.flatMap(({ flat = "" }, index) =>
      [{ id: kind.idOf(flat), ...kind.site(flat, index, pace) }, ...bridged.beside(flat)].map((device) => ({
        driver: "mqtt",
        ...device,
        ...secretOf(device.id, options),
      })),
    ) as NonNullable<SiteFile["devices"]>;
  return devices.map(({ flat }, index) => ({
    id: kind.idOf(flat),
    driver,
    ...kind.site(flat, index, pace),
  })) as NonNullable<SiteFile["devices"]>;
}

const secretOf = (device: string, { passwordFile }: SiteOptions) =>
  passwordFile === undefined ? {} : { password: { file: passwordFile(device) } };

function spaceOf(flat: Flat): SiteFile["spaces"][number] {
  const before = flat.people.filter((people) => people.from === undefined);
  return {
    id: flat.id,
    kind: "flat",
    ...(flat.name === undefined ? {} : { name: flat.name }),
    rooms: flat.rooms.map((areaM2) => ({ areaM2 })),
    registered: flat.registered ?? before.reduce((sum, people) => sum + people.count, 0),
    ...(flat.risk === undefined ? {} : { risk: flat.risk }),
    ...(flat.plate === undefined ? {} : { address: { plate: flat.plate } }),
  };
}

function devicesOf(flat: Flat, options: SiteOptions): NonNullable<SiteFile["devices"]> {
  const portal = `door-${flat.id}`;
  const secret = (device: string) => secretOf(device, options);
  const lock = lockOf(flat.id);
  const counter = counterOf(flat.id);
  return [
    { id: lock, kind: "lock", portal, driver: "mqtt", doorContact: true, ...secret(lock) },
    { id: counter, kind: "counter", portal, driver: "mqtt", tech: "tof", ...secret(counter) },
  ];
}
