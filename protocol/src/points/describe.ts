/** What a device maps to, in words and as plain data: for `gatehouse z2m map` and for proposals. */
import { type DeviceMapping, kindsOfPoint, type Point } from "./mapping.ts";

/** `door.opened and door.closed from contact`. */
export function describePoint(point: Point): string {
  const { property, endpoint, takes } = point;
  const where = endpoint === undefined ? "" : ` (endpoint ${endpoint})`;
  return `${kindsOfPoint(point).join(", ")} from ${property}${where}${takes === true ? "; takes lock and unlock" : ""}`;
}

/** One line for each point, or why there is none. */
export function describeMapping(mapping: DeviceMapping): readonly string[] {
  const { points, left, irregular, unsupported } = mapping;
  const main = points.filter(({ kind }) => kind !== undefined);
  const side = points.filter(({ kind }) => kind === undefined);
  const lines = main.map(
    (point) => `${point.kind}: ${describePoint(point)}${irregular ? " [by the table of irregular devices]" : ""}`,
  );
  if (tellsBy(mapping, "action"))
    lines.push("lock: access.granted, access.denied, lock.locked, lock.unlocked from action");
  if (tellsBy(mapping, "last_unlock_source")) lines.push("lock: access.granted from last_unlock_source");
  for (const point of side) lines.push(`beside: ${describePoint(point)}`);
  if (unsupported !== undefined) lines.unshift(`unsupported: ${unsupported}`);
  const told = left.filter(({ property, why }) => unsupported?.startsWith(`${property}: ${why}`) !== true);
  return [...lines, ...told.map(({ property, why }) => `not read: ${property}: ${why}`)];
}

const tellsBy = ({ lockActions, openerFrom = ["action"] }: DeviceMapping, property: string): boolean =>
  lockActions && openerFrom.includes(property);

/** The same as JSON. */
export function mappingJson(mapping: DeviceMapping): object {
  const { points, left, irregular, unsupported } = mapping;
  return {
    points: points.map((point) => {
      const { kind, property, endpoint, reads, takes } = point;
      return {
        kind: kind ?? null,
        property,
        ...(endpoint === undefined ? {} : { endpoint }),
        readings: kindsOfPoint(point),
        ...(reads.as === "values" ? { values: reads.values } : {}),
        ...(reads.as === "number" ? { factor: reads.factor } : {}),
        ...(takes === true ? { commands: ["lock", "unlock"] } : {}),
      };
    }),
    lockActions: tellsBy(mapping, "action"),
    ...(tellsBy(mapping, "last_unlock_source") ? { lastUnlock: true } : {}),
    left,
    irregular,
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}
