/** Where each room stands on the board, without drawing it: lines with their places, which of them are seen, and where the arrow keys lead. */
import type { SpaceRow } from "./room-state.ts";

export interface Measures {
  readonly width: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly gap: number;
  readonly headHeight: number;
  /** Room for the floor's name beside its tiles; 0 puts it above them. */
  readonly floorWidth: number;
}

export interface Line {
  readonly key: string;
  readonly index: number;
  readonly is: "building" | "floor" | "rooms";
  readonly top: number;
  readonly height: number;
  readonly building: string;
  /** Of the first line of a floor, where it stands beside the tiles. */
  readonly floor: string | null;
  readonly rooms: readonly SpaceRow[];
  /** Of a heading: how many rooms are under it. */
  readonly count: number;
}

export interface Layout {
  readonly lines: readonly Line[];
  readonly height: number;
  readonly columns: number;
}

/** `3`, `12`, `B1` in the order people expect. */
const order = new Intl.Collator("zh-CN", { numeric: true });

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => order.compare(a, b));
}

export function layOut(rooms: readonly SpaceRow[], measures: Measures): Layout {
  const { width, tileWidth, tileHeight, gap, headHeight, floorWidth } = measures;
  const columns = Math.max(1, Math.floor((width - floorWidth + gap) / (tileWidth + gap)));
  const lines: Line[] = [];
  let top = 0;
  const add = (line: Omit<Line, "top" | "key" | "index">) => {
    const key = `${line.is} ${line.building} ${line.floor ?? ""} ${line.rooms[0]?.id ?? ""}`;
    lines.push({ ...line, top, key, index: lines.length });
    top += line.height;
  };
  for (const [building, inside] of grouped(rooms, (room) => room.building ?? "")) {
    add({ is: "building", height: headHeight + gap, building, floor: null, rooms: [], count: inside.length });
    for (const [floor, own] of grouped(inside, (room) => room.floor ?? "")) {
      if (floorWidth === 0 && floor !== "")
        add({ is: "floor", height: headHeight, building, floor, rooms: [], count: own.length });
      const sorted = own.sort((a, b) => order.compare(a.id, b.id));
      for (let at = 0; at < sorted.length; at += columns) {
        const part = sorted.slice(at, at + columns);
        const label = at === 0 && floorWidth > 0 ? floor : null;
        add({ is: "rooms", height: tileHeight + gap, building, floor: label, rooms: part, count: part.length });
      }
    }
    top += gap;
  }
  return { lines, height: top, columns };
}

/** First line that ends below `y`. */
function lineAt(lines: readonly Line[], y: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const line = lines[middle];
    if (line !== undefined && line.top + line.height <= y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The lines that are drawn: those on the screen, and `beyond` pixels on either side. */
export function seenLines({ lines }: Layout, scrollTop: number, height: number, beyond: number): readonly Line[] {
  const from = lineAt(lines, scrollTop - beyond);
  let to = from;
  for (let line = lines[to]; line !== undefined && line.top < scrollTop + height + beyond; line = lines[to]) to++;
  return lines.slice(from, to);
}

export interface Spot {
  readonly line: Line;
  readonly column: number;
}

export function spotOf({ lines }: Layout, id: string): Spot | undefined {
  for (const line of lines) {
    const column = line.rooms.findIndex((room) => room.id === id);
    if (column >= 0) return { line, column };
  }
  return undefined;
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
const SIDE: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** The room a key leads to; undefined for a key that leads nowhere. */
export function roomBy(layout: Layout, id: string | undefined, key: string): string | undefined {
  const rows = layout.lines.filter((line) => line.is === "rooms");
  const all = rows.flatMap((line) => line.rooms);
  const spot = id === undefined ? undefined : spotOf(layout, id);
  if (key === "Home" || (spot === undefined && (key in STEPS || key in SIDE))) return all[0]?.id;
  if (key === "End") return all.at(-1)?.id;
  if (spot === undefined) return undefined;
  const side = SIDE[key];
  if (side !== undefined) {
    const next = all[all.findIndex((room) => room.id === id) + side];
    return next?.id ?? id;
  }
  const step = STEPS[key];
  if (step === undefined) return undefined;
  const target = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(spot.line) + step))];
  return (target?.rooms[spot.column] ?? target?.rooms.at(-1))?.id;
}
