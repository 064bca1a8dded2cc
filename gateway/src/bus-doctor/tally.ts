/** What the entries of a dialogue add up to: figures for each address, and what they mean. Pure. */
import type { Entry } from "./entry.ts";
import { findings } from "./findings.ts";

/** One address on the line. */
export interface AddressTally {
  readonly address: string;
  /** Questions whose end was seen: answered, silent or damaged. One still open when the look ends is none of them. */
  asked: number;
  answered: number;
  silent: number;
  /** Questions that got only bytes that were no whole frame. */
  damaged: number;
  /** Questions with two whole answers. */
  twice: number;
  /** Whole frames from this address while another one was asked, or nobody, or behind the answer where devices speak unasked. */
  unexpected: number;
  roundTrips: { count: number; sumMs: number; maxMs: number };
}

export interface LineReport {
  readonly seconds: number;
  readonly framesHeard: number;
  readonly noiseBytes: number;
  /** Bytes heard, noise among them. */
  readonly bytesHeard: number;
  /** Frames that only another controller sends. */
  readonly foreign: number;
  readonly addresses: readonly AddressTally[];
  /** Sentences for whoever has to mend it. */
  readonly findings: readonly string[];
}

interface Question {
  readonly row: AddressTally;
  readonly address: string | undefined;
  /** When its last byte was on the wire. */
  readonly sentMs: number;
  /** A question before it to the same address is unanswered: an answer may be that one's. */
  readonly again: boolean;
  answers: number;
  noise: boolean;
}

/** Where frames name nobody. */
export const SOMEBODY = "-";

export interface TallyOptions {
  readonly characterMs: number;
  /** The device of the site file that has an address; `-` where frames name nobody. */
  nameOf(address: string): string | undefined;
  /** Devices of this protocol speak without being asked. */
  readonly unasked?: boolean | undefined;
}

export class Tally {
  readonly #characterMs: number;
  readonly #nameOf: (address: string) => string | undefined;
  readonly #unaskedToo: boolean;
  readonly #rows = new Map<string, AddressTally>();
  #question: Question | undefined;
  #unanswered: string | undefined;
  #firstMs: number | undefined;
  #lastMs = 0;
  #frames = 0;
  #noiseBytes = 0;
  #bytes = 0;
  #foreign = 0;

  constructor({ characterMs, nameOf, unasked = false }: TallyOptions) {
    this.#characterMs = characterMs;
    this.#nameOf = nameOf;
    this.#unaskedToo = unasked;
  }

  /** Nothing was said yet. */
  get isEmpty(): boolean {
    return this.#firstMs === undefined;
  }

  note(entry: Entry): void {
    this.#firstMs ??= entry.atMs;
    this.#lastMs = Math.max(this.#lastMs, entry.atMs);
    if (entry.direction === "tx") this.#asked(entry);
    else if (entry.kind === "frame") this.#heard(entry);
    else this.#noise(entry);
  }

  report(): LineReport {
    const line = {
      seconds: (this.#lastMs - (this.#firstMs ?? 0)) / 1_000,
      framesHeard: this.#frames,
      noiseBytes: this.#noiseBytes,
      bytesHeard: this.#bytes,
      foreign: this.#foreign,
      addresses: [...this.#rows.values()].map((row) => ({ ...row, roundTrips: { ...row.roundTrips } })),
    };
    return { ...line, findings: findings(line, this.#nameOf, this.#unaskedToo) };
  }

  #asked({ address, atMs, sizeBytes }: Entry): void {
    this.#close();
    const row = this.#row(address ?? SOMEBODY);
    const sentMs = atMs + sizeBytes * this.#characterMs;
    const again = address !== undefined && address === this.#unanswered;
    this.#question = { row, address, sentMs, again, answers: 0, noise: false };
  }

  /** Whether the last question got its answer is known when the next one goes out. */
  #close(): void {
    const question = this.#question;
    if (question === undefined) return;
    this.#unanswered = question.answers === 0 ? question.address : undefined;
    if (question.answers > 0) return;
    question.row.asked += 1;
    if (question.noise) question.row.damaged += 1;
    else question.row.silent += 1;
  }

  #heard({ address, atMs, sizeBytes, foreign }: Entry): void {
    this.#frames += 1;
    this.#bytes += sizeBytes;
    if (foreign) {
      this.#foreign += 1;
      return;
    }
    const question = this.#question;
    const isAnswer =
      question !== undefined &&
      (address === undefined || question.address === undefined || question.address === address);
    const isNews = this.#unaskedToo && (question === undefined || question.answers > 0);
    if (!isAnswer || isNews) {
      this.#row(address ?? SOMEBODY).unexpected += 1;
      return;
    }
    question.answers += 1;
    if (question.answers === 1) noteRoundTrip(question.row, Math.max(0, atMs - question.sentMs));
    else if (question.answers === 2 && !question.again) question.row.twice += 1;
  }

  #noise({ sizeBytes, reason }: Entry): void {
    this.#bytes += sizeBytes;
    this.#noiseBytes += sizeBytes;
    if (this.#question !== undefined && reason !== "garbage") this.#question.noise = true;
  }

  #row(address: string): AddressTally {
    const known = this.#rows.get(address);
    if (known !== undefined) return known;
    const fresh: AddressTally = {
      address,
      asked: 0,
      answered: 0,
      silent: 0,
      damaged: 0,
      twice: 0,
      unexpected: 0,
      roundTrips: { count: 0, sumMs: 0, maxMs: 0 },
    };
    this.#rows.set(address, fresh);
    return fresh;
  }
}

function noteRoundTrip(row: AddressTally, ms: number): void {
  row.asked += 1;
  row.answered += 1;
  row.roundTrips.count += 1;
  row.roundTrips.sumMs += ms;
  row.roundTrips.maxMs = Math.max(row.roundTrips.maxMs, ms);
}
