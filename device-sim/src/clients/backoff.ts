/** How long a device waits before it connects again. */
import type { Random } from "@gatehouse/protocol/testing";

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/** Doubles with every failure in a row (0 is the first), within a random half, so that devices do not return all at once. */
export function backoffMs(failures: number, random: Random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return ceiling / 2 + random.float() * (ceiling / 2);
}
