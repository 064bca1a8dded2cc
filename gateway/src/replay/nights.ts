/** What was believed of each space, night by night, for the report. Bounded: the oldest nights go. */
import type { Estimate } from "../core/occupancy/estimate.ts";

type Believed = Pick<Estimate, "present" | "residing" | "low" | "high" | "pOver">;

/** Nights kept of a space. */
export const MAX_NIGHTS = 400;
const FIELDS = 6;

export interface Night {
  /** Local day number of its morning. */
  readonly day: number;
  readonly present: number;
  readonly residing: number;
  readonly low: number;
  readonly high: number;
  readonly pOver: number;
}

export class NightBook {
  /** Plain numbers in rows of {@link FIELDS}: thousands of spaces for a year fit. */
  readonly #rows = new Map<string, number[]>();

  /** At 03:00: who is in, and who lives there as far as is known by then. */
  add(space: string, day: number, { present, residing, low, high, pOver }: Believed): void {
    const rows = this.#rows.get(space) ?? [];
    this.#rows.set(space, rows);
    rows.push(day, present, residing, low, high, pOver);
    if (rows.length > 2 * MAX_NIGHTS * FIELDS) rows.splice(0, rows.length - MAX_NIGHTS * FIELDS);
  }

  /** Later that day: the night has been judged. */
  judge(space: string, day: number, { residing, low, high, pOver }: Believed): void {
    const rows = this.#rows.get(space);
    const at = (rows?.length ?? 0) - FIELDS;
    if (rows?.[at] === day) rows.splice(at + 2, FIELDS - 2, residing, low, high, pOver);
  }

  of(space: string): Night[] {
    const rows = this.#rows.get(space) ?? [];
    const nights: Night[] = [];
    for (let at = Math.max(0, rows.length - MAX_NIGHTS * FIELDS); at < rows.length; at += FIELDS) {
      const [day = 0, present = 0, residing = 0, low = 0, high = 0, pOver = 0] = rows.slice(at, at + FIELDS);
      nights.push({ day, present, residing, low, high, pOver });
    }
    return nights;
  }
}
