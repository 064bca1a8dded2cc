/** One session with a door board: its events to whoever keeps them, acknowledged when they are kept; heartbeat; a restart ends it. Single use. */
import {
  type Clock,
  type DoorNodeBoardMessage,
  InvariantError,
  LinkError,
  type RawReading,
  type SiteBoard,
} from "@gatehouse/protocol";
import { boardAfter, wallOf } from "./board-time.ts";
import type { BoardWire } from "./board-wire.ts";
import { EventOrder } from "./event-order.ts";
import { epochOf, lostPassages, readingOf } from "./event-readings.ts";
import { LockDesk } from "./lock-desk.ts";
import type { Logger } from "./log.ts";
import { PassageBook } from "./passage-book.ts";

type Hello = Extract<DoorNodeBoardMessage, { kind: "hello" }>;
type Event = Extract<DoorNodeBoardMessage, { kind: "event" }>;
type Identity = Extract<DoorNodeBoardMessage, { kind: "identity" }>;

export interface DoorSessionOptions {
  readonly board: SiteBoard;
  readonly wire: BoardWire;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called in the order of the board's events; resolves once the reading is on the gateway's disk. */
  readonly deliver: (reading: RawReading) => Promise<void>;
  /** Once, when the board answered and its events may come. */
  readonly onOpen: (hello: Hello) => void;
}

const HEARTBEAT_MS = 1_000;
/** So long without an answer and the way to the board is broken: a serial port that was pulled out may say nothing at all. */
const SILENCE_MS = 4_500;
/** A boot loader takes two seconds before the firmware is there. */
export const PATIENCE_MS = 12_000;
const RESEND_MS = 300;
const DRAIN_LOOK_MS = 50;
/** The question that firmware 1.0 refuses: it has no identity. */
const IDENTITY_ID = 0x0d;

export class DoorSession {
  readonly locks: LockDesk;
  readonly #options: DoorSessionOptions;
  readonly #order = new EventOrder();
  readonly #book = new PassageBook();
  readonly #broken = Promise.withResolvers<never>();
  #identity: Pick<Identity, "identity" | "journal" | "acked"> | undefined;
  #hello: Hello | undefined;
  /** The board's clock as it stood at a moment of ours. */
  #boardMs = 0;
  #boardAtMonoMs = 0;
  #heardMonoMs = 0;
  #resentMonoMs = Number.NEGATIVE_INFINITY;
  #used = false;
  /** The board's next event as its latest heartbeat told it, since somebody wants to know. */
  #boardNext: number | undefined;

  constructor(options: DoorSessionOptions) {
    this.#options = options;
    const { wire, clock } = options;
    this.locks = new LockDesk({
      clock,
      send: (message) => wire.send(message),
      boot: () => this.#hello?.boot,
      boardTimeIn: (ms) => boardAfter(this.#boardMs, clock.monoMs() - this.#boardAtMonoMs + ms),
    });
  }

  /** Until the signal aborts. Throws LinkError when the board falls silent or starts anew. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#used) throw new InvariantError("a session runs once");
    this.#used = true;
    const { wire, clock } = this.#options;
    this.#broken.promise.catch(() => {});
    wire.onMessage((message) => this.#hear(message));
    wire.onVersion(() => this.#sayHello());
    this.#heardMonoMs = clock.monoMs();
    await Promise.race([this.#beat(signal), this.#broken.promise]);
  }

  /** What the board says of itself; undefined while it has not answered. */
  get hello(): Hello | undefined {
    return this.#hello;
  }

  /** Resolves when all that the board holds is on the gateway's disk; to false when that is not so in time. */
  async drained(withinMs: number): Promise<boolean> {
    const { clock, wire } = this.#options;
    const untilMs = clock.monoMs() + withinMs;
    this.#boardNext = undefined;
    wire.send({ kind: "heartbeat" });
    while (this.#boardNext === undefined || !this.#order.isUpTo(this.#boardNext)) {
      if (clock.monoMs() > untilMs) return false;
      await clock.sleep(DRAIN_LOOK_MS);
    }
    return true;
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { wire, clock, board } = this.#options;
    while (!signal.aborted) {
      const patience = this.#hello === undefined ? PATIENCE_MS : SILENCE_MS;
      if (clock.monoMs() - this.#heardMonoMs > patience)
        throw new LinkError("timeout", `board ${board.id} has not answered for ${patience} ms`);
      if (this.#hello === undefined) this.#sayHello();
      else wire.send({ kind: "heartbeat" });
      await clock.sleep(HEARTBEAT_MS, signal).catch(() => {});
    }
  }

  /** Who it is comes first: its events are named by it. */
  #sayHello(): void {
    this.#options.wire.send({ kind: "identity-query" });
    this.#options.wire.send({ kind: "hello", protocol: 1 });
  }

  #hear(message: DoorNodeBoardMessage): void {
    this.#heardMonoMs = this.#options.clock.monoMs();
    if (message.kind === "identity") this.#identity ??= message;
    else if (message.kind === "refused" && message.refusedId === IDENTITY_ID)
      this.#identity ??= { identity: 0, journal: 0, acked: 0 };
    else if (message.kind === "hello") this.#hearHello(message);
    else if (message.kind === "event") this.#hearEvent(message);
    else if (message.kind === "overflow") this.#hearOverflow(message);
    else if (message.kind === "heartbeat-answer") this.#hearBeat(message);
    else if (message.kind === "counts") this.#hearCounts(message);
    else if (message.kind === "lock-result") this.locks.settle(message);
    else this.#options.log.debug({ message }, "board said something else");
  }

  #hearBeat({ boot, timeMs, next }: Extract<DoorNodeBoardMessage, { kind: "heartbeat-answer" }>): void {
    if (boot !== this.#hello?.boot) {
      this.#restarted(boot);
      return;
    }
    this.#setTime(timeMs);
    this.#boardNext = next;
    if (this.#book.isDue && this.#order.isUpTo(next)) this.#askCounts();
  }

  #hearHello(hello: Hello): void {
    this.#setTime(hello.timeMs);
    if (this.#hello !== undefined) {
      if (hello.boot !== this.#hello.boot) this.#restarted(hello.boot);
      return;
    }
    // Its answer to the first question was damaged on the way: both are asked again with the next beat.
    if (this.#identity === undefined) return;
    this.#hello = hello;
    this.#order.begin(hello.oldest);
    this.#book.begin();
    this.#tellOverwritten(hello, this.#identity);
    this.#options.onOpen(hello);
  }

  /** What ran out of the ring before there was a session, whoever acknowledged what is in front of it. */
  #tellOverwritten({ journal, oldest }: Hello, { acked, ...known }: Pick<Identity, "journal" | "acked">): void {
    const missing = oldest - 1 - acked;
    if (known.journal !== journal || missing <= 0) return;
    const gap = { journal, from: acked + 1, to: oldest - 1, missing };
    this.#options.log.warn(gap, "the board's ring was full while nobody listened, events are lost");
  }

  #epoch(journal: number): number {
    return epochOf(this.#identity?.identity ?? 0, journal);
  }

  #restarted(boot: number): void {
    if (this.#hello === undefined) return;
    const { board } = this.#options;
    this.#broken.reject(new LinkError("closed", `board ${board.id} has restarted: boot ${boot}`));
  }

  #hearEvent(event: Event): void {
    const { journal } = this.#hello ?? {};
    if (journal !== event.journal) return;
    const place = this.#order.place(event.seq);
    if (place === "repeat") this.#acknowledge();
    else if (place === "gap") this.#askAgain(event.journal);
    else this.#take(event);
  }

  #take(event: Event): void {
    this.#book.note(event);
    const at = new Date(this.#wallOf(event.timeMs)).toISOString();
    const reading = readingOf(this.#options.board, { ...event, epoch: this.#epoch(event.journal) }, at);
    this.#keep(event.seq, reading === undefined ? [] : [reading]);
  }

  #keep(seq: number, readings: readonly RawReading[]): void {
    const kept = this.#order.open(seq);
    Promise.all(readings.map((reading) => this.#options.deliver(reading))).then(
      () => {
        kept();
        this.#acknowledge();
      },
      (cause: unknown) => this.#broken.reject(cause),
    );
  }

  #acknowledge(): void {
    const { journal } = this.#hello ?? {};
    const seq = this.#order.keptUpTo;
    if (journal !== undefined && seq > 0) this.#options.wire.send({ kind: "ack", journal, seq });
  }

  #askAgain(journal: number): void {
    const nowMs = this.#options.clock.monoMs();
    if (nowMs - this.#resentMonoMs < RESEND_MS) return;
    this.#resentMonoMs = nowMs;
    this.#options.wire.send({ kind: "resend", journal, from: this.#order.next });
  }

  #hearOverflow({ journal, oldest, lost }: Extract<DoorNodeBoardMessage, { kind: "overflow" }>): void {
    if (journal !== this.#hello?.journal || oldest <= this.#order.next) return;
    const { log } = this.#options;
    log.warn({ journal, from: this.#order.next, to: oldest - 1, lost }, "the board's ring was full, events are lost");
    this.#order.skipTo(oldest);
    this.#book.gap({ epoch: this.#epoch(journal), oldest });
  }

  #askCounts(): void {
    this.#book.asked(this.#order.next);
    this.#options.wire.send({ kind: "counts-query" });
  }

  #hearCounts(counts: Extract<DoorNodeBoardMessage, { kind: "counts" }>): void {
    const { board, deliver, log } = this.#options;
    const found = this.#book.settle(counts, this.#order.next);
    if (found === undefined) return;
    const at = new Date(this.#wallOf(counts.timeMs)).toISOString();
    const readings = lostPassages(board, found.missing, found.gap, at);
    log.info({ ...found.missing, epoch: found.gap.epoch }, "passages made up for out of the board's totals");
    for (const reading of readings) deliver(reading).catch((cause: unknown) => this.#broken.reject(cause));
  }

  #setTime(timeMs: number): void {
    this.#boardMs = timeMs;
    this.#boardAtMonoMs = this.#options.clock.monoMs();
  }

  #wallOf(eventMs: number): number {
    const { clock } = this.#options;
    const boardMs = boardAfter(this.#boardMs, clock.monoMs() - this.#boardAtMonoMs);
    return wallOf(eventMs, boardMs, clock.nowMs(), clock.scale);
  }
}
