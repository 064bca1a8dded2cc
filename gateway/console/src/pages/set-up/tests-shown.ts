/** Which devices stand in the list of tests, and in which order. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";

type Device = AnswerOf<"GET /api/1/reports/commissioning">["devices"][number];

/** Everybody works through a house in the order of its rooms. */
export function byPlace<T extends Pick<Device, "id" | "where">>(devices: readonly T[]): readonly T[] {
  const order = new Intl.Collator("zh", { numeric: true });
  return devices.toSorted((a, b) => order.compare(a.where, b.where) || order.compare(a.id, b.id));
}

export const openTests = <T extends Pick<Device, "test">>(devices: readonly T[]): readonly T[] =>
  devices.filter(({ test }) => test !== "passed");

/**
 * `chosen` is what was open when the filter was set. Whatever passes meanwhile stays where it is, with its tick: the next click is
 * meant for the row below it.
 */
export function shownTests<T extends Pick<Device, "id" | "test">>(
  devices: readonly T[],
  chosen: ReadonlySet<string> | undefined,
): readonly T[] {
  if (chosen === undefined) return devices;
  return devices.filter(({ id, test }) => chosen.has(id) || test !== "passed");
}
