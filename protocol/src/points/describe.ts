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
  if (mapping.lockActions) lines.push("lock: access.granted, access.denied, lock.locked, lock.unlocked from action");
  for (const point of side) lines.push(`beside: ${describePoint(point)}`);
  if (unsupported !== undefined) lines.unshift(`unsupported: ${unsupported}`);
  const told = left.filter(({ property, why }) => unsupported?.startsWith(`${property}: ${why}`) !== true);
  return [...lines, ...told.map(({ property, why }) => `not read: ${property}: ${why}`)];
}

/** The same as JSON. */
export function mappingJson({ points, lockActions, left, irregular, unsupported }: DeviceMapping): object {
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
    lockActions,
    left,
    irregular,
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}
