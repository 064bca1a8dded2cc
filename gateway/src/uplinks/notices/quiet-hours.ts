/** Hours in which people are left alone, on the wall clock of the site. Pure. */
import { z } from "zod";

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM, as 22:00");
export const QuietHours = z
  .strictObject({ from: Clock, to: Clock })
  .refine(({ from, to }) => from !== to, "must not begin and end at the same time")
  .describe("`{ from, to }`, HH:MM: only emergencies are told, the rest comes afterwards");
export type QuietHours = z.infer<typeof QuietHours>;

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const DAY = 1_440;

/** `eventTime` is RFC 3339 of the site, whose offset tells its wall clock. */
export function isQuiet(quiet: QuietHours | undefined, nowMs: number, eventTime: string): boolean {
  if (quiet === undefined) return false;
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d\d):(\d\d)$/.exec(eventTime) ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  const now = (((Math.floor(nowMs / 60_000) + offset) % DAY) + DAY) % DAY;
  const from = minutesOf(quiet.from);
  const to = minutesOf(quiet.to);
  return from < to ? now >= from && now < to : now >= from || now < to;
}
