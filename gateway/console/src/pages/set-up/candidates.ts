/** Devices that could be taken: what drivers and scans found and what announced itself, each with what it would become and where. */

import type { ScanResult } from "../../../../src/console/table/devices.ts";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { proposePlace } from "./number-match.ts";
import type { Places } from "./places.ts";
import { type Edit, freeId, type SiteText } from "./site-file.ts";

export type FoundDevice = AnswerOf<"GET /api/1/found-devices">["found"][number];
export type Pairing = AnswerOf<"GET /api/1/pairing">;
export type DeviceKind = NonNullable<FoundDevice["kind"]>;

/** The space of devices whose door is not known yet; nobody is judged there. */
export const UNPLACED = "unplaced";

export interface Candidate {
  readonly key: string;
  /** `pairing` devices are adopted with the password they came with. */
  readonly from: "found" | "pairing";
  readonly driver: string;
  readonly name: string;
  readonly label: string;
  readonly model: string | null;
  /** What it reports or does. */
  readonly what: string;
  readonly unsupported: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly kind: DeviceKind | undefined;
  /** Nothing on the line tells its register map. */
  readonly asksMap?: boolean;
  /** It was there before the box started anew, and has not come again. */
  readonly away?: boolean;
}

/** What a person decided about a candidate; what is not there is as proposed. */
export interface Decision {
  readonly kind?: DeviceKind;
  /** `portal:door-302`, `space:3-302`. */
  readonly place?: string;
  /** Register map, as in `GET /api/1/register-maps`. */
  readonly map?: string;
  readonly skip?: boolean;
}

export interface Row {
  readonly candidate: Candidate;
  readonly kind: DeviceKind | undefined;
  readonly place: string | undefined;
  readonly map?: string | undefined;
  readonly sure: boolean;
  readonly skip: boolean;
  /** Another device of its kind that stands at this place. */
  readonly beside?: string | undefined;
  /** Nothing it needs is missing, and nobody said no. */
  readonly ready: boolean;
}

const KIND_WORDS: readonly (readonly [RegExp, DeviceKind])[] = [
  [/turnstile|闸机|三辊/i, "turnstile"],
  [/lock|锁/i, "lock"],
  [/reader|card|读卡/i, "reader"],
  [/count|人流|计数/i, "counter"],
  [/water|水表/i, "water-meter"],
  [/meter|energy|power|电表/i, "energy-meter"],
  [/radar|presence|motion|pir|存在|雷达/i, "presence"],
  [/contact|door|门磁/i, "contact"],
  [/fire|smoke|烟|消防/i, "fire-input"],
  [/panic|sos|alarm|报警/i, "panic-button"],
  [/board|node/i, "board"],
];
const AT_DOORS: readonly DeviceKind[] = ["lock", "reader", "counter", "turnstile", "contact", "board"];

const isKind = (kind: string): kind is DeviceKind => KIND_WORDS.some(([, known]) => known === kind);
export const kindOf = (name: string): DeviceKind | undefined => KIND_WORDS.find(([word]) => word.test(name))?.[1];
export const isAtDoor = (kind: DeviceKind | undefined): boolean => kind === undefined || AT_DOORS.includes(kind);

/** An address in hex names nothing a person knows; the label it was given does. */
const nameOf = ({ id, label }: FoundDevice): string => (/^0x[0-9a-f]+$/i.test(id) && label !== "" ? label : id);

/** Each point of a device with several becomes a device of its own. */
function pointsOf(device: FoundDevice): Candidate[] {
  const { driver, id, label, model, points, unsupported, settings, kind, asks = [] } = device;
  const name = nameOf(device);
  const all = { from: "found", driver, label: label === name ? id : label, model, unsupported } as const;
  if (points.length <= 1) {
    const guessed = kind ?? kindOf(`${label} ${id}`);
    const [point] = points;
    const asksMap = asks.includes("map") ? { asksMap: true } : {};
    return [{ ...all, key: `${driver} ${id}`, name, what: point?.what ?? "", settings, kind: guessed, ...asksMap }];
  }
  return points.map((point, index) => ({
    ...all,
    key: `${driver} ${id} ${index}`,
    name: `${name}-${point.kind}`,
    what: point.what,
    settings: point.settings,
    kind: isKind(point.kind) ? point.kind : undefined,
  }));
}

/** Without those the site file has. One that a scan and a driver found stands once. */
export function candidatesOf(
  found: readonly FoundDevice[],
  pairing: Pairing | undefined,
  site: SiteText,
  awaited: Pairing["seen"] = [],
): Candidate[] {
  const known = new Set((site.devices ?? []).map(({ id }) => id));
  const all = new Map<string, Candidate>();
  for (const device of found) if (!device.inUse) for (const one of pointsOf(device)) all.set(one.key, one);
  const seen = pairing?.seen ?? [];
  const away = pairing?.open === true ? awaited.filter(({ user }) => !seen.some((one) => one.user === user)) : [];
  for (const one of [...seen, ...away]) {
    const { user, address } = one;
    if (known.has(user)) continue;
    const key = `pairing ${user}`;
    const rest = { model: null, what: "", unsupported: null, settings: {}, kind: kindOf(user) };
    all.set(key, {
      key,
      from: "pairing",
      driver: "mqtt",
      name: user,
      label: address,
      ...rest,
      away: away.includes(one),
    });
  }
  return [...all.values()];
}

/** What stands at a place already: `portal:door-302` -> `lock lock-302`. */
type Standing = Map<string, { readonly kind: unknown; readonly name: string }[]>;

function standing({ devices = [] }: SiteText): Standing {
  const there: Standing = new Map();
  for (const { id, kind, portal, space } of devices) {
    const place = portal === undefined ? `space:${space ?? ""}` : `portal:${portal}`;
    there.set(place, [...(there.get(place) ?? []), { kind, name: id }]);
  }
  return there;
}

/** What nobody knows the kind of may be a lock like the one that is there. */
const besides = (there: Standing, place: string | undefined, kind: DeviceKind | undefined): string | undefined =>
  place === undefined || place === `space:${UNPLACED}`
    ? undefined
    : there.get(place)?.find((one) => kind === undefined || one.kind === undefined || one.kind === kind)?.name;

/** One that would stand beside another of its kind. */
export interface Doubled {
  readonly name: string;
  readonly place: string;
  readonly beside: string;
}

/** Of devices that are there and get another place. */
export function doubledBy(moves: ReadonlyMap<string, string>, site: SiteText): Doubled[] {
  const devices = site.devices ?? [];
  const there = standing({ devices: devices.filter(({ id }) => !moves.has(id)) });
  return [...moves].flatMap(([name, place]) => {
    const kind = devices.find(({ id }) => id === name)?.["kind"] as DeviceKind | undefined;
    const beside = besides(there, place, kind);
    there.set(place, [...(there.get(place) ?? []), { kind, name }]);
    return beside === undefined ? [] : [{ name, place, beside }];
  });
}

/** Decided ones come first, then what is sure: a guess never puts a second device of one kind to a door. */
export function rowsOf(
  candidates: readonly Candidate[],
  decisions: Readonly<Record<string, Decision>>,
  places: Places,
  site: SiteText = {},
): Row[] {
  const there = standing(site);
  const drafts = candidates.map((candidate) => {
    const decided = decisions[candidate.key] ?? {};
    const kind = decided.kind ?? candidate.kind;
    const atDoor = isAtDoor(kind);
    const proposal = proposePlace([candidate.name, candidate.label], atDoor ? places.portals : places.spaces);
    const proposed = proposal.place === undefined ? undefined : `${atDoor ? "portal" : "space"}:${proposal.place}`;
    const rank = decided.place !== undefined ? 0 : proposal.sure ? 1 : 2;
    return { candidate, decided, kind, proposed, rank };
  });
  const rows = new Map<string, Row>();
  for (const { candidate, decided, kind, proposed, rank } of drafts.toSorted((a, b) => a.rank - b.rank)) {
    const skip = decided.skip ?? candidate.unsupported !== null;
    const wished = decided.place ?? proposed;
    const beside = besides(there, wished, kind);
    const place = beside !== undefined && decided.place === undefined ? undefined : wished;
    if (place !== undefined && !skip) there.set(place, [...(there.get(place) ?? []), { kind, name: candidate.name }]);
    const { map } = decided;
    const whole = kind !== undefined && place !== undefined && (candidate.asksMap !== true || map !== undefined);
    const ready = !skip && whole && candidate.unsupported === null && candidate.away !== true;
    rows.set(candidate.key, { candidate, kind, place, map, sure: rank < 2, skip, beside, ready });
  }
  return candidates.flatMap(({ key }) => rows.get(key) ?? []);
}

/** In the order in which they come into the site file: those of drivers, then those of MQTT. */
export const takenInOrder = (rows: readonly Row[]): readonly Row[] =>
  (["found", "pairing"] as const).flatMap((from) =>
    rows.filter(({ candidate, ready }) => ready && candidate.from === from),
  );

export const placeKeys = (place: string): { readonly portal: string } | { readonly space: string } => {
  const id = place.slice(place.indexOf(":") + 1);
  return place.startsWith("portal:") ? { portal: id } : { space: id };
};

const mapKey = (map: string | undefined) => (map === undefined ? {} : { map });

const unplacedSpace = (name: string) => ({ id: UNPLACED, kind: "yard", name });

/** Edits that take found devices, with the lines a scan found them on; ids are made of what they call themselves. */
export function takeEdits(
  rows: readonly Row[],
  site: SiteText,
  lines: ScanResult["drivers"],
  unplacedName: string,
): Edit[] {
  const taken = new Set((site.devices ?? []).map(({ id }) => id));
  const there = new Set(["mqtt", ...(site.drivers ?? []).map(({ id }) => id)]);
  const edits: Edit[] = [];
  for (const { candidate, kind, place, map, ready } of rows) {
    if (!ready || place === undefined || candidate.from !== "found") continue;
    const line = lines.find(({ id }) => id === candidate.driver);
    if (!there.has(candidate.driver) && line !== undefined) edits.push({ op: "add", path: "drivers", value: line });
    there.add(candidate.driver);
    const id = freeId(candidate.name, taken);
    taken.add(id);
    const value = { id, kind, driver: candidate.driver, ...placeKeys(place), ...candidate.settings, ...mapKey(map) };
    edits.push({ op: "add", path: "devices", value });
  }
  const waits = rows.some(({ ready, place }) => ready && place === `space:${UNPLACED}`);
  return [...unplacedEdits(waits, site, unplacedName), ...edits];
}

export function unplacedEdits(waits: boolean, site: SiteText, name: string): Edit[] {
  const there = (site.spaces ?? []).some(({ id }) => id === UNPLACED);
  return waits && !there ? [{ op: "add", path: "spaces", value: unplacedSpace(name) }] : [];
}

/** A device that is there gets another place. The waiting space goes with its last device. */
export function moveEdits(moves: ReadonlyMap<string, string>, site: SiteText): Edit[] {
  const edits = [...moves].flatMap(([id, place]): Edit[] => {
    const device = site.devices?.find((one) => one.id === id);
    if (device === undefined) return [];
    const keys: { portal?: string; space?: string } = placeKeys(place);
    return (["portal", "space"] as const).flatMap((key): Edit[] => {
      if (keys[key] !== undefined) return [{ op: "set", path: `devices/${id}/${key}`, value: keys[key] }];
      return device[key] === undefined ? [] : [{ op: "remove", path: `devices/${id}/${key}` }];
    });
  });
  const waiting = (site.devices ?? []).filter(({ space, id }) => space === UNPLACED && !moves.has(id));
  const there = (site.spaces ?? []).some(({ id }) => id === UNPLACED);
  return there && edits.length > 0 && waiting.length === 0
    ? [...edits, { op: "remove", path: `spaces/${UNPLACED}` }]
    : edits;
}
