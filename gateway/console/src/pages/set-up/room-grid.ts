/** Rooms of a list or a scheme as a person pictures them: buildings, floors from the top down, rooms side by side. */

export interface GridRoom {
  readonly line: number;
  /** Its number as it stands, right or wrong; empty where it has none. */
  readonly id: string;
  readonly bad: boolean;
}
export interface GridFloor {
  readonly floor: string;
  readonly rooms: readonly GridRoom[];
}
export interface GridBuilding {
  readonly building: string;
  readonly floors: readonly GridFloor[];
}

interface Row {
  readonly line: number;
  readonly cells: { readonly id?: string | undefined };
  readonly problems: readonly unknown[];
}

/** `3-302` stands in building 3 on floor 3; `302` in no building; a name without a number on no floor. */
export function whereIs(id: string): { building: string; floor: string } {
  const groups = id.match(/[A-Za-z0-9]+/g) ?? [];
  const last = groups.at(-1) ?? "";
  const [, floor = ""] = /^[A-Za-z]*(\d{1,2})\d{2}[A-Za-z]?$/.exec(last) ?? [];
  return { building: groups.slice(0, -1).join("-"), floor };
}

/** Floors by number, the highest first, as they stand. */
export function roomGrid(rows: readonly Row[]): readonly GridBuilding[] {
  const buildings = new Map<string, Map<string, GridRoom[]>>();
  for (const { line, cells, problems } of rows) {
    const { id = "" } = cells;
    const { building, floor } = whereIs(id);
    const floors = buildings.get(building) ?? new Map<string, GridRoom[]>();
    buildings.set(building, floors);
    const rooms = floors.get(floor) ?? [];
    floors.set(floor, rooms);
    rooms.push({ line, id, bad: problems.length > 0 });
  }
  return [...buildings].map(([building, floors]) => ({
    building,
    floors: [...floors]
      .map(([floor, rooms]) => ({ floor, rooms }))
      .sort((a, b) => Number(b.floor || 0) - Number(a.floor || 0)),
  }));
}

export interface FloorScheme {
  readonly buildings: readonly string[];
  readonly floors: { readonly from: number; readonly to: number; readonly without: readonly number[] };
  readonly roomsPerFloor: number;
  readonly without: readonly string[];
}

/** Most rooms a scheme can make; what lies beyond is not asked for. */
export function roomsOf({ buildings, floors, roomsPerFloor }: FloorScheme): number {
  const left = new Set(floors.without.filter((floor) => floor >= floors.from && floor <= floors.to)).size;
  const count = Math.max(0, floors.to - floors.from + 1 - left);
  return buildings.length * count * roomsPerFloor;
}

/** `1,2 , A` and `1-3` as a list: `1 2 3`. */
export function listOf(text: string): readonly string[] {
  const items = text.split(/[,，、;；\s]+/).filter((item) => item !== "");
  const all = items.flatMap((item) => {
    const [, from, to] = /^(\d{1,3})[-~～](\d{1,3})$/.exec(item) ?? [];
    const first = Number(from);
    const count = Number(to) - first + 1;
    if (from === undefined || count < 1 || count > 100) return [item];
    return Array.from({ length: count }, (_, index) => String(first + index));
  });
  return [...new Set(all)];
}
