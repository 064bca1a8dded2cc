/** Found devices as the page shows them: what they would become, and whether the site file has them already. */
import type { Device } from "@gatehouse/protocol";
import { OPEN_VALUE } from "../../scan/scanner.ts";
import { inLanguage, type Language } from "../../words/said.ts";
import type { FoundDevice } from "../table/devices.ts";

type Keys = Readonly<Record<string, string | number | boolean>>;

interface Found {
  readonly driver: string;
  readonly id: string;
  readonly label: string;
  readonly model?: string | undefined;
  readonly points: readonly {
    readonly kind: NonNullable<FoundDevice["kind"]>;
    readonly what: string;
    readonly keys?: Keys | undefined;
  }[];
  readonly unsupported?: string | undefined;
  /** Of a device that is one point. */
  readonly keys?: Keys | undefined;
}

export function foundRow(found: Found, devices: readonly Device[], language: Language): FoundDevice {
  const { driver, id, label, model = null, points, unsupported = null, keys } = found;
  const [only] = points;
  const settings = keys ?? (points.length === 1 ? only?.keys : undefined) ?? {};
  return {
    driver,
    id,
    label: inLanguage(label, language),
    model,
    kind: points.length === 1 ? (only?.kind ?? null) : null,
    points: points.map(({ kind, what, keys: own = {} }) => ({
      kind,
      what: inLanguage(what, language),
      settings: { ...own },
    })),
    unsupported: unsupported === null ? null : inLanguage(unsupported, language),
    inUse: isInUse(driver, settings, devices),
    settings: { ...settings },
  };
}

/** A device with all these keys stands under the driver. */
export function isInUse(driver: string, keys: Keys, devices: readonly Device[]): boolean {
  const wanted = Object.entries(keys);
  if (wanted.length === 0) return false;
  return devices.some((device) => device.driver === driver && wanted.every(([key, value]) => device[key] === value));
}

interface Scanned {
  readonly id: string;
  readonly about: string;
  readonly keys: Readonly<Record<string, string | number>>;
}

/** What a scan found; a value it could not know is asked of the person. */
export function scannedRow(
  driver: string,
  { id, about, keys }: Scanned,
  devices: readonly Device[],
  language: Language,
) {
  const { kind, ...all } = keys;
  const known = Object.entries(all).filter(([, value]) => value !== OPEN_VALUE);
  const settings = Object.fromEntries(known);
  const row = foundRow({ driver, id, label: about, points: [], keys: settings }, devices, language);
  const asks = all["map"] === OPEN_VALUE ? { asks: ["map" as const] } : {};
  return { ...row, ...asks, kind: (kind ?? null) as FoundDevice["kind"] };
}
