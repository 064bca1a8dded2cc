/** From the exposes of a device to what it means here. Pure; the tables decide (rules.ts, irregular.ts). */

import type { DeviceMapping, Left, Point } from "../points/mapping.ts";
import type { BridgeDevice, Expose } from "./expose.ts";
import { type Irregular, irregularOf } from "./irregular.ts";
import { NOT_OURS, RULES } from "./rules.ts";

const PUBLISHED = 1;
const SETTABLE = 2;
/** What people set by hand on a counter is still a count. */
const MAY_BE_SET = /^people$/;
/** Bound on what one device may be. */
const MAX_POINTS = 64;

export function mapDevice({
  vendor,
  model,
  exposes,
  coordinator = false,
}: Pick<BridgeDevice, "vendor" | "model" | "exposes"> & Partial<BridgeDevice>): DeviceMapping {
  const nothing = { points: [], lockActions: false, panicActions: false, left: [], irregular: false };
  if (coordinator) return { ...nothing, unsupported: "it is the radio of Zigbee2MQTT itself" };
  if (exposes === undefined) return { ...nothing, unsupported: "Zigbee2MQTT does not know this device" };
  const row = irregularOf(vendor, model);
  if (row?.unsupported !== undefined) return { ...nothing, irregular: true, unsupported: row.unsupported };
  const found = [...irregularPoints(row, exposes), ...exposes.flatMap((expose) => regularPoints(expose, row))];
  const points = onePerMeaning(found).slice(0, MAX_POINTS);
  const left = [...leftOf(row, exposes), ...exposes.flatMap((expose) => notOurs(expose, points, row))];
  const actions = new Set(exposes.filter(({ property }) => property === "action").flatMap(({ values }) => values));
  const lockActions = row?.lockActions === true || points.some(({ kind, takes }) => kind === "lock" && takes === true);
  const panicActions = !lockActions && [...actions].some((action) => PANIC.includes(action));
  if (panicActions) points.push({ kind: "panic-button", property: "action", reads: { as: "values", values: PANICS } });
  const openerFrom = OPENER.filter((property) => exposes.some((expose) => expose.property === property));
  const mapping = { points, lockActions, openerFrom, panicActions, left, irregular: row !== undefined };
  if (points.some(({ kind }) => kind !== undefined)) return mapping;
  return { ...mapping, unsupported: whyNothing(points, left, exposes) };
}

const OPENER = ["action", "last_unlock_source"];
const PANIC: readonly string[] = ["emergency", "sos", "panic"];
const PANICS = Object.fromEntries(PANIC.map((action) => [action, "panic" as const]));

function irregularPoints(row: Irregular | undefined, exposes: readonly Expose[]): Point[] {
  const exposed = new Set(exposes.map(({ property }) => property));
  // A lock's own row may name what the device publishes without exposing it.
  const isThere = (property: string) => exposed.has(property) || row?.lockActions === true;
  const points = (row?.points ?? [])
    .filter(({ property }) => isThere(property))
    .map(({ property, kind, values, value }): Point => ({ kind, property, reads: { as: "values", values, value } }));
  const meters = (row?.meters ?? [])
    .filter(({ property }) => isThere(property))
    .map(({ property, kind, reading, factor }, index, all): Point => {
      const endpoint = all.length > 1 ? { endpoint: property.split("_").at(-1) ?? String(index) } : {};
      return { kind, property, ...endpoint, reads: { as: "number", kind: reading, factor } };
    });
  return [...points, ...meters];
}

function regularPoints(expose: Expose, row: Irregular | undefined): Point[] {
  if (expose.type === "lock") return lockPoints(expose);
  const { property, name, endpoint = endpointOf(expose), access, type } = expose;
  const isTaken =
    (row?.points ?? []).some((point) => point.property === property) || row?.not?.[property] !== undefined;
  if (isTaken || (access & PUBLISHED) === 0) return [];
  const rule = RULES.find(
    (candidate) => candidate.type === type && (candidate.property.test(name) || candidate.property.test(property)),
  );
  if (rule === undefined || ((access & SETTABLE) !== 0 && !MAY_BE_SET.test(name))) return [];
  const reads = rule.reads(expose);
  return reads === undefined ? [] : [{ kind: rule.kind, property, endpoint, reads }];
}

/** Some put the endpoint behind the property and do not say so. */
function endpointOf({ property, name }: Expose): string | undefined {
  return property.startsWith(`${name}_`) ? property.slice(name.length + 1) : undefined;
}

/** The generic lock: a binary `state` that is LOCK or UNLOCK and can be set. */
function lockPoints({ features, endpoint }: Expose): Point[] {
  const state = features.find(
    ({ type, valueOn, valueOff }) => type === "binary" && valueOn === "LOCK" && valueOff === "UNLOCK",
  );
  if (state === undefined || (state.access & PUBLISHED) === 0) return [];
  const point: Point = {
    kind: "lock",
    property: state.property,
    endpoint: endpoint ?? state.endpoint,
    reads: { as: "values", values: { LOCK: "lock.locked", UNLOCK: "lock.unlocked" } },
  };
  return [(state.access & SETTABLE) === 0 ? point : { ...point, takes: true }];
}

/** One property for one meaning: `presence` before `occupancy`, a total before a percentage of the same battery. */
function onePerMeaning(points: readonly Point[]): Point[] {
  const seen = new Set<string>();
  const rank = (point: Point) => (point.property.startsWith("presence") ? 0 : point.reads.as === "percent" ? 2 : 1);
  const better = points
    .toSorted((a, b) => rank(a) - rank(b))
    .filter((point) => {
      const key = `${meaning(point)} ${point.endpoint ?? ""}`;
      const isNew = !seen.has(key);
      seen.add(key);
      return isNew;
    });
  return points.filter((point) => better.includes(point));
}

function meaning({ kind, reads }: Point): string {
  if (reads.as === "percent") return "battery.low";
  if (reads.as === "number") return `${kind} ${reads.kind}`;
  const [first = ""] = Object.values(reads.values);
  return first === "battery.low" ? first : `${kind} ${first.split(".")[0]}`;
}

function leftOf(row: Irregular | undefined, exposes: readonly Expose[]): Left[] {
  const exposed = new Set(exposes.map(({ property }) => property));
  return Object.entries(row?.not ?? {})
    .filter(([property]) => exposed.has(property))
    .map(([property, why]) => ({ property, why }));
}

const OURS_BY_NAME = /^(contact|presence|occupancy|people|vibration|tamper|energy|water_consumed)(_|$)|^power$/;

/** What a person would look for and not find, with why. */
function notOurs(expose: Expose, points: readonly Point[], row: Irregular | undefined): Left[] {
  const { property, access, type, unit } = expose;
  if (type === "lock" && !points.some(({ kind }) => kind === "lock"))
    return [{ property: property || "lock", why: "its state is not LOCK or UNLOCK" }];
  if (property === "" || row?.not?.[property] !== undefined) return [];
  if (points.some((point) => point.property === property)) return [];
  const known = NOT_OURS.find((row) => row.property.test(property));
  if (known !== undefined) return [{ property, why: known.why }];
  if (!OURS_BY_NAME.test(property)) return [];
  if ((access & PUBLISHED) === 0 || (access & SETTABLE) !== 0) return [{ property, why: "a setting, not a reading" }];
  if (type === "numeric")
    return [{ property, why: `${unit === undefined ? "no unit" : `the unit ${unit}`}, or not a total` }];
  return [
    { property, why: points.length > 0 ? "said better by another property" : `a ${type} of a form that is not known` },
  ];
}

function whyNothing(points: readonly Point[], left: readonly Left[], exposes: readonly Expose[]): string {
  const [first] = left;
  const side = points.map(({ property }) => property).join(" and ");
  const sums = [...new Set(exposes.filter(({ features }) => features.length > 0).map(({ type }) => type))].join(", ");
  const is =
    sums === "" ? "exposes nothing of a door, a room or a meter" : `is a ${sums}: nothing of a door, a room or a meter`;
  const beside = side === "" ? "" : `; only ${side}`;
  return first === undefined ? `it ${is}${beside}` : `${first.property}: ${first.why}${beside}`;
}
