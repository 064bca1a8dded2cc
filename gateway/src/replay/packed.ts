/** Readings on their way from the thread that reads the file to the one that replays them: columns of numbers, and each text once. */
import type { ClockQuality, RawReading } from "@gatehouse/protocol";
import type { Recorded } from "./recorded.ts";

/** A line no reading could be made of, and why. */
export interface Unreadable {
  readonly unreadable: string;
}

/** What one line came to; an empty text where it was blank. */
export type Line = Recorded | Unreadable | "";

/** One row of numbers a line, in this order; a field that is left out is NaN, and texts stand as their place in the list of all. */
const [RECEIVED, TOLD, DEVICE, EPOCH, SEQ, KIND, PORTAL, SPACE, CREDENTIAL, VALUE, AT_LENGTH, WIDTH] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
] as const;

export interface Packed {
  readonly count: number;
  readonly rows: Float64Array;
  /** What the devices said of the time, one after the other. */
  readonly ats: string;
  /** Texts that were not sent before. */
  readonly texts: readonly string[];
  /** Lines that are not plain rows, by their place. */
  readonly odd: ReadonlyMap<number, Line>;
}

/** Packs lines piece by piece; whoever unpacks them must see all pieces, in their order. */
export class Packer {
  readonly #places = new Map<string, number>();
  #texts: string[] = [];

  pack(lines: readonly Line[]): Packed {
    const rows = new Float64Array(lines.length * WIDTH);
    const odd = new Map<number, Line>();
    const ats: string[] = [];
    for (const [index, line] of lines.entries()) {
      if (line === "" || "unreadable" in line || !isPlain(line)) odd.set(index, line);
      else this.#row(rows, index * WIDTH, line, ats);
    }
    const texts = this.#texts;
    this.#texts = [];
    return { count: lines.length, rows, ats: ats.join(""), texts, odd };
  }

  #row(rows: Float64Array, at: number, { receivedMs, toldMs, reading }: Recorded, ats: string[]): void {
    rows[at + RECEIVED] = receivedMs;
    rows[at + TOLD] = toldMs ?? Number.NaN;
    rows[at + DEVICE] = this.#placeOf(reading.device);
    rows[at + EPOCH] = reading.epoch ?? Number.NaN;
    rows[at + SEQ] = reading.seq ?? Number.NaN;
    rows[at + KIND] = this.#placeOf(reading.kind);
    rows[at + PORTAL] = this.#placeOf(reading.portal);
    rows[at + SPACE] = this.#placeOf(reading.space);
    rows[at + CREDENTIAL] = this.#placeOf(reading.credential);
    rows[at + VALUE] = (reading.value as number | undefined) ?? Number.NaN;
    rows[at + AT_LENGTH] = reading.at?.length ?? Number.NaN;
    if (reading.at !== undefined) ats.push(reading.at);
  }

  #placeOf(text: string | undefined): number {
    if (text === undefined) return Number.NaN;
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(text, place);
      this.#texts.push(text);
    }
    return place;
  }
}

const CLOCK: ClockQuality = "synced";
const FIELDS = 9;

/** Made by the quick way of reading, with all its fields in their places. */
function isPlain({ clock, reading }: Recorded): boolean {
  return (
    clock === CLOCK &&
    (reading.value === undefined || typeof reading.value === "number") &&
    Object.keys(reading).length === FIELDS
  );
}

export class Unpacker {
  readonly #texts: string[] = [];

  unpack({ count, rows, ats, texts, odd }: Packed): Line[] {
    for (const text of texts) this.#texts.push(text);
    const lines: Line[] = [];
    let said = 0;
    for (let index = 0, at = 0; index < count; index++, at += WIDTH) {
      const length = rows[at + AT_LENGTH] as number;
      lines.push(
        odd.get(index) ?? this.#line(rows, at, Number.isNaN(length) ? undefined : ats.slice(said, said + length)),
      );
      if (length > 0) said += length;
    }
    return lines;
  }

  #line(rows: Float64Array, at: number, told: string | undefined): Recorded {
    const reading = {
      device: this.#text(rows[at + DEVICE] as number),
      epoch: known(rows[at + EPOCH] as number),
      seq: known(rows[at + SEQ] as number),
      at: told,
      kind: this.#text(rows[at + KIND] as number),
      portal: this.#text(rows[at + PORTAL] as number),
      space: this.#text(rows[at + SPACE] as number),
      credential: this.#text(rows[at + CREDENTIAL] as number),
      value: known(rows[at + VALUE] as number),
    } as RawReading;
    return {
      receivedMs: rows[at + RECEIVED] as number,
      clock: CLOCK,
      reading,
      toldMs: known(rows[at + TOLD] as number),
    };
  }

  #text(place: number): string | undefined {
    return Number.isNaN(place) ? undefined : this.#texts[place];
  }
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
