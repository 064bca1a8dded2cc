/** Waiting times between attempts: exponential with full jitter, so that many links that broke together do not come back together. */

export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
}

export const LINK_BACKOFF: BackoffOptions = { firstMs: 250, maxMs: 15_000 };

/** Endless delays in ms. `random` gives 0 <= x < 1. Every delay is at least a quarter of its ceiling, so that no loop spins. */
export function* backoff(random: () => number, options: BackoffOptions = LINK_BACKOFF): Generator<number, never> {
  for (let ceilingMs = options.firstMs; ; ceilingMs = Math.min(options.maxMs, ceilingMs * 2)) {
    yield ceilingMs / 4 + (random() * ceilingMs * 3) / 4;
  }
}
