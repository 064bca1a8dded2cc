/** Which rooms the board shows, and how many there are of each kind. */
import { ROOM_STATES, type RoomState, type SpaceRow, stateOf } from "./room-state.ts";

export interface BoardFilter {
  readonly search: string;
  readonly building: string;
  /** Empty: all. */
  readonly states: readonly RoomState[];
  readonly risk: string;
  readonly only: "all" | "alerts" | "devices-down";
}

export const NO_FILTER: BoardFilter = { search: "", building: "", states: [], risk: "", only: "all" };

const ROOMS: readonly string[] = ["flat", "room", "shed"];

/** Rooms and whatever else is judged; not the corridors between them. */
export const isOnBoard = ({ judged, kind }: SpaceRow): boolean => judged || ROOMS.includes(kind);

export function passes(row: SpaceRow, filter: BoardFilter): boolean {
  const { search, building, states, risk, only } = filter;
  const text = search.trim().toLowerCase();
  if (building !== "" && (row.building ?? "") !== building) return false;
  if (risk !== "" && row.risk !== risk) return false;
  if (states.length > 0 && !states.includes(stateOf(row))) return false;
  if (only === "alerts" && row.alerts === 0) return false;
  if (only === "devices-down" && row.devicesDown === 0) return false;
  return text === "" || row.id.toLowerCase().includes(text) || row.name.toLowerCase().includes(text);
}

export function countStates(rows: readonly SpaceRow[]): Readonly<Record<RoomState, number>> {
  const counts = Object.fromEntries(ROOM_STATES.map((state) => [state, 0])) as Record<RoomState, number>;
  for (const row of rows) counts[stateOf(row)]++;
  return counts;
}

/** News of rooms in their places; a room that was not there before is added. */
export function mergeRows(known: readonly SpaceRow[], news: readonly SpaceRow[]): SpaceRow[] {
  const changed = new Map(news.map((row) => [row.id, row]));
  const merged = known.map((row) => changed.get(row.id) ?? row);
  const names = new Set(known.map(({ id }) => id));
  return [...merged, ...news.filter(({ id }) => !names.has(id))];
}
