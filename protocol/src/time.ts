/** Local time at a site: RFC 3339 text with the zone's offset, and the local calendar. Pure. */

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const HOURS = 24;
/** Offsets of one zone. */
const MAX_REMEMBERED = 4096;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** By hour. */
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

/** True when the runtime knows the IANA zone name. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Offset of `zone` from UTC at `ms`, in ms (Asia/Shanghai: 28,800,000). Throws RangeError for an unknown zone. */
export function zoneOffsetMs(ms: number, zone: string): number {
  const hour = Math.floor(ms / HOUR_MS);
  if (hour === latest.hour && zone === latest.zone) return latest.offset;
  const offset = lookUp(hour, zone);
  latest = { zone, hour, offset };
  return offset;
}

/** Most questions are about the same hour as the one before. */
let latest = { zone: "", hour: Number.NaN, offset: 0 };

/** What holds at both ends of a day (of Greenwich) holds all day: asking the runtime takes some 20 microseconds. */
function lookUp(hour: number, zone: string): number {
  const day = Math.floor(hour / HOURS);
  const [first, next] = [ask(day * HOURS, zone), ask((day + 1) * HOURS, zone)];
  return first === next ? first : ask(hour, zone);
}

function ask(hour: number, zone: string): number {
  let known = zones.get(zone);
  if (known === undefined) {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    known = { format, offsets: new Map() };
    zones.set(zone, known);
  }
  const { format, offsets } = known;
  const remembered = offsets.get(hour);
  if (remembered !== undefined) return remembered;
  const name = format.formatToParts(hour * HOUR_MS).find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const match = /^GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(name);
  const [, sign, h, m, s] = match ?? [];
  const size = (Number(h ?? 0) * 3600 + Number(m ?? 0) * 60 + Number(s ?? 0)) * 1000;
  const offset = sign === "-" ? -size : size;
  if (offsets.size > MAX_REMEMBERED) offsets.clear();
  offsets.set(hour, offset);
  return offset;
}

/** `2026-11-25T03:07:04.000+08:00`. */
export function formatTime(ms: number, zone: string): string {
  const offset = zoneOffsetMs(ms, zone);
  const text = new Date(ms + offset).toISOString().slice(0, -1);
  if (offset === 0) return `${text}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return `${text}${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** Days since 1970-01-01 of the local calendar day that `ms` falls on. */
export function localDay(ms: number, zone: string): number {
  return Math.floor((ms + zoneOffsetMs(ms, zone)) / DAY_MS);
}

/** Ms of local day `day` at `minutes` after local midnight. */
export function localTimeMs(day: number, minutes: number, zone: string): number {
  const guess = day * DAY_MS + minutes * 60_000;
  return guess - zoneOffsetMs(guess - zoneOffsetMs(guess, zone), zone);
}

/** `2026-11-25` of a local day number. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
