/** One round of kills beside an undisturbed run of the same seed. */
import { type KillResult, runKills } from "./kill-run.ts";

export interface KillRoundOptions {
  readonly seed: number;
  readonly kills: number;
  /** Readings, all devices together. */
  readonly readings: number;
  readonly outages: boolean;
  readonly onProgress?: (share: number, note: string) => void;
}

const DEVICES = 24;
/** A gateway lives, from ready to the kill, up to so long; starting takes about as long again. */
const MAX_LIFE_MS = 600;
const LIFE_AND_START_MS = 800;
const UNDISTURBED_PER_SECOND = 8_000;

export async function killRound(
  options: KillRoundOptions,
): Promise<{ readonly killed: KillResult; readonly undisturbed: KillResult }> {
  const { seed, kills, readings, outages, onProgress } = options;
  const load = { seed, devices: DEVICES, readingsEach: readings / DEVICES };
  const undisturbed = await runKills({ ...load, kills: 0, ratePerSecond: UNDISTURBED_PER_SECOND });
  // The load must outlast the kills.
  const ratePerSecond = readings / ((kills * LIFE_AND_START_MS * 1.3) / 1_000);
  const killed = await runKills({
    ...load,
    kills,
    outages,
    ratePerSecond,
    maxLifeMs: MAX_LIFE_MS,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return { killed, undisturbed };
}
