/** Question and answer on one half-duplex line: waits for silence, sends, listens, asks again. One question at a time. */
import { LinkError, type Piece, Splitter } from "@gatehouse/protocol";
import type { BusCounters, LineBusOptions, MemberCounters, Question } from "./bus.ts";
import { type Ear, type Outcome, Try } from "./try.ts";

const LEAST_GAP_MS = 2;
const DEFAULT_RETRIES = 1;
/** Weight of the newest round trip in the mean. */
const NEWEST = 0.2;
/** How little is left of the wait for silence on a line that never falls silent. */
const LEAST_PATIENCE = 1 / 64;

export class Conversation {
  readonly #options: LineBusOptions;
  readonly #counters: BusCounters;
  readonly #splitter: Splitter;
  readonly #unasked: (piece: Piece, member: MemberCounters | undefined) => void;
  #try: Ear | undefined;
  /** Asked last, and how. */
  #member: MemberCounters | undefined;
  #request: Uint8Array = new Uint8Array(0);
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #dueAtMs = 0;
  #patience = 1;
  #cancelQuiet = () => {};
  #cancelDue = () => {};

  /** `unasked` hears every piece that no question wanted, with the member asked last. */
  constructor(
    options: LineBusOptions,
    counters: BusCounters,
    unasked: (piece: Piece, member: MemberCounters | undefined) => void,
  ) {
    this.#options = options;
    this.#counters = counters;
    this.#unasked = unasked;
    this.#splitter = new Splitter(options.framing);
  }

  /** From here on the line is listened to. */
  begin(): void {
    this.#options.line.onBytes((bytes) => this.#take(bytes));
  }

  end(): void {
    this.#cancelQuiet();
    this.#options.line.onBytes(() => {});
  }

  /** Throws LinkError `timeout` when every try was in vain, `closed` when the signal aborts, and what `hear` throws. */
  async ask<Answer>(question: Question<Answer>, member: MemberCounters, signal: AbortSignal): Promise<Answer> {
    const tries = 1 + (question.retries ?? DEFAULT_RETRIES);
    let outcome: Outcome<Answer> = "silent";
    for (let count = 0; count < tries; count++) {
      await this.#silence(signal);
      member.asked += 1;
      outcome = await this.#ask(question, member, signal);
      if (typeof outcome === "object") {
        member.answered += 1;
        return outcome.answer;
      }
      if (outcome === "silent") member.timeouts += 1;
    }
    const heard = outcome === "silent" ? "no answer" : "no answer without damage";
    throw new LinkError("timeout", `${heard} within ${question.replyMs} ms, asked ${tries} times`);
  }

  /** Late answers and noise pass first. A line that never falls silent is waited for less and less. */
  async #silence(signal: AbortSignal): Promise<void> {
    const { clock, line, framing } = this.#options;
    const gapMs = this.#options.gapMs ?? Math.max(LEAST_GAP_MS, 3.5 * line.characterMs);
    const longestMs = (framing.maxBytes * line.characterMs + line.quietMs) * this.#patience;
    const untilMs = clock.monoMs() + Math.max(longestMs, 2 * gapMs);
    for (;;) {
      if (signal.aborted) throw closedBy(signal);
      const nowMs = clock.monoMs();
      const heardMs = this.#heardAtMs + (this.#splitter.held > 0 ? line.quietMs : gapMs);
      const readyMs = Math.max(heardMs, this.#freeAtMs + gapMs);
      if (readyMs <= nowMs || nowMs >= untilMs) {
        this.#patience = readyMs <= nowMs ? 1 : Math.max(LEAST_PATIENCE, this.#patience / 2);
        break;
      }
      await clock.sleep(Math.min(readyMs, untilMs) - nowMs, signal).catch(() => {});
    }
    this.#flush();
  }

  async #ask<Answer>(
    question: Question<Answer>,
    member: MemberCounters,
    signal: AbortSignal,
  ): Promise<Outcome<Answer>> {
    const { clock, line } = this.#options;
    const { request, replyMs } = question;
    const sentAtMs = clock.monoMs() + request.length * line.characterMs;
    const fromMs = clock.monoMs();
    const current = new Try(question, () => {
      member.damaged += 1;
    });
    const onAbort = () => current.fail(closedBy(signal));
    signal.addEventListener("abort", onAbort, { once: true });
    this.#try = current;
    this.#member = member;
    this.#request = request;
    this.#dueAtMs = sentAtMs + replyMs;
    this.#cancelDue = clock.after(this.#dueAtMs - fromMs, () => this.#due(current, false));
    try {
      line.write(request).catch((error: unknown) => current.fail(error));
      const outcome = await current.outcome;
      const nowMs = clock.monoMs();
      if (typeof outcome === "object") noteRoundTrip(member, Math.max(0, nowMs - sentAtMs));
      return outcome;
    } finally {
      this.#cancelDue();
      signal.removeEventListener("abort", onAbort);
      this.#try = undefined;
      this.#freeAtMs = Math.max(clock.monoMs(), sentAtMs);
      this.#counters.busyMs += clock.monoMs() - fromMs;
    }
  }

  /** Time is up; an answer that is being spoken is heard to its end. */
  #due(current: Ear, last: boolean): void {
    const { clock, line, framing } = this.#options;
    const speaking = this.#splitter.held > 0 && clock.monoMs() - this.#heardAtMs < line.quietMs;
    if (last || !speaking) current.miss();
    else
      this.#cancelDue = clock.after(line.quietMs + framing.maxBytes * line.characterMs, () => this.#due(current, true));
  }

  #take(bytes: Uint8Array): void {
    const { clock, line } = this.#options;
    this.#heardAtMs = clock.monoMs();
    this.#cancelQuiet();
    for (const piece of this.#splitter.push(bytes)) this.#hear(piece);
    this.#cancelQuiet = clock.after(line.quietMs, () => this.#quiet());
  }

  #quiet(): void {
    this.#flush();
    const current = this.#try;
    if (current === undefined) return;
    if (current.damaged || this.#options.clock.monoMs() >= this.#dueAtMs) current.miss();
  }

  #flush(): void {
    if (this.#splitter.held === 0) return;
    for (const piece of this.#splitter.flush()) this.#hear(piece);
  }

  #hear(piece: Piece): void {
    if (this.#try?.hear(piece) === true) return;
    if (piece.kind === "frame" && isEqual(piece.bytes, this.#request)) this.#counters.echoes += 1;
    else this.#unasked(piece, this.#member);
  }
}

function closedBy(signal: AbortSignal): LinkError {
  const { reason } = signal;
  return reason instanceof LinkError ? reason : new LinkError("closed", "given up", { cause: reason });
}

function noteRoundTrip(member: MemberCounters, ms: number): void {
  const before = member.roundTripMs;
  member.roundTripMs = before === undefined ? ms : before + NEWEST * (ms - before);
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
