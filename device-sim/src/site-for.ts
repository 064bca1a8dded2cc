/** The site file that matches a scenario: its flats, doors, locks and counters, as an operator would have written it. */
import type { Site } from "@gatehouse/protocol";
import type { z } from "zod";
import { flatsOf } from "./compound.ts";
import type { Flat, Scenario } from "./scenario.ts";

/** A site file as written: defaults left out. */
export type SiteFile = z.input<typeof Site>;

export const lockOf = (flat: string): string => `lock-${flat}`;
export const counterOf = (flat: string): string => `count-${flat}`;

export interface SiteOptions {
  /** Name of the file with a device's broker password; without it devices have none. */
  readonly passwordFile?: (device: string) => string;
}

/** Spread it to add broker, uplinks and accounts. */
export function siteFor(scenario: Scenario, options: SiteOptions = {}): SiteFile {
  const flats = flatsOf(scenario);
  const { id, name, timezone, address } = scenario.site;
  return {
    site: { id, name, kind: "rental-compound", timezone, address },
    spaces: flats.map(spaceOf),
    portals: flats.map((flat) => ({ id: `door-${flat.id}`, kind: "door", from: "outside", to: flat.id })),
    devices: flats.flatMap((flat) => devicesOf(flat, options)),
    policies: [{ use: "cn-sh-rental-2014" }],
  };
}

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
  const secret = (device: string) =>
    options.passwordFile === undefined ? {} : { password: { file: options.passwordFile(device) } };
  const lock = lockOf(flat.id);
  const counter = counterOf(flat.id);
  return [
    { id: lock, kind: "lock", portal, driver: "mqtt", doorContact: true, ...secret(lock) },
    { id: counter, kind: "counter", portal, driver: "mqtt", tech: "tof", ...secret(counter) },
  ];
}
