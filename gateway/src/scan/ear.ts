/** Says one thing on a line and listens to all that comes of it: answers, several at once, or nothing. */
import { type Clock, type Framing, type Piece, Splitter } from "@gatehouse/protocol";
import type { Line } from "../drivers/line/line.ts";

export interface Call {
  readonly request: Uint8Array;
  readonly framing: Framing;
  /** How long somebody may take to begin an answer. */
  readonly waitMs: number;
  /** One answer is enough; else all of the time is listened to. */
  readonly one: boolean;
}

export interface Echo {
  /** Good frames, without the line's own echo of the request. */
  readonly frames: readonly Uint8Array[];
  /** Bytes that make no frame: answers that ran into each other, or another rate. */
  readonly damaged: boolean;
}

const LEAST_GAP_MS = 5;
/** A line that never falls silent is not waited for longer. */
const MAX_TALK_MS = 3_000;
const PADDING: readonly number[] = [0x00, 0xfe, 0xff];

export class Ear {
  readonly #line: Line;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  #take: (bytes: Uint8Array) => void = () => {};
  #wake = () => {};

  constructor(line: Line, clock: Clock, signal: AbortSignal) {
    this.#line = line;
    this.#clock = clock;
    this.#signal = signal;
    line.onBytes((bytes) => {
      this.#heardAtMs = clock.monoMs();
      this.#take(bytes);
    });
  }

  /** Throws LinkError when the line is lost, and the signal's reason when it aborts. */
  async call({ request, framing, waitMs, one }: Call): Promise<Echo> {
    const line = this.#line;
    await this.#silence();
    const splitter = new Splitter(framing);
    const frames: Uint8Array[] = [];
    let damaged = false;
    const sort = (pieces: readonly Piece[]) => {
      for (const { kind, bytes } of pieces) {
        if (kind === "noise") damaged ||= !bytes.every((byte) => PADDING.includes(byte));
        else if (!isSame(bytes, request)) frames.push(bytes);
      }
    };
    this.#take = (bytes) => {
      sort(splitter.push(bytes));
      this.#wake();
    };
    await line.write(request);
    const dueMs = this.#clock.monoMs() + request.length * line.characterMs + waitMs;
    for (;;) {
      if (one && frames.length > 0) break;
      const nowMs = this.#clock.monoMs();
      const untilMs = Math.min(Math.max(dueMs, this.#heardAtMs + line.quietMs), dueMs + MAX_TALK_MS);
      if (nowMs >= untilMs) break;
      await this.#sleep(untilMs - nowMs);
    }
    sort(splitter.flush());
    this.#take = () => {};
    return { frames, damaged };
  }

  async #silence(): Promise<void> {
    const gapMs = Math.max(LEAST_GAP_MS, 3.5 * this.#line.characterMs);
    const fromMs = this.#clock.monoMs();
    for (;;) {
      const nowMs = this.#clock.monoMs();
      const readyMs = this.#heardAtMs + gapMs;
      if (readyMs <= nowMs || nowMs - fromMs > MAX_TALK_MS) return;
      await this.#sleep(readyMs - nowMs);
    }
  }

  /** Until something is heard, at the longest; then the loop looks again. */
  async #sleep(ms: number): Promise<void> {
    this.#signal.throwIfAborted();
    const lost = this.#line.lost.then((error) => {
      throw error;
    });
    const woken = new Promise<void>((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    await Promise.race([woken, lost]);
    this.#signal.throwIfAborted();
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
