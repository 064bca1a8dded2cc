/** RFC 3339 text of ms from the start of a site at a fixed offset, fast: many millions are written. */
import { formatTime, zoneOffsetMs } from "@gatehouse/protocol";
import { DAY_MS, MINUTE_MS } from "./draws.ts";

export type TimeText = (ms: number) => string;

const two = (n: number): string => String(n).padStart(2, "0");
const CLOCK = Array.from({ length: 1440 }, (_, minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}:`);
const SECONDS = Array.from({ length: 60 }, (_, second) => `${two(second)}.`);
const MILLIS = Array.from({ length: 1000 }, (_, ms) => String(ms).padStart(3, "0"));

/** The zone must keep one offset all year. */
export function timeText(startMs: number, zone: string): TimeText {
  const localStartMs = startMs + zoneOffsetMs(startMs, zone);
  const end = formatTime(startMs, zone).slice(23);
  const days = new Map<number, string>();
  return (ms) => {
    const local = Math.round(localStartMs + ms);
    const day = Math.floor(local / DAY_MS);
    let date = days.get(day);
    if (date === undefined) {
      date = `${new Date(day * DAY_MS).toISOString().slice(0, 10)}T`;
      days.set(day, date);
    }
    const inDay = local - day * DAY_MS;
    const minute = Math.floor(inDay / MINUTE_MS);
    const second = Math.floor((inDay - minute * MINUTE_MS) / 1000);
    return `${date}${CLOCK[minute]}${SECONDS[second]}${MILLIS[inDay % 1000]}${end}`;
  };
}
