/** Blocks that only a driver or an uplink understands, checked by the schema of its row. */
import {
  type CommandAction,
  Device,
  didYouMean,
  type Problem,
  type SecretRef,
  type Site,
  UplinkConfig,
} from "@gatehouse/protocol";
import type { ZodType } from "zod";
import type { DeviceFile, SecretForm } from "../core/ports.ts";
import { check, unknownKey } from "../words/schema-issues.ts";

/** What configuration needs of a row of drivers/index.ts or uplinks/index.ts. */
export interface AdapterRow {
  readonly type: string;
  /** The block without the keys every driver or uplink has. */
  readonly config: ZodType;
  /** What the row's own devices need beside the facts every device has; without it nothing. */
  readonly device?: ZodType;
  readonly files?: Readonly<Record<string, DeviceFile>>;
  readonly secrets?: Readonly<Record<string, SecretForm>>;
  problems?(config: never, secret: (ref: SecretRef) => Buffer): readonly Problem[];
  /** The key that no two devices of one such driver share: their address on the line. */
  readonly distinct?: string;
  /** Who it is in the networks it joins: no two of one type may be the same there. */
  identities?(config: never): readonly string[];
  /** Of a driver: commands its devices may be given. */
  readonly actions?: readonly CommandAction[];
}

export interface ConfiguredDriver<Row> {
  readonly id: string;
  readonly row: Row;
  /** As the row's schema gave it, defaults filled in. */
  readonly config: unknown;
  readonly devices: readonly Device[];
}

export interface ConfiguredUplink<Row> {
  readonly id: string;
  readonly row: Row;
  readonly config: unknown;
  /** The keys every uplink has. */
  readonly options: UplinkConfig;
}

/** The driver of the gateway's own broker, there without being listed. */
const OWN_DRIVER = { id: "mqtt", type: "mqtt" } as const;

export function withOwnDriver(site: Site): Site {
  const listed = site.drivers.some((driver) => driver.id === OWN_DRIVER.id);
  return listed ? site : { ...site, drivers: [OWN_DRIVER, ...site.drivers] };
}

export interface Adapters<D, U> {
  readonly drivers: readonly ConfiguredDriver<D>[];
  readonly uplinks: readonly ConfiguredUplink<U>[];
  readonly problems: readonly Problem[];
}

/** `isBad` tells the paths of items whose common part was refused already. */
export function configureAdapters<D extends AdapterRow, U extends AdapterRow>(
  site: Site,
  rows: { readonly drivers: readonly D[]; readonly uplinks: readonly U[] },
  isBad: (path: string) => boolean,
): Adapters<D, U> {
  const problems: Problem[] = [];
  const whole = withOwnDriver(site);
  const shift = whole.drivers.length - site.drivers.length;
  const drivers = whole.drivers.flatMap((block, i): ConfiguredDriver<D>[] => {
    const path = `drivers[${i - shift}]`;
    if (isBad(path)) return [];
    const row = findRow(rows.drivers, block.type, `${path}.type`, "driver", problems);
    if (row === undefined) return [];
    const config = configOf(row, block, ["id", "type"], path, problems);
    return [{ id: block.id, row, config, devices: site.devices.filter((device) => device.driver === block.id) }];
  });
  const uplinks = site.uplinks.flatMap((block, i): ConfiguredUplink<U>[] => {
    const path = `uplinks[${i}]`;
    if (isBad(path)) return [];
    const row = findRow(rows.uplinks, block.type, `${path}.type`, "uplink", problems);
    if (row === undefined) return [];
    return [
      {
        id: block.id,
        row,
        config: configOf(row, block, Object.keys(UplinkConfig.shape), path, problems),
        options: block,
      },
    ];
  });
  problems.push(...twins(site, "drivers", drivers), ...twins(site, "uplinks", uplinks));
  problems.push(...fireDoorProblems(site, drivers));
  checkDevices(site, new Map(drivers.map((driver) => [driver.id, driver.row])), isBad, problems);
  return { drivers, uplinks, problems };
}

function findRow<Row extends AdapterRow>(
  rows: readonly Row[],
  type: string,
  path: string,
  what: string,
  problems: Problem[],
): Row | undefined {
  const row = rows.find((candidate) => candidate.type === type);
  if (row !== undefined) return row;
  const known = rows.map((candidate) => candidate.type);
  const fix = didYouMean(type, known) ?? `known: ${known.join(", ")}`;
  problems.push({ path, reason: `there is no ${what} type "${type}"`, fix });
  return undefined;
}

function configOf(
  row: AdapterRow,
  block: object,
  common: readonly string[],
  path: string,
  problems: Problem[],
): unknown {
  const own = Object.fromEntries(Object.entries(block).filter(([key]) => !common.includes(key)));
  const checked = check(row.config, own);
  if (checked.ok) return checked.data;
  problems.push(...below(path, checked.problems));
  return undefined;
}

/** Two that would be one and the same at a broker throw each other out, or speak for each other. */
function twins(
  site: Site,
  list: "drivers" | "uplinks",
  all: readonly { readonly id: string; readonly row: AdapterRow; readonly config: unknown }[],
): Problem[] {
  const first = new Map<string, string>();
  return all.flatMap(({ id, row, config }): Problem[] => {
    const identities = config === undefined ? [] : (row.identities?.(config as never) ?? []);
    const path = `${list}[${site[list].findIndex((block) => block.id === id)}]`;
    const taken = identities.find((identity) => (first.get(identity) ?? id) !== id);
    for (const identity of identities) first.set(identity, first.get(identity) ?? id);
    if (taken === undefined) return [];
    const fix = "give one of the two another name there";
    return [{ path, reason: `"${id}" is ${taken}, as "${first.get(taken)}" is already`, fix }];
  });
}

/** Doors of the fire section whose driver does not know what they are to be told. */
function fireDoorProblems(site: Site, drivers: readonly ConfiguredDriver<AdapterRow>[]): Problem[] {
  const actionsOf = new Map(drivers.flatMap(({ row, devices }) => devices.map(({ id }) => [id, row.actions ?? []])));
  return (site.fire?.doors ?? []).flatMap(({ device, action }, i): Problem[] => {
    const actions = actionsOf.get(device);
    if (actions === undefined || actions.includes(action)) return [];
    const reason = `${device} cannot ${action}: it takes ${actions.join(", ") || "no commands"}`;
    return [{ path: `fire.doors[${i}].action`, reason, fix: "name the device that opens this door" }];
  });
}

const below = (path: string, problems: readonly Problem[]): Problem[] =>
  problems.map((problem) => ({ ...problem, path: problem.path === "" ? path : `${path}.${problem.path}` }));

const DEVICE_KEYS = Object.keys(Device.shape);

function checkDevices(
  site: Site,
  rows: ReadonlyMap<string, AdapterRow>,
  isBad: (path: string) => boolean,
  problems: Problem[],
): void {
  const addresses = new Map<string, string>();
  for (const [index, device] of site.devices.entries()) {
    const path = `devices[${index}]`;
    const row = rows.get(device.driver);
    if (row === undefined || isBad(path)) continue;
    problems.push(...twinProblem(device, row, path, addresses));
    const own = Object.entries(device).filter(([key]) => !DEVICE_KEYS.includes(key));
    if (row.device !== undefined) {
      const checked = check(row.device, Object.fromEntries(own));
      if (!checked.ok) problems.push(...below(path, checked.problems));
    } else problems.push(...own.map(([key]) => unknownKey([path, key], key, DEVICE_KEYS)));
  }
}

/** `addresses` are those seen before, with whose they are. */
function twinProblem(
  device: Device,
  { distinct }: AdapterRow,
  path: string,
  addresses: Map<string, string>,
): Problem[] {
  if (distinct === undefined || device[distinct] === undefined) return [];
  const address = JSON.stringify([device.driver, device[distinct]]);
  const twin = addresses.get(address);
  if (twin === undefined) {
    addresses.set(address, device.id);
    return [];
  }
  const reason = `is ${String(device[distinct])}, as that of ${twin} on the same line`;
  return [{ path: `${path}.${distinct}`, reason, fix: "every device of a line has its own" }];
}
