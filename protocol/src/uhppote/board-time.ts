/** A board's local time against the world's: boards know no zone. Pure. */
import { zoneOffsetMs } from "../time.ts";
import type { BoardTime } from "./fields.ts";

/** Ms since 1970 of a board's local time in `zone`; where the hour comes twice in autumn, its first pass. */
export function boardTimeMs(time: BoardTime, zone: string): number {
  const local = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
  return local - zoneOffsetMs(local - zoneOffsetMs(local, zone), zone);
}

/** What a board set right shows at `ms`. */
export function boardTimeAt(ms: number, zone: string): BoardTime {
  const date = new Date(ms + zoneOffsetMs(ms, zone));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}
