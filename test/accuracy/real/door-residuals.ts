/** What is left of the half-hour counts when the usual week is taken off: spread, memory, and what an event adds. */
import { balances } from "./door-days.ts";
import { type CounterDay, DAY_MS, type DoorCounts, SLOTS } from "./recordings.ts";
import { correlation, mean, sum, variance } from "./statistics.ts";

const SLOT_MS = DAY_MS / SLOTS;

interface Usual {
  readonly entered: readonly number[];
  readonly left: readonly number[];
}

function usual(days: readonly CounterDay[]): Usual {
  const over = (pick: "entered" | "left") =>
    Array.from({ length: SLOTS }, (_, slot) => mean(days.map((day) => day[pick][slot] ?? 0)));
  return { entered: over("entered"), left: over("left") };
}

const quietDays = ({ days, events }: DoorCounts): CounterDay[] =>
  days.filter(
    ({ startMs, weekend }) => !weekend && !events.some(({ fromMs }) => fromMs >= startMs && fromMs < startMs + DAY_MS),
  );

export function residuals(counts: DoorCounts) {
  const days = quietDays(counts);
  const profile = usual(days);
  // From 07:00 to 21:00: outside of it there is next to no traffic.
  const slots = Array.from({ length: 28 }, (_, i) => 14 + i);
  const rest = (day: CounterDay, pick: "entered" | "left", slot: number) =>
    (day[pick][slot] ?? 0) - (profile[pick][slot] ?? 0);
  const net = (day: CounterDay, slot: number) => rest(day, "entered", slot) - rest(day, "left", slot);
  const lagged = (lag: number, a: (day: CounterDay, slot: number) => number, b: typeof a) => {
    const pairs = days.flatMap((day) =>
      slots.filter((slot) => slots.includes(slot + lag)).map((slot) => [a(day, slot), b(day, slot + lag)] as const),
    );
    return correlation(
      pairs.map(([x]) => x),
      pairs.map(([, y]) => y),
    );
  };
  const fano = (pick: "entered" | "left") =>
    sum(slots.map((slot) => variance(days.map((day) => day[pick][slot] ?? 0)))) /
    sum(slots.map((slot) => profile[pick][slot] ?? 0));
  return {
    days: days.length,
    fanoIn: fano("entered"),
    fanoOut: fano("left"),
    lags: [0, 1, 2, 4].map((lag) => ({
      lag,
      inThenOut: lagged(
        lag,
        (day, slot) => rest(day, "entered", slot),
        (day, slot) => rest(day, "left", slot),
      ),
      inThenIn: lagged(
        lag,
        (day, slot) => rest(day, "entered", slot),
        (day, slot) => rest(day, "entered", slot),
      ),
      outThenOut: lagged(
        lag,
        (day, slot) => rest(day, "left", slot),
        (day, slot) => rest(day, "left", slot),
      ),
      net: lagged(lag, net, net),
    })),
  };
}

/** Working days with a known event against those without. */
export function eventDays(counts: DoorCounts, cutSlot: number) {
  const days = balances(counts, cutSlot).filter(({ weekend }) => !weekend);
  return [false, true].map((event) => {
    const some = days.filter((day) => day.event === event);
    const difference = sum(some.map(({ balance }) => balance)) / sum(some.map(({ trips }) => trips));
    return {
      event,
      days: some.length,
      trips: mean(some.map(({ trips }) => trips)),
      balance: mean(some.map(({ balance }) => balance)),
      deviation: Math.sqrt(variance(some.map(({ balance }) => balance))),
      difference,
      noisePerTrip:
        sum(some.map(({ balance, trips }) => (balance - difference * trips) ** 2)) /
        sum(some.map(({ trips }) => trips)),
    };
  });
}

/** What an event adds to a usual working day, from an hour before it begins to two hours after its end. */
export function eventExcess(counts: DoorCounts) {
  const profile = usual(quietDays(counts));
  const begin = Math.min(...counts.days.map(({ startMs }) => startMs));
  const excesses = counts.events.flatMap(({ fromMs, toMs }) => {
    const day = counts.days[Math.floor((fromMs - begin) / DAY_MS)];
    if (day === undefined || day.weekend) return [];
    const from = Math.round((fromMs - day.startMs) / SLOT_MS) - 2;
    const to = Math.min(SLOTS, Math.round((toMs - day.startMs) / SLOT_MS) + 4);
    const over = (pick: "entered" | "left") => sum(day[pick].slice(from, to)) - sum(profile[pick].slice(from, to));
    return [{ entered: over("entered"), left: over("left") }];
  });
  return {
    events: excesses.length,
    entered: mean(excesses.map(({ entered }) => entered)),
    left: mean(excesses.map(({ left }) => left)),
    correlation: correlation(
      excesses.map(({ entered }) => entered),
      excesses.map(({ left }) => left),
    ),
    netDeviation: Math.sqrt(variance(excesses.map(({ entered, left }) => entered - left))),
  };
}
