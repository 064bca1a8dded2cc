/** The door or room a plate's number means. */
import type { Places } from "./places.ts";

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** The plate itself wins over a room that happens to be called the same. */
export function placeByPlate(plate: string, places: Places, atDoor: boolean): string | undefined {
  const groups = atDoor
    ? ([
        ["portal", places.portals],
        ["space", places.spaces],
      ] as const)
    : ([
        ["space", places.spaces],
        ["portal", places.portals],
      ] as const);
  for (const [group, list] of groups) {
    const found =
      list.find(({ names }) => names.some((name) => same(name, plate))) ?? list.find(({ id }) => same(id, plate));
    if (found !== undefined) return `${group}:${found.id}`;
  }
  return undefined;
}
