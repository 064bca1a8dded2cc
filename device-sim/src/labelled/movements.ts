/** Who passes the door of a space and when: the truth every device is derived from. */
import type { HeldKey } from "./keys.ts";

/** What matters of somebody at a door. */
export interface Passer {
  readonly keys: readonly HeldKey[];
  readonly cardDiscipline: number;
  readonly hides: boolean;
}

export interface Movement {
  /** Ms from the start of the site, at the middle of the doorway. */
  atMs: number;
  readonly inward: boolean;
  readonly by: Passer;
  /** Only to the corridor or the yard, not out of the building. */
  readonly near: boolean;
  readonly guest: boolean;
}

export const byTime = (a: Movement, b: Movement): number => a.atMs - b.atMs;

/** People inside at the start, and what happens from then until the end. */
export interface Flow {
  readonly before: number;
  readonly movements: readonly Movement[];
}

/** Cuts movements in order of time to the span; `before` counts those who were inside at first. */
export function flowOf(before: number, movements: readonly Movement[], endMs: number): Flow {
  let present = before;
  const kept: Movement[] = [];
  for (const movement of movements) {
    if (movement.atMs >= endMs) break;
    if (movement.atMs < 0) present += movement.inward ? 1 : -1;
    else kept.push(movement);
  }
  return { before: present, movements: kept };
}
