/** Times by the million: RFC 3339 text to ms and back, at a fraction of the cost of a Date each. */
import { formatTime, Time, zoneOffsetMs } from "@gatehouse/protocol";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const digit = (text: string, at: number): number => {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
};

const two = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** Reads times of neighbouring readings, which mostly share their day. */
export class TimeReader {
  #date = "";
  #dateMs = Number.NaN;

  /** Ms since 1970, NaN for what is not RFC 3339 with offset. */
  read(text: string): number {
    const zone =
      text.length === 29 ? offsetMs(text) : text.length === 24 && text.charCodeAt(23) === 90 ? 0 : Number.NaN;
    const hours = two(text, 11);
    const minutes = two(text, 14);
    const seconds = two(text, 17);
    const ms = digit(text, 20) * 100 + two(text, 21);
    const marks = text[10] === "T" && text[13] === ":" && text[16] === ":" && text[19] === ".";
    if (!(marks && hours < 24 && minutes < 60 && seconds < 60)) return slowly(text);
    const day = this.#day(text.slice(0, 10));
    const result = day + hours * 3_600_000 + minutes * MINUTE_MS + seconds * 1_000 + ms - zone;
    return Number.isNaN(result) ? slowly(text) : result;
  }

  #day(date: string): number {
    if (date !== this.#date) {
      this.#date = date;
      this.#dateMs = slowly(`${date}T00:00:00Z`);
    }
    return this.#dateMs;
  }
}

function offsetMs(text: string): number {
  const sign = text.charCodeAt(23) === 43 ? 1 : text.charCodeAt(23) === 45 ? -1 : Number.NaN;
  const hours = two(text, 24);
  const minutes = two(text, 27);
  return text[26] === ":" && hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) * MINUTE_MS : Number.NaN;
}

/** Any other spelling the standard allows. */
function slowly(text: string): number {
  return Time.safeParse(text).success ? Date.parse(text) : Number.NaN;
}

const PADDED = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));

/** Writes times as {@link formatTime} does, putting together anew only what changes within a day. */
export class TimeWriter {
  readonly #zone: string;
  #day = Number.NaN;
  #offsetMs = Number.NaN;
  /** The date, and the offset. */
  #head = "";
  #tail = "";

  constructor(zone: string) {
    this.#zone = zone;
  }

  write(ms: number): string {
    const offsetMs = zoneOffsetMs(ms, this.#zone);
    const localMs = Math.floor(ms + offsetMs);
    const day = Math.floor(localMs / DAY_MS);
    if (day !== this.#day || offsetMs !== this.#offsetMs) {
      const text = formatTime(ms, this.#zone);
      this.#day = day;
      this.#offsetMs = offsetMs;
      this.#head = text.slice(0, 11);
      this.#tail = text.slice(23);
    }
    const thousandths = localMs % 1_000;
    const seconds = (localMs - day * DAY_MS - thousandths) / 1_000;
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const hundreds = Math.floor(thousandths / 100);
    return `${this.#head}${PADDED[hours]}:${PADDED[minutes % 60]}:${PADDED[seconds % 60]}.${hundreds}${PADDED[thousandths % 100]}${this.#tail}`;
  }
}
