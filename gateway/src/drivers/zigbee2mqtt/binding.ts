/** Which points of a Zigbee device a device of the site file stands for. Pure. */
import type { Device, ZigbeeMapping, ZigbeePoint } from "@gatehouse/protocol";
import { kindsOfZigbeePoint } from "@gatehouse/protocol";

export interface Bound {
  readonly mapping: ZigbeeMapping;
  /** What an operator must change. */
  readonly problem?: string | undefined;
}

/** `first`: of the site's devices that are this Zigbee device it is the first, and gets what belongs to none in particular. */
export function bindPoints(
  device: Pick<Device, "kind"> & { readonly endpoint?: unknown },
  mapping: ZigbeeMapping,
  first: boolean,
): Bound {
  const { kind, endpoint } = device;
  const ofKind = mapping.points.filter((point) => point.kind === kind);
  const wanted = endpoint === undefined ? ofKind : ofKind.filter((point) => point.endpoint === endpoint);
  const side = first ? mapping.points.filter((point) => point.kind === undefined) : [];
  const clear = endpoint === undefined && kind !== "presence" ? oneEach(wanted) : wanted;
  const lockActions = mapping.lockActions && kind === "lock";
  const bound = { ...mapping, points: [...clear, ...side], lockActions };
  if (ofKind.length === 0) return { mapping: bound, problem: `is no ${kind} for Zigbee2MQTT${offers(mapping.points)}` };
  if (clear.length === wanted.length && clear.length > 0) return { mapping: bound };
  const names = [...new Set(ofKind.flatMap((point) => point.endpoint ?? []))].join(", ");
  return { mapping: bound, problem: `has several of its kind: write which as \`endpoint\` (${names})` };
}

/** Of several that mean the same, only one without an endpoint is clear. */
function oneEach(points: readonly ZigbeePoint[]): ZigbeePoint[] {
  const groups = Map.groupBy(points, (point) => kindsOfZigbeePoint(point)[0]);
  return [...groups.values()].flatMap((group) =>
    group.length === 1 ? group : group.filter(({ endpoint }) => endpoint === undefined).slice(0, 1),
  );
}

function offers(points: readonly ZigbeePoint[]): string {
  const kinds = [...new Set(points.flatMap(({ kind }) => kind ?? []))];
  return kinds.length === 0 ? "" : `; it could be: ${kinds.join(", ")}`;
}
