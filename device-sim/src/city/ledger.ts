/** What the city platform has got: each event once, repeats counted, gaps in the sequence of every uplink known. */
import { type Clock, type CloudEvent, Gap, type Receipt } from "@gatehouse/protocol";
import { checkEvent, GAP_EVENT, READING_EVENT } from "./check.ts";
import type { LedgerFile } from "./ledger-file.ts";
import { type Range, Sequences } from "./sequences.ts";

/** How an event came: an uplink numbers its own events, so each way has sequences of its own. */
export type Via = "http" | "mqtt" | "nats" | "sparkplug";

/** An event's first arrival. */
export interface CityEvent {
  readonly via: Via;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly lane: CloudEvent["lane"];
  readonly sequence: number;
  /** World time of arrival. */
  readonly receivedAtMs: number;
  /** Real, monotonic ms of arrival by the city's clock. */
  readonly receivedMonoMs: number;
  /** The whole event; readings keep only {@link reading}, being too many. */
  readonly event?: CloudEvent;
  /** `data.id` of a `gatehouse.reading`: `device:epoch:seq`. */
  readonly reading?: string;
}

export interface MissingReport {
  /** Sequence numbers below the highest that never came. Not final while an uplink still drains: a higher lane overtakes. */
  readonly ranges: readonly Range[];
  readonly count: number;
  /** How many of them `gatehouse.gap` events account for. */
  readonly explained: number;
  readonly unexplained: number;
}

export interface LedgerCounters {
  /** Every arrival of a well-formed event, repeats among them. */
  readonly received: number;
  /** Different events, rejected ones not among them. */
  readonly unique: number;
  /** Arrivals of an event that was there already. */
  readonly duplicates: number;
  /** Different events rejected: malformed, or by failure mode `partial`. */
  readonly rejected: number;
  /** Known events that came under another sequence number: the sender numbered them twice. */
  readonly renumbered: number;
  /** Batches that could not be receipted, see {@link Unanswerable}. */
  readonly unanswerable: number;
  /** Different events by type. */
  readonly types: Readonly<Record<string, number>>;
}

export interface LedgerOptions {
  /** `all` keeps every event's record and finds repeats by id; `counts` keeps none and finds them by sequence. */
  readonly record: "all" | "counts";
  readonly clock: Clock;
  readonly file: LedgerFile | undefined;
  /** The reason to reject a good event, if any. */
  readonly rejects: (event: CloudEvent) => string | undefined;
  readonly onEvent: ((event: CloudEvent, arrival: CityEvent) => void) | undefined;
}

interface Book {
  readonly via: Via;
  readonly source: string;
  readonly sequences: Sequences;
  readonly ids: Map<string, number>;
  readonly rejectedIds: Set<string>;
  explained: number;
}

/** A batch that cannot be receipted, because an event in it has no sequence number. */
export interface Unanswerable {
  readonly reason: string;
}

export class Ledger {
  readonly events: CityEvent[] = [];
  readonly #options: LedgerOptions;
  readonly #books = new Map<string, Book>();
  readonly #counters = { received: 0, unique: 0, duplicates: 0, rejected: 0, renumbered: 0, unanswerable: 0 };
  readonly #types = new Map<string, number>();

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  get counters(): LedgerCounters {
    return { ...this.#counters, types: Object.fromEntries(this.#types) };
  }

  /** Every uplink that sent something. */
  get uplinks(): readonly { readonly via: Via; readonly source: string }[] {
    return [...this.#books.values()].map(({ via, source }) => ({ via, source }));
  }

  missing(source: string, via: Via): MissingReport {
    const book = this.#books.get(`${via} ${source}`);
    const ranges = book?.sequences.missing() ?? [];
    const count = ranges.reduce((sum, range) => sum + range.to - range.from + 1, 0);
    const explained = Math.min(count, book?.explained ?? 0);
    return { ranges, count, explained, unexplained: count - explained };
  }

  /** Records a batch, on file first, and says what became of each event. Nothing is recorded of an unanswerable one. */
  take(via: Via, items: readonly unknown[]): Receipt | Unanswerable {
    const checked = items.map(checkEvent);
    const unanswerable = checked.find((check) => !check.ok && check.sequence === undefined);
    if (unanswerable !== undefined && !unanswerable.ok) {
      this.#counters.unanswerable += 1;
      return { reason: unanswerable.reason };
    }
    const receipt: Receipt = { accepted: [], rejected: [] };
    const nowMs = this.#options.clock.nowMs();
    const monoMs = this.#options.clock.monoMs();
    const news: [CloudEvent, CityEvent][] = [];
    for (const check of checked) {
      if (!check.ok) {
        this.#counters.rejected += 1;
        receipt.rejected.push({ sequence: check.sequence ?? "0", reason: check.reason });
        continue;
      }
      const { event } = check;
      this.#counters.received += 1;
      const book = this.#bookOf(via, event.source);
      const reason = this.#options.rejects(event);
      if (reason !== undefined) {
        receipt.rejected.push({ sequence: event.sequence, reason });
        book.sequences.add(Number(event.sequence));
        if (!book.rejectedIds.has(event.id)) this.#counters.rejected += 1;
        book.rejectedIds.add(event.id);
        this.#options.file?.add(nowMs, via, "rejected", event);
        continue;
      }
      receipt.accepted.push(event.sequence);
      const isNew = this.#isNew(book, event);
      this.#options.file?.add(nowMs, via, isNew ? "new" : "duplicate", event);
      if (isNew) news.push([event, arrivalOf(event, via, nowMs, monoMs)]);
    }
    this.#options.file?.flush();
    for (const [event, arrival] of news) this.#enter(event, arrival);
    return receipt;
  }

  #enter(event: CloudEvent, arrival: CityEvent): void {
    this.#counters.unique += 1;
    this.#types.set(event.type, (this.#types.get(event.type) ?? 0) + 1);
    if (event.type === GAP_EVENT) {
      const gap = Gap.safeParse(event.data);
      if (gap.success) this.#bookOf(arrival.via, event.source).explained += gap.data.count;
    }
    if (this.#options.record === "all") this.events.push(arrival);
    this.#options.onEvent?.(event, arrival);
  }

  #isNew(book: Book, event: CloudEvent): boolean {
    const sequence = Number(event.sequence);
    const newSequence = book.sequences.add(sequence);
    if (this.#options.record === "counts") {
      if (!newSequence) this.#counters.duplicates += 1;
      return newSequence;
    }
    const known = book.ids.get(event.id);
    if (known === undefined) {
      book.ids.set(event.id, sequence);
      return true;
    }
    this.#counters.duplicates += 1;
    if (known !== sequence) this.#counters.renumbered += 1;
    return false;
  }

  #bookOf(via: Via, source: string): Book {
    const key = `${via} ${source}`;
    let book = this.#books.get(key);
    if (book === undefined) {
      book = { via, source, sequences: new Sequences(), ids: new Map(), rejectedIds: new Set(), explained: 0 };
      this.#books.set(key, book);
    }
    return book;
  }
}

function arrivalOf(event: CloudEvent, via: Via, receivedAtMs: number, receivedMonoMs: number): CityEvent {
  const { source, id, type, subject, lane } = event;
  const head = { via, source, id, type, subject, lane, sequence: Number(event.sequence), receivedAtMs, receivedMonoMs };
  return type === READING_EVENT ? { ...head, reading: String(event.data["id"]) } : { ...head, event };
}
