/** Rooms by a scheme: buildings, floors and so many rooms on each, numbered by a pattern. Pure. */
import { ConfigError } from "@gatehouse/protocol";
import type { Asked } from "../table/index.ts";
import { type Cells, checkRooms, type ReadRooms } from "./read-rooms.ts";

type Scheme = Asked<"POST /api/1/rooms/scheme">["body"];

const MAX_ROOMS = 5_000;
const FIELD = /\{(building|floor|room)(?::(0\d))?\}/g;

/** `known`: ids of the site's spaces. Throws ConfigError for a scheme that gives none, or too many. */
export function roomsOfScheme(scheme: Scheme, known: ReadonlySet<string>): ReadRooms {
  const { buildings, roomsPerFloor, without, pattern } = scheme;
  const floors = floorsOf(scheme);
  if (floors.length === 0)
    throw wrong("floors", "names no floor", "write the lowest floor as `from`, the highest as `to`");
  const rest = pattern.replace(FIELD, "");
  if (/[{}]/.test(rest))
    throw wrong(
      "pattern",
      `has something else than {building}, {floor} and {room} in brackets`,
      "write it as {building}-{floor}{room:02}",
    );
  if (buildings.length * floors.length * roomsPerFloor > MAX_ROOMS)
    throw wrong("roomsPerFloor", `makes more than ${MAX_ROOMS} rooms`, "do it building by building");
  const lists: { line: number; cells: Cells }[] = [];
  for (const building of buildings)
    for (const floor of floors)
      for (let room = 1; room <= roomsPerFloor; room++) {
        const number = String(room).padStart(2, "0");
        if (without.some((ending) => ending !== "" && (number.endsWith(ending) || String(room) === ending))) continue;
        // As if it stood in a list below its titles: it may be corrected and read as one.
        lists.push({ line: lists.length + 2, cells: cellsOf(scheme, nameBy(pattern, { building, floor, room })) });
      }
  return checkRooms(lists, known);
}

/** Nobody has a floor 0: below the first comes the basement. */
function floorsOf({ floors: { from, to, without } }: Scheme): number[] {
  const floors: number[] = [];
  for (let floor = from; floor <= to; floor++) if (floor !== 0 && !without.includes(floor)) floors.push(floor);
  return floors;
}

function nameBy(
  pattern: string,
  { building, floor, room }: { readonly building: string; readonly floor: number; readonly room: number },
): string {
  const texts = { building, floor: floor < 0 ? `B${-floor}` : String(floor), room: String(room) };
  return pattern.replace(FIELD, (_, field: keyof typeof texts, width?: string) =>
    texts[field].padStart(Number(width ?? 0), "0"),
  );
}

function cellsOf({ kind, rooms, areaM2, risk }: Scheme, id: string): Cells {
  const areas = rooms?.map((room) => room.areaM2) ?? (areaM2 === undefined ? [] : [areaM2]);
  return {
    id,
    kind,
    ...(areas.length === 0 ? {} : { areas: areas.join(" ") }),
    ...(risk === undefined ? {} : { risk }),
  };
}

const wrong = (path: string, reason: string, fix: string): ConfigError =>
  new ConfigError({ path: `body.${path}`, reason: `the scheme ${reason}`, fix });
