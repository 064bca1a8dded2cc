/** Working days: Monday to Friday, less the days off and plus the worked weekends of the site's calendar. Pure. */
import type { Calendar } from "./site.ts";
import { formatDay } from "./time.ts";

/** 1 Monday to 7 Sunday of a local day number. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

export function isDayOff(day: number, calendar: Calendar | undefined): boolean {
  const date = formatDay(day);
  if (calendar?.workDays.includes(date)) return false;
  return weekdayOf(day) > 5 || (calendar?.daysOff.includes(date) ?? false);
}

/** Whole working days between two local days, neither of them counted. */
export function workingDaysBetween(fromDay: number, toDay: number, calendar: Calendar | undefined): number {
  let days = 0;
  for (let day = fromDay + 1; day < toDay; day++) if (!isDayOff(day, calendar)) days += 1;
  return days;
}
