/** What scans found and nobody took yet: several lines one after the other, under driver ids that do not meet. */
import type { ScanResult } from "../../../../src/console/table/devices.ts";

export interface Scanned {
  readonly drivers: ScanResult["drivers"];
  readonly found: ScanResult["found"];
}

export const NOTHING_SCANNED: Scanned = { drivers: [], found: [] };

const wayOf = ({ id: _id, ...rest }: ScanResult["drivers"][number]): string =>
  JSON.stringify(Object.entries(rest).sort());

/** A line that was searched before is replaced by what was found now; another line that came under a taken id gets one of its own. */
export function addScan(kept: Scanned, { drivers, found }: Pick<ScanResult, "drivers" | "found">): Scanned {
  const ways = new Set(drivers.map(wayOf));
  const gone = new Set(kept.drivers.filter((driver) => ways.has(wayOf(driver))).map(({ id }) => id));
  const others = kept.drivers.filter(({ id }) => !gone.has(id));
  const taken = new Set(others.map(({ id }) => id));
  const names = new Map<string, string>();
  for (const { id } of drivers) {
    let name = id;
    for (let n = 2; taken.has(name); n++) name = `${id.replace(/-\d+$/, "")}-${n}`;
    taken.add(name);
    names.set(id, name);
  }
  const named = (id: string): string => names.get(id) ?? id;
  const stays = kept.found.filter(
    ({ driver, id }) => !gone.has(driver) && !found.some((one) => named(one.driver) === driver && one.id === id),
  );
  return {
    drivers: [...others, ...drivers.map((driver) => ({ ...driver, id: named(driver.id) }))],
    found: [...stays, ...found.map((device) => ({ ...device, driver: named(device.driver) }))],
  };
}
