/** The night window of a policy on the calendar of a site. Pure. */
import { localDay, localTimeMs } from "@gatehouse/protocol";

export interface Night {
  readonly startMs: number;
  readonly endMs: number;
}

/** The night that `ms` lies in, else the next one. Minutes are past local midnight; an equal start and end is a whole day. */
export function nightAround(ms: number, zone: string, fromMinutes: number, toMinutes: number): Night {
  const today = localDay(ms, zone);
  for (let day = today - 1; ; day++) {
    const endMs = localTimeMs(toMinutes > fromMinutes ? day : day + 1, toMinutes, zone);
    if (endMs > ms) return { startMs: localTimeMs(day, fromMinutes, zone), endMs };
  }
}

export function isNight(ms: number, zone: string, fromMinutes: number, toMinutes: number): boolean {
  return nightAround(ms, zone, fromMinutes, toMinutes).startMs <= ms;
}

/** Those of the mornings, oldest first, that are later than local day `day`. */
export function morningsAfter<Row extends { readonly day: number }>(mornings: readonly Row[], day: number): Row[] {
  return mornings.slice(mornings.findLastIndex((morning) => morning.day <= day) + 1);
}
