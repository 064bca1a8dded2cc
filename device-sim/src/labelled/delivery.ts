/** From what devices noticed to what the gateway accepted, in order of arrival: clocks, outages, losses, repeats, late messages. */
import type { ReadingKind } from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import { drawClock } from "./clocks.ts";
import { between, DAY_MS, HOUR_MS } from "./draws.ts";
import type { DeviceTrace, SiteDevice, Spell } from "./fact.ts";
import type { FaultRates } from "./fault-rates.ts";
import { drawSpells, walker } from "./spells.ts";
import type { TimeText } from "./time-text.ts";

/** One line of `readings.ndjson`, its fields in the order they are written. */
export interface LabelledReading {
  readonly receivedAt: string;
  readonly at: string;
  readonly device: string;
  readonly epoch?: number;
  readonly seq?: number;
  readonly kind: ReadingKind;
  readonly portal?: string;
  readonly space?: string;
  readonly credential?: string;
  readonly value?: number;
}

/** A reading with its times still numbers: ms from the start of the site. */
export interface Arrival {
  readonly receivedMs: number;
  readonly atMs: number;
  readonly device: SiteDevice;
  /** Absent where the gateway itself noticed. */
  readonly seq: number | undefined;
  readonly kind: ReadingKind;
  readonly credential: string | undefined;
  readonly value: number | undefined;
}

/** How long outages last, in hours, and how many such devices keep what they notice meanwhile and send it later. */
const OUTAGES: Readonly<
  Record<SiteDevice["kind"], { readonly hours: readonly [number, number]; readonly keeps: number }>
> = {
  lock: { hours: [2, 14], keeps: 1 },
  contact: { hours: [2, 13.5], keeps: 1 },
  reader: { hours: [2.5, 12], keeps: 1 },
  counter: { hours: [1, 10], keeps: 0.5 },
  presence: { hours: [2.5, 20], keeps: 0 },
  "energy-meter": { hours: [1, 30], keeps: 0 },
  "water-meter": { hours: [1, 30], keeps: 0 },
};

export interface Line {
  readonly days: number;
  readonly startMs: number;
  readonly faults: FaultRates;
}

/** Everything one device delivers, in any order. */
export function deliver(random: Random, trace: DeviceTrace, line: Line, into: Arrival[]): void {
  const { device, facts } = trace;
  const { days, startMs, faults } = line;
  const { hours } = OUTAGES[device.kind];
  const keeps = random.chance(OUTAGES[device.kind].keeps);
  const wayMs = faults.late === 0 ? 150 : between(random, 900, 1_800);
  const endMs = days * DAY_MS;
  const outages = drawSpells(random, faults.outages, days, (r) => between(r, hours[0], hours[1]) * HOUR_MS);
  const outageAt = walker(outages);
  const clock = drawClock(random, faults, days, startMs);
  announce(random, device, outages, endMs, into);
  let seq = 0;
  for (const fact of facts) {
    const { atMs, kind, credential, value } = fact;
    if (atMs >= endMs) break;
    const own = outageAt(atMs);
    if (own !== undefined && !keeps) continue;
    seq += 1;
    if (random.chance(faults.lost)) continue;
    let receivedMs = atMs + 40 + random.exponential(wayMs);
    if (random.chance(faults.late)) receivedMs += between(random, 5_000, 160_000);
    // Kept messages are sent anew by several tasks of the device, and do not keep their order.
    if (own !== undefined) receivedMs = own[1] + 5_000 + between(random, 0, 15_000) + between(random, 0, 15_000);
    if (receivedMs >= endMs) continue;
    const arrival: Arrival = { receivedMs, atMs: clock(atMs), device, seq, kind, credential, value };
    into.push(arrival);
    if (random.chance(faults.duplicated)) {
      const again = receivedMs + between(random, 1_000, 40_000);
      if (again < endMs) into.push({ ...arrival, receivedMs: again });
    }
  }
}

/** The gateway notices that a device is gone within minutes, and at once that it is back. */
function announce(random: Random, device: SiteDevice, outages: readonly Spell[], endMs: number, into: Arrival[]): void {
  const say = (atMs: number, kind: ReadingKind) => {
    if (atMs >= endMs) return;
    into.push({ receivedMs: atMs, atMs, device, seq: undefined, kind, credential: undefined, value: undefined });
  };
  for (const [fromMs, untilMs] of outages) {
    say(Math.min(fromMs + between(random, 5_000, 240_000), untilMs), "device.offline");
    say(untilMs, "device.online");
  }
}

export function lineOf(arrival: Arrival, text: TimeText): LabelledReading {
  const { device, seq, kind, credential, value } = arrival;
  return {
    receivedAt: text(arrival.receivedMs),
    at: text(arrival.atMs),
    device: device.id,
    ...(seq === undefined ? {} : { epoch: 1, seq }),
    kind,
    ...(device.portal === undefined ? { space: device.space } : { portal: device.portal }),
    ...(credential === undefined ? {} : { credential }),
    ...(value === undefined ? {} : { value }),
  } as LabelledReading;
}
