/** When a labelled site is watched: a Monday of 2025 or 2026, the public holidays of those years, and the weather. */
import type { Random } from "@gatehouse/protocol/testing";
import { DAY_MS } from "./draws.ts";

export interface Calendar {
  /** World time of local midnight of the first day, a Monday. */
  readonly startMs: number;
  readonly days: number;
  /** First day (counted from the start) and length of each public holiday that touches the span. */
  readonly holidays: readonly { readonly day: number; readonly days: number }[];
  /** Mean outdoor temperature of a day in degrees Celsius. */
  readonly temperatureC: (day: number) => number;
}

const UTC_PLUS_8_MS = 8 * 3_600_000;
const FIRST_MONDAY_MS = Date.UTC(2025, 0, 6);
const WEEKS = 96;

/** By the State Council's notices for 2025; 2026 by the same pattern. */
const HOLIDAYS: readonly (readonly [string, number])[] = [
  ["2025-01-28", 8],
  ["2025-04-04", 3],
  ["2025-05-01", 5],
  ["2025-05-31", 3],
  ["2025-10-01", 8],
  ["2026-01-01", 3],
  ["2026-02-15", 9],
  ["2026-04-04", 3],
  ["2026-05-01", 5],
  ["2026-06-19", 3],
  ["2026-09-25", 3],
  ["2026-10-01", 7],
  ["2027-02-05", 8],
];

export const isWeekend = (day: number): boolean => ((day % 7) + 7) % 7 >= 5;
/** 0 is Monday. */
export const weekdayOf = (day: number): number => ((day % 7) + 7) % 7;

export function drawCalendar(random: Random, days: number): Calendar {
  const firstDayMs = FIRST_MONDAY_MS + 7 * DAY_MS * random.int(0, WEEKS - 1);
  const holidays = HOLIDAYS.map(([date, length]) => ({
    day: Math.round((Date.parse(`${date}T00:00:00Z`) - firstDayMs) / DAY_MS),
    days: length,
  })).filter((holiday) => holiday.day + holiday.days > -10 && holiday.day < days);
  const warm = random.normal(0, 1.5);
  const spells = Array.from({ length: days + 2 }, () => random.normal(0, 2.2));
  const firstOfYear = Date.UTC(new Date(firstDayMs).getUTCFullYear(), 0, 1);
  return {
    startMs: firstDayMs - UTC_PLUS_8_MS,
    days,
    holidays,
    temperatureC: (day) => {
      const yearDay = (firstDayMs - firstOfYear) / DAY_MS + day;
      const season = 17 - 13 * Math.cos((2 * Math.PI * (yearDay - 25)) / 365);
      const near = [day - 1, day, day + 1].map((d) => spells[Math.min(Math.max(d, 0), days + 1)] ?? 0);
      return season + warm + near.reduce((sum, spell) => sum + spell, 0) / 1.7;
    },
  };
}

export function holidayAt(calendar: Calendar, day: number): boolean {
  return calendar.holidays.some((holiday) => day >= holiday.day && day < holiday.day + holiday.days);
}
