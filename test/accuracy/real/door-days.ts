/** The counted door day by day: traffic, imbalance, and which days had a known event. */
import { type CounterDay, DAY_MS, type DoorCounts, SLOTS } from "./recordings.ts";
import { share, sum } from "./statistics.ts";

export interface DayBalance {
  readonly startMs: number;
  readonly weekend: boolean;
  readonly event: boolean;
  readonly week: number;
  readonly entered: number;
  readonly left: number;
  /** In minus out: for a building that is empty at both ends of the day, the counting error of the day. */
  readonly balance: number;
  /** Passages each way: half of in plus out. */
  readonly trips: number;
}

/** A day runs from one cut to the next; the last one, which has no end, is left out. */
export function balances({ days, events }: DoorCounts, cutSlot: number): DayBalance[] {
  return days.flatMap((day, index) => {
    const next = days[index + 1];
    if (cutSlot > 0 && next === undefined) return [];
    const over = (pick: (d: CounterDay) => readonly number[]) =>
      sum(pick(day).slice(cutSlot)) + (next === undefined ? 0 : sum(pick(next).slice(0, cutSlot)));
    const entered = over((d) => d.entered);
    const left = over((d) => d.left);
    const { startMs, weekend, week } = day;
    const event = events.some(({ fromMs }) => fromMs >= startMs && fromMs < startMs + DAY_MS);
    return [{ startMs, weekend, week, event, entered, left, balance: entered - left, trips: (entered + left) / 2 }];
  });
}

/** Start of the clock hour with the fewest passages over all days, as a slot. */
export function quietestHour(days: readonly CounterDay[]): { readonly slot: number; readonly passages: number } {
  const hours = Array.from({ length: SLOTS / 2 }, (_, hour) => {
    const slots = [2 * hour, 2 * hour + 1];
    return sum(days.flatMap((day) => slots.map((slot) => (day.entered[slot] ?? 0) + (day.left[slot] ?? 0))));
  });
  const passages = Math.min(...hours);
  return { slot: 2 * hours.indexOf(passages), passages };
}

/** The balance as it runs from cut to cut, started at nought each time: how often it is below nought, and how far. */
export function runningBelowZero(days: readonly CounterDay[], cutSlot: number) {
  const slots = days.flatMap(({ entered, left, weekend }) =>
    entered.map((count, slot) => ({ slot, weekend, net: count - (left[slot] ?? 0) })),
  );
  let balance = 0;
  const running = slots.map(({ slot, weekend, net }) => {
    balance = (slot === cutSlot ? 0 : balance) + net;
    return { weekend, balance };
  });
  const below = (some: typeof running) => share(some.map((at) => at.balance < 0));
  return {
    share: below(running),
    working: below(running.filter(({ weekend }) => !weekend)),
    deepest: Math.min(...running.map((at) => at.balance)),
  };
}
