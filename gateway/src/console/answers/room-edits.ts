/** Rooms into the site file: each new one with a door, those that are there already changed. Pure. */
import { OUTSIDE, type Site, type Space } from "@gatehouse/protocol";
import type { SiteEdit } from "./site-file.ts";

export interface RoomEdits {
  readonly edits: readonly SiteEdit[];
  readonly added: number;
  readonly changed: number;
}

/** Kinds nobody goes into by a door of their own. */
const DOORLESS: readonly string[] = ["building", "floor", "corridor", "yard"];

/** `site` is what stands in the file, nothing filled in. */
export function roomEdits(
  site: Partial<Pick<Site, "spaces" | "portals">>,
  rooms: readonly Space[],
  doors: boolean,
): RoomEdits {
  const { spaces = [], portals: there = [] } = site;
  const known = new Map(spaces.map((space) => [space.id, space]));
  const portals = new Set(there.map(({ id }) => id));
  const reached = new Set(there.flatMap(({ from, to }) => [from, to]));
  const all = new Map([...known, ...rooms.map((room) => [room.id, room] as const)]);
  const entranceOf = entrances(all);
  const edits: SiteEdit[] = [];
  const portalEdits: SiteEdit[] = [];
  let [added, changed] = [0, 0];
  for (const room of rooms) {
    const before = known.get(room.id);
    const value = withoutDefaults({ ...before, ...room });
    if (before === undefined) {
      edits.push({ op: "add", path: "spaces", value });
      added += 1;
    } else if (JSON.stringify(withoutDefaults(before)) !== JSON.stringify(value)) {
      edits.push({ op: "set", path: `spaces/${room.id}`, value });
      changed += 1;
    }
    if (!doors || DOORLESS.includes(room.kind) || reached.has(room.id)) continue;
    const id = freeId(`door-${room.id}`, portals);
    portals.add(id);
    portalEdits.push({
      op: "add",
      path: "portals",
      value: { id, kind: "door", from: entranceOf(room), to: room.id },
    });
  }
  return { edits: [...edits, ...portalEdits], added, changed };
}

/** Where a door leads from: the corridor the room lies in, or the only one of its floor or building; else the outside. */
function entrances(all: ReadonlyMap<string, Space>): (room: Space) => string {
  const corridors = new Map<string, string[]>();
  for (const { id, kind, parent } of all.values()) {
    if (kind !== "corridor" || parent === undefined) continue;
    const there = corridors.get(parent);
    if (there === undefined) corridors.set(parent, [id]);
    else there.push(id);
  }
  return ({ parent }) => {
    if (parent === undefined) return OUTSIDE;
    if (all.get(parent)?.kind === "corridor") return parent;
    const [only, another] = corridors.get(parent) ?? [];
    return only === undefined || another !== undefined ? OUTSIDE : only;
  };
}

const MAX_ID = 64;

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  const start = wanted.slice(0, MAX_ID - 4);
  if (!taken.has(start)) return start;
  for (let n = 2; ; n++) if (!taken.has(`${start}-${n}`)) return `${start}-${n}`;
}

/** What goes without saying is not written. */
function withoutDefaults({ familyExempt, ...rest }: Space): Record<string, unknown> {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...(familyExempt ? { familyExempt } : {}) };
}
