/** How a device is, in one word, and which of many want somebody. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";

export type DeviceRow = AnswerOf<"GET /api/1/devices">["items"][number];
export type DeviceState = "lineDown" | "offline" | "online" | "unknown";

export const LOW_BATTERY = 20;

/** Some drivers tell only that a device is gone and is back: until then what was heard of it says that it is there. */
export function stateOf({
  driverUp,
  online,
  lastSeenAt,
}: Pick<DeviceRow, "driverUp" | "online" | "lastSeenAt">): DeviceState {
  if (!driverUp) return "lineDown";
  if (online === null) return lastSeenAt === null ? "unknown" : "online";
  return online ? "online" : "offline";
}

export function hasTrouble(row: DeviceRow): boolean {
  const state = stateOf(row);
  const low = row.battery !== null && row.battery < LOW_BATTERY;
  return state === "lineDown" || state === "offline" || low || row.codes.length > 0;
}

/** Percent of readings that were refused, with one digit where it is small. */
export function refusedPercent({ readings, rejected }: Pick<DeviceRow, "readings" | "rejected">): string {
  const all = readings + rejected;
  if (all === 0) return "0";
  const percent = (rejected / all) * 100;
  return percent === 0 || percent >= 10 ? String(Math.round(percent)) : percent.toFixed(1);
}

export interface DeviceFilter {
  readonly text: string;
  readonly kind: string;
  readonly driver: string;
  readonly trouble: boolean;
}

/** Those with trouble stand first. */
export function filterDevices(rows: readonly DeviceRow[], { text, kind, driver, trouble }: DeviceFilter): DeviceRow[] {
  const wanted = text.trim().toLowerCase();
  const fits = (row: DeviceRow) =>
    (kind === "" || row.kind === kind) &&
    (driver === "" || row.driver === driver) &&
    (!trouble || hasTrouble(row)) &&
    `${row.id} ${row.space ?? ""} ${row.portal ?? ""}`.toLowerCase().includes(wanted);
  return rows.filter(fits).sort((a, b) => Number(hasTrouble(b)) - Number(hasTrouble(a)));
}

/** The latest first, so many at most. */
export const newest = <T>(kept: readonly T[], more: readonly T[], most: number): readonly T[] =>
  [...more.toReversed(), ...kept].slice(0, most);
