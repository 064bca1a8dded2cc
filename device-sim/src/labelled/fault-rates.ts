/** How good the hardware of one site is: drawn once a site, worse in the heavy world, perfect in the one without faults. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, lognormal } from "./draws.ts";
import type { FaultWorld } from "./options.ts";

export interface FaultRates {
  /** Passages a counter misses, by itself and right behind somebody else. */
  readonly missed: number;
  readonly missedClose: number;
  readonly doubled: number;
  readonly swapped: number;
  /** Counts without a passage, a counter and day. */
  readonly phantoms: number;
  /** Spells of days, a counter and day. */
  readonly counterStuck: number;
  readonly counterChatter: number;
  /** Outages a device and day. */
  readonly outages: number;
  readonly duplicated: number;
  readonly lost: number;
  readonly late: number;
  readonly clockJumps: number;
  readonly clockResets: number;
  readonly clockWrong: number;
  readonly clockDriftS: number;
  readonly radarStuck: number;
  /** Times an hour a radar loses one sleeper. */
  readonly radarLoses: number;
  readonly radarGhosts: number;
  readonly meterSpells: number;
  readonly denied: number;
  readonly contactMisses: number;
}

export function drawFaultRates(random: Random, world: FaultWorld): FaultRates {
  const nominal: FaultRates = {
    missed: between(random, 0.03, 0.085),
    missedClose: between(random, 0.08, 0.32),
    doubled: lognormal(random, 0.0105, 0.4),
    swapped: lognormal(random, 0.004, 0.4),
    phantoms: lognormal(random, 0.09, 0.5),
    counterStuck: lognormal(random, 0.0018, 0.5),
    counterChatter: lognormal(random, 0.0012, 0.6),
    outages: lognormal(random, 0.03, 0.3),
    duplicated: lognormal(random, 0.006, 0.25),
    lost: lognormal(random, 0.0018, 0.3),
    late: lognormal(random, 0.011, 0.35),
    clockJumps: lognormal(random, 0.004, 0.5),
    clockResets: lognormal(random, 0.0012, 0.6),
    clockWrong: between(random, 0.03, 0.16),
    clockDriftS: lognormal(random, 0.8, 0.3),
    radarStuck: lognormal(random, 0.003, 0.5),
    radarLoses: lognormal(random, 0.2, 0.4),
    radarGhosts: lognormal(random, 0.3, 0.5),
    meterSpells: lognormal(random, 0.004, 0.6),
    denied: lognormal(random, 0.026, 0.25),
    contactMisses: lognormal(random, 0.0015, 0.4),
  };
  const factor = FACTORS[world];
  return factor === 1 ? nominal : scaled(nominal, factor);
}

const FACTORS: Readonly<Record<FaultWorld, number>> = { none: 0, nominal: 1, heavy: 3 };
/** No share of passages is worse than this, or the counter would be no counter. */
const WORST_SHARE = 0.5;

function scaled(rates: FaultRates, factor: number): FaultRates {
  const entries = Object.entries(rates) as [keyof FaultRates, number][];
  return Object.fromEntries(
    entries.map(([name, rate]) => [name, SHARES.has(name) ? Math.min(rate * factor, WORST_SHARE) : rate * factor]),
  ) as unknown as FaultRates;
}

const SHARES: ReadonlySet<keyof FaultRates> = new Set(["missed", "missedClose", "doubled", "swapped", "clockWrong"]);
