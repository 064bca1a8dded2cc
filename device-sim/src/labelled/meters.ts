/** What the electricity and water meters of a dwelling read: running totals at even intervals, with their troubles. */
import type { Random } from "@gatehouse/protocol/testing";
import type { Calendar } from "./calendar.ts";
import { between, DAY_MS, HOUR_MS, lognormal } from "./draws.ts";
import type { Fact } from "./fact.ts";
import type { FaultRates } from "./fault-rates.ts";
import { drawHome, type MeterHabits } from "./meter-habits.ts";
import { MeteredHome } from "./meter-use.ts";
import type { Span } from "./radars.ts";
import { drawSpells, walker } from "./spells.ts";

export interface MeterWorld {
  readonly calendar: Calendar;
  readonly faults: FaultRates;
  readonly periodMs: number;
  /** Whether the meter tells its momentary power too. */
  readonly power: boolean;
  readonly rooms: number;
  readonly people: number;
}

export interface MeterFacts {
  readonly energy: Fact[];
  readonly water: Fact[];
}

export function meterFacts(random: Random, site: MeterHabits, spans: readonly Span[], world: MeterWorld): MeterFacts {
  const { calendar, periodMs } = world;
  const habits = drawHome(random, site, world.rooms, world.people);
  const home = new MeteredHome(random, habits, calendar.temperatureC);
  const energyTotal = totals(random, world);
  const waterTotal = totals(random, world);
  const lag = { energy: between(random, 0, periodMs * 0.2), water: between(random, 0, periodMs * 0.2) };
  const energy: Fact[] = [];
  const water: Fact[] = [];
  let span = 0;
  for (let fromMs = 0; fromMs + periodMs <= calendar.days * DAY_MS; fromMs += periodMs) {
    while (span < spans.length - 1 && (spans[span] as Span).untilMs <= fromMs + periodMs / 2) span += 1;
    const { wh, litres } = home.use(Math.max(0, spans[span]?.present ?? 0), fromMs, periodMs);
    const untilMs = fromMs + periodMs;
    energy.push({ atMs: untilMs + lag.energy, kind: "meter.energyWh", value: energyTotal(wh, untilMs) });
    if (world.power) {
      const nowW = Math.round((wh * HOUR_MS) / periodMs) * between(random, 0.6, 1.3);
      energy.push({ atMs: untilMs + lag.energy + 40, kind: "meter.powerW", value: Math.round(nowW) });
    }
    water.push({ atMs: untilMs + lag.water, kind: "meter.waterL", value: waterTotal(litres, untilMs) });
  }
  return { energy, water };
}

/** A running total with its troubles: set back to zero, another meter put in, a spell in which it stands still. */
function totals(random: Random, { calendar, faults }: MeterWorld): (amount: number, atMs: number) => number {
  let total = between(random, 100, 60_000);
  let shown = total;
  let next = 0;
  const still = walker(
    drawSpells(random, faults.meterSpells * 0.4, calendar.days, (r) => lognormal(r, 20, 0.8) * HOUR_MS),
  );
  const changes = drawSpells(random, faults.meterSpells * 0.6, calendar.days, () => 1);
  return (amount, atMs) => {
    while (next < changes.length && (changes[next]?.[0] ?? 0) <= atMs) {
      total = random.chance(0.5) ? 0 : between(random, 0, 9_000);
      next += 1;
    }
    total += amount;
    if (still(atMs) === undefined) shown = total;
    return Math.floor(shown);
  };
}
