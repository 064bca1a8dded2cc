/** A space's diary: what its devices said, summed by local hour over the last four weeks. Bounded; late readings go where they belong. */

export const DAYS = 28;
export const HOURS = DAYS * 24;

/**
 * Sums: nothing said is 0. `twice`: a card that came in again though nobody had gone out since, so two people use it. `draws` and `baths`: how often
 * water was drawn, and so much at once that somebody bathed.
 */
export type Sum = "in" | "out" | "grants" | "opens" | "twice" | "draws" | "baths";
/** Gauges: nothing said is unknown. `on`: minutes a presence sensor saw somebody; `seen`: most people it saw at once; `water`: L; `energy`: Wh. */
export type Gauge = "on" | "seen" | "water" | "energy";
export type Channel = Sum | Gauge;

export interface Diary {
  /** Local day numbers: the first ever written, and the newest. */
  firstDay: number;
  lastDay: number;
  /** By channel, only those the space has. Ring by local hour number; a gauge stands as value + 1, 0 is unknown. */
  readonly hours: Partial<Record<Channel, Uint16Array>>;
}

const TOP = 65_535;

export const createDiary = (): Diary => ({ firstDay: -1, lastDay: -1, hours: {} });

/**
 * From here on a diary is of those who live there. Its first day is the one on which the devices were mounted and tried: doors opened time and again,
 * test cards shown, hands waved past the counter.
 */
export const livedFrom = ({ firstDay }: Pick<Diary, "firstDay">): number => firstDay + 1;

/** Opens the days up to `day`: what stood in their hours four weeks ago is forgotten. */
export function openDay(diary: Diary, day: number): void {
  if (day <= diary.lastDay) return;
  if (diary.lastDay < 0) diary.firstDay = day;
  else {
    const from = Math.max(diary.lastDay + 1, day - DAYS + 1);
    for (let d = from; d <= day; d++) {
      const at = (d % DAYS) * 24;
      for (const ring of Object.values(diary.hours)) ring.fill(0, at, at + 24);
    }
  }
  diary.lastDay = day;
}

/** True while the hour is within the four weeks kept. */
const isKept = (diary: Diary, hour: number): boolean => {
  const day = Math.floor(hour / 24);
  return day <= diary.lastDay && day > diary.lastDay - DAYS;
};

function ringOf(diary: Diary, channel: Channel): Uint16Array {
  let ring = diary.hours[channel];
  if (ring === undefined) {
    ring = new Uint16Array(HOURS);
    diary.hours[channel] = ring;
  }
  return ring;
}

/** Adds to a sum. `hour` is the local hour number (days since 1970 times 24, plus the hour). */
export function addSum(diary: Diary, channel: Sum, hour: number, amount: number): void {
  openDay(diary, Math.floor(hour / 24));
  if (!isKept(diary, hour)) return;
  const ring = ringOf(diary, channel);
  const slot = hour % HOURS;
  ring[slot] = Math.min(TOP, (ring[slot] ?? 0) + amount);
}

/** Adds to a gauge; 0 says that the device was alive and had nothing. */
export function addGauge(diary: Diary, channel: Gauge, hour: number, amount: number): void {
  openDay(diary, Math.floor(hour / 24));
  if (!isKept(diary, hour)) return;
  const ring = ringOf(diary, channel);
  const slot = hour % HOURS;
  ring[slot] = Math.min(TOP, Math.max(1, ring[slot] ?? 0) + amount);
}

/** Raises a gauge to at least `value`. */
export function liftGauge(diary: Diary, channel: Gauge, hour: number, value: number): void {
  openDay(diary, Math.floor(hour / 24));
  if (!isKept(diary, hour)) return;
  const ring = ringOf(diary, channel);
  const slot = hour % HOURS;
  ring[slot] = Math.min(TOP, Math.max(ring[slot] ?? 0, value + 1));
}

export const sumAt = (diary: Diary, channel: Sum, hour: number): number => diary.hours[channel]?.[hour % HOURS] ?? 0;

/** All rings at hand, for who goes through many hours: a channel the space has not is a ring of zeros. By `hour % HOURS`; gauges as they stand. */
export type Rings = Readonly<Record<Channel, Uint16Array>>;

export function ringsOf({ hours }: Diary): Rings {
  return {
    in: hours.in ?? SILENT,
    out: hours.out ?? SILENT,
    opens: hours.opens ?? SILENT,
    grants: hours.grants ?? SILENT,
    twice: hours.twice ?? SILENT,
    draws: hours.draws ?? SILENT,
    baths: hours.baths ?? SILENT,
    on: hours.on ?? SILENT,
    seen: hours.seen ?? SILENT,
    water: hours.water ?? SILENT,
    energy: hours.energy ?? SILENT,
  };
}

const SILENT = new Uint16Array(HOURS);

export const hasRing = (ring: Uint16Array): boolean => ring !== SILENT;

/** Of a sum's ring: a day's hours lie side by side. */
export function sumOfDay(ring: Uint16Array | undefined, day: number): number {
  if (ring === undefined) return 0;
  let sum = 0;
  const from = (day % DAYS) * 24;
  for (let at = from; at < from + 24; at++) sum += ring[at] as number;
  return sum;
}

/** NaN when unknown. */
export const gaugeAt = (diary: Diary, channel: Gauge, hour: number): number =>
  gaugeIn(diary.hours[channel] ?? SILENT, hour);

/** Of a gauge's ring: NaN when unknown. */
export function gaugeIn(ring: Uint16Array, hour: number): number {
  const value = ring[hour % HOURS] as number;
  return value === 0 ? Number.NaN : value - 1;
}

/** The diary as plain JSON, its rings as base64 of little-endian 16-bit numbers. */
export interface DiaryJson {
  readonly firstDay: number;
  readonly lastDay: number;
  readonly hours: Readonly<Record<string, string>>;
}

export function diaryToJson(diary: Diary): DiaryJson {
  const hours = Object.fromEntries(
    Object.entries(diary.hours).map(([channel, ring]) => [channel, encodeRing(ring)] as const),
  );
  return { firstDay: diary.firstDay, lastDay: diary.lastDay, hours };
}

export function diaryFromJson(json: DiaryJson): Diary {
  const hours: Partial<Record<Channel, Uint16Array>> = {};
  for (const [channel, text] of Object.entries(json.hours)) hours[channel as Channel] = decodeRing(text);
  return { firstDay: json.firstDay, lastDay: json.lastDay, hours };
}

/** Runs of zeros are most of it: `z` and their number stand for them, other values in base 36. */
function encodeRing(ring: Uint16Array): string {
  const words: string[] = [];
  let zeros = 0;
  for (const value of ring) {
    if (value === 0) zeros += 1;
    else {
      if (zeros > 0) words.push(`*${zeros.toString(36)}`);
      zeros = 0;
      words.push(value.toString(36));
    }
  }
  return words.join(" ");
}

function decodeRing(text: string): Uint16Array {
  const ring = new Uint16Array(HOURS);
  let slot = 0;
  for (const word of text === "" ? [] : text.split(" ")) {
    if (word.startsWith("*")) slot += Number.parseInt(word.slice(1), 36);
    else ring[slot++] = Number.parseInt(word, 36);
  }
  return ring;
}
