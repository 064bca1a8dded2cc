/** Which events an uplink wants, out of the `filter` of its site file. Pure. */
import {
  type EventDraft,
  type EventFilter,
  OUTSIDE,
  type Site,
  spaceOfDevice,
  type UplinkConfig,
} from "@gatehouse/protocol";

/** Undefined lists let everything through. `spaces` holds what lies in the named ones too. */
export interface Wanted {
  readonly types?: readonly string[] | undefined;
  readonly mappedTypes?: readonly string[] | undefined;
  readonly kinds?: ReadonlySet<string> | undefined;
  readonly spaces?: ReadonlySet<string> | undefined;
  /** Devices that sit in those spaces, or at their doors: a reading need not name its space. */
  readonly devices?: ReadonlySet<string> | undefined;
  readonly lanes?: readonly string[] | undefined;
}

type Event = Pick<EventDraft, "type" | "lane" | "subject" | "data">;

/** These are about the box itself, whatever the spaces. */
const ABOUT_THE_BOX: readonly string[] = ["gatehouse.gap", "gatehouse.health"];

export function wantedBy({ filter, mapping }: Pick<UplinkConfig, "filter" | "mapping">, site: Site): Wanted {
  const given: EventFilter = Array.isArray(filter) ? { types: filter } : (filter ?? {});
  const spaces = given.spaces === undefined ? undefined : within(site, given.spaces);
  return {
    types: given.types,
    mappedTypes: mapping?.types,
    kinds: given.kinds === undefined ? undefined : new Set(given.kinds),
    spaces,
    devices: spaces === undefined ? undefined : devicesIn(site, spaces),
    lanes: given.lanes,
  };
}

function within(site: Site, names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { id, parent } of site.spaces) if (parent !== undefined && found.has(parent)) found.add(id);
  }
  found.delete(OUTSIDE);
  return found;
}

function devicesIn(site: Site, spaces: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(site.devices.filter((device) => spaces.has(spaceOfDevice(site, device) ?? "")).map(({ id }) => id));
}

export function wants({ types, mappedTypes, kinds, spaces, devices, lanes }: Wanted, event: Event): boolean {
  if (!matches(types, event.type) || !matches(mappedTypes, event.type)) return false;
  if (lanes !== undefined && !lanes.includes(event.lane)) return false;
  if (kinds !== undefined && event.type.startsWith("gatehouse.alert.") && !kinds.has(fieldOf(event.data, "kind")))
    return false;
  if (spaces === undefined || ABOUT_THE_BOX.includes(event.type)) return true;
  if (event.type !== "gatehouse.reading") return spaces.has(event.subject);
  const space = fieldOf(event.data, "space");
  return space === "" ? devices?.has(fieldOf(event.data, "device")) === true : spaces.has(space);
}

export function matches(patterns: readonly string[] | undefined, type: string): boolean {
  if (patterns === undefined) return true;
  return patterns.some((pattern) => (pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern));
}

function fieldOf(data: string, name: string): string {
  return String((JSON.parse(data) as Readonly<Record<string, unknown>>)[name] ?? "");
}
