/** Live figures of the lines of running drivers, for whoever looks for the device or the wire that makes trouble. */

/** Counters of a line, and of each device on it, since the line was opened. */
export interface LineFigures {
  readonly line: Readonly<Record<string, number>>;
  readonly members: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/** Called by a driver once its line is open; what it gives is read as long as nothing newer comes. */
export type TellFigures = (read: () => LineFigures) => void;

/** Counters that carry the device's name among their numbers. */
interface Member {
  readonly device: string;
}

/** Figures in the form people ask for them, out of live counters. */
export function figuresOf(counters: { readonly line: object; readonly members: readonly Member[] }): LineFigures {
  return {
    line: numbersIn(counters.line),
    members: new Map(counters.members.map((member) => [member.device, numbersIn(member)])),
  };
}

const numbersIn = (counters: object): Record<string, number> =>
  Object.fromEntries(Object.entries(counters).filter(([, value]) => typeof value === "number")) as Record<
    string,
    number
  >;

export class FiguresBook {
  readonly #read = new Map<string, () => LineFigures>();

  /** For a driver's deps. */
  teller(driver: string): TellFigures {
    return (read) => void this.#read.set(driver, read);
  }

  of(driver: string): LineFigures {
    return this.#read.get(driver)?.() ?? NOTHING;
  }
}

const NOTHING: LineFigures = { line: {}, members: new Map() };
