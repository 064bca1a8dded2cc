/** Devices that drivers see beside those of the site file, with what each of them could be: in memory, bounded, for a person to bind to a door or a room. */
import type { DeviceKind } from "@gatehouse/protocol";
import type { z } from "zod";

/** One device of the site file that the found one could be. */
export interface FoundPoint {
  readonly kind: z.infer<typeof DeviceKind>;
  /** What it would report or do, for people: `door.opened and door.closed`. */
  readonly what: string;
  /** Keys its block in the site file needs beside id, kind, driver and place. */
  readonly keys?: Readonly<Record<string, string | number | boolean>> | undefined;
}

export interface FoundDevice {
  /** Id of the driver that sees it. */
  readonly driver: string;
  /** What stays the same when it is renamed, unique to the driver. */
  readonly id: string;
  /** Its name where it lives, for people. */
  readonly label: string;
  readonly model?: string | undefined;
  /** Empty with `unsupported`. */
  readonly points: readonly FoundPoint[];
  /** Why nothing can be made of it. */
  readonly unsupported?: string | undefined;
}

/** As drivers have it. */
export interface FoundDevices {
  /** Says it anew in place of what was said of this id before. */
  found(device: FoundDevice): void;
  /** It left, or stands in the site file. */
  gone(driver: string, id: string): void;
  /** These are all of the driver's: the others left. */
  only(driver: string, devices: readonly FoundDevice[]): void;
}

export interface FoundListing {
  readonly devices: readonly FoundDevice[];
  /** Found and not kept, because so many are kept already. */
  readonly leftOut: number;
}

/** Of one driver. */
export const MAX_FOUND = 5_000;
const MAX_POINTS = 32;
const MAX_TEXT = 200;
const MAX_KEYS = 8;

/** Oldest first; those beyond the limit are counted and no more. */
export class FoundList implements FoundDevices {
  readonly #drivers = new Map<string, { readonly devices: Map<string, FoundDevice>; leftOut: number }>();

  found(device: FoundDevice): void {
    const kept = this.#of(device.driver);
    const id = clip(device.id);
    if (kept.devices.has(id) || kept.devices.size < MAX_FOUND) kept.devices.set(id, bounded(device));
    else kept.leftOut += 1;
  }

  gone(driver: string, id: string): void {
    this.#drivers.get(driver)?.devices.delete(clip(id));
  }

  only(driver: string, devices: readonly FoundDevice[]): void {
    this.forget(driver);
    for (const device of devices) this.found(device);
  }

  /** A driver made anew looks around anew. */
  forget(driver: string): void {
    this.#drivers.delete(driver);
  }

  list(driver?: string): FoundListing {
    const kept = driver === undefined ? [...this.#drivers.values()] : [this.#of(driver)];
    return {
      devices: kept.flatMap(({ devices }) => [...devices.values()]),
      leftOut: kept.reduce((sum, { leftOut }) => sum + leftOut, 0),
    };
  }

  #of(driver: string) {
    const known = this.#drivers.get(driver) ?? { devices: new Map<string, FoundDevice>(), leftOut: 0 };
    this.#drivers.set(driver, known);
    return known;
  }
}

/** What strangers say of themselves is kept short and without control characters. */
function bounded({ driver, id, label, model, points, unsupported }: FoundDevice): FoundDevice {
  return {
    driver,
    id: clip(id),
    label: clip(label),
    ...(model === undefined ? {} : { model: clip(model) }),
    points: points.slice(0, MAX_POINTS).map(({ kind, what, keys }) => ({
      kind,
      what: clip(what),
      ...(keys === undefined ? {} : { keys: Object.fromEntries(Object.entries(keys).slice(0, MAX_KEYS).map(short)) }),
    })),
    ...(unsupported === undefined ? {} : { unsupported: clip(unsupported) }),
  };
}

const clip = (text: string): string => text.replace(/\p{Cc}/gu, " ").slice(0, MAX_TEXT);

const short = ([key, value]: [string, string | number | boolean]) =>
  [clip(key), typeof value === "string" ? clip(value) : value] as const;
