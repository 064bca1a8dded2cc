/** The corridor or yard between the dwellings and outside: who passes its door, and who is in it. */
import type { Random } from "@gatehouse/protocol/testing";
import { between } from "./draws.ts";
import { byTime, type Flow, flowOf, type Movement } from "./movements.ts";

/** Shorter than half the shortest trip out of the building. */
const LONGEST_WALK_MS = 28_000;

export interface HallFlow {
  /** Passages of the door to outside. */
  readonly door: Flow;
  /** People in the hall itself. */
  readonly inside: Flow;
}

export function hallFlow(random: Random, homes: readonly (readonly Movement[])[], endMs: number): HallFlow {
  const door: Movement[] = [];
  const inside: Movement[] = [];
  for (const movements of homes) {
    for (const movement of movements) {
      const { atMs, inward, near } = movement;
      inside.push({ ...movement, inward: !inward });
      if (near) continue;
      const walkMs = between(random, 9_000, LONGEST_WALK_MS);
      const passed = { ...movement, atMs: inward ? atMs - walkMs : atMs + walkMs };
      door.push(passed);
      inside.push(passed);
    }
  }
  return { door: flowOf(0, door.sort(byTime), endMs), inside: flowOf(0, inside.sort(byTime), endMs) };
}
