/** Which points of a found device a device of the site file stands for. Pure. */
import type { Device, DeviceMapping, Point } from "@gatehouse/protocol";
import { kindsOfPoint } from "@gatehouse/protocol";

export interface Bound {
  readonly mapping: DeviceMapping;
  /** What an operator must change. */
  readonly problem?: string | undefined;
}

/**
 * `first`: of the site's devices that are this one it is the first, and gets what belongs to none in particular. `several` says how to name one of
 * several alike, whose endpoints it is given.
 */
export function bindPoints(
  device: Pick<Device, "kind"> & { readonly endpoint?: unknown },
  mapping: DeviceMapping,
  first: boolean,
  several: (endpoints: string) => string,
): Bound {
  const { kind, endpoint } = device;
  const ofKind = mapping.points.filter((point) => point.kind === kind);
  const wanted = endpoint === undefined ? ofKind : ofKind.filter((point) => point.endpoint === endpoint);
  const side = first ? mapping.points.filter((point) => point.kind === undefined) : [];
  const clear = endpoint === undefined && kind !== "presence" ? oneEach(wanted) : wanted;
  const lockActions = mapping.lockActions && kind === "lock";
  const bound = { ...mapping, points: [...clear, ...side], lockActions };
  if (ofKind.length === 0) return { mapping: bound, problem: `is no ${kind}${offers(mapping.points)}` };
  if (clear.length === wanted.length && clear.length > 0) return { mapping: bound };
  const names = [...new Set(ofKind.flatMap((point) => point.endpoint ?? []))].join(", ");
  return { mapping: bound, problem: several(names) };
}

/** Of several that mean the same, only one without an endpoint is clear. */
function oneEach(points: readonly Point[]): Point[] {
  const groups = Map.groupBy(points, (point) => kindsOfPoint(point)[0]);
  return [...groups.values()].flatMap((group) =>
    group.length === 1 ? group : group.filter(({ endpoint }) => endpoint === undefined).slice(0, 1),
  );
}

function offers(points: readonly Point[]): string {
  const kinds = [...new Set(points.flatMap(({ kind }) => kind ?? []))];
  return kinds.length === 0 ? "" : `; it could be: ${kinds.join(", ")}`;
}
