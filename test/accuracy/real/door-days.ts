/** The counted door day by day: traffic, imbalance, and which days had a known event. */
import { type CounterDay, DAY_MS, type DoorCounts, SLOTS } from "./recordings.ts";
import { sum } from "./statistics.ts";

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

/** Half hours in which no day was cut: a day runs from one cut to the next. */
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

/** The balance as it runs from cut to cut, started at nought each time: how often it goes below nought, and how far. */
export function runningBelowZero(days: readonly CounterDay[], cutSlot: number): { share: number; deepest: number } {
  const entered = days.flatMap((day) => day.entered);
  const left = days.flatMap((day) => day.left);
  let balance = 0;
  let below = 0;
  let deepest = 0;
  for (const [slot, count] of entered.entries()) {
    if (slot % SLOTS === cutSlot) balance = 0;
    balance += count - (left[slot] ?? 0);
    if (balance < 0) below++;
    deepest = Math.min(deepest, balance);
  }
  return { share: below / entered.length, deepest };
}
