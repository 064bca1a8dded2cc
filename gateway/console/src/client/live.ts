/** The live feed: one WebSocket that is made anew with growing pauses, asks for what pages watch, and says whether it is there. */
import type { Clock } from "@gatehouse/protocol";
import type { z } from "zod";
import type { LiveMessage, Watch } from "../../../src/console/table/live.ts";
import type { Language } from "../words/language.ts";

export type LiveState = "connecting" | "up" | "lost";
export type LiveAbout = LiveMessage["about"];
export type LiveOf<A extends LiveAbout> = Extract<LiveMessage, { about: A }>;
export type Watching = z.input<typeof Watch>;

export interface LiveParts {
  readonly address: string;
  readonly connect: (address: string) => WebSocket;
  readonly clock: Pick<Clock, "after">;
  /** 0 to 1: pauses differ, so that all browsers of a site do not come back at once. */
  readonly chance: () => number;
  /** In which sentences come; the browser's own without it. */
  readonly language?: () => Language | undefined;
  /** The box says that the session is over. */
  readonly onSignedOut: () => void;
}

/** Of a WebSocket's `readyState`. */
const [OPEN, CLOSING] = [1, 2];

/** The box closes with it when the session is over. */
const SESSION_ENDED = 4401;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A connection that never opens is as good as none. */
const OPEN_WITHIN_MS = 10_000;

export class LiveFeed {
  readonly #parts: LiveParts;
  readonly #listeners = new Set<(message: LiveMessage) => void>();
  readonly #watchings = new Set<Watching>();
  readonly #onState = new Set<() => void>();
  #state: LiveState = "connecting";
  #socket: WebSocket | undefined;
  #failures = 0;
  #wanted = false;
  #willAsk = false;
  #cancel: () => void = () => undefined;
  #silence: () => void = () => undefined;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  get state(): LiveState {
    return this.#state;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#open();
  }

  /** For a sign-out: nothing comes any more, and nothing is tried. */
  stop(): void {
    this.#wanted = false;
    this.#drop();
    this.#failures = 0;
    this.#become("connecting");
  }

  /** The browser says that the network is back: no need to wait. */
  retryNow(): void {
    if (!this.#wanted || this.#state === "up") return;
    this.#drop();
    this.#open();
  }

  onState(listener: () => void): () => void {
    this.#onState.add(listener);
    return () => this.#onState.delete(listener);
  }

  /** Asks for `watching` as long as somebody listens. Returns the end of it. */
  listen(watching: Watching, listener: (message: LiveMessage) => void): () => void {
    this.#watchings.add(watching);
    this.#listeners.add(listener);
    this.#askSoon();
    return () => {
      this.#watchings.delete(watching);
      this.#listeners.delete(listener);
      this.#askSoon();
    };
  }

  #open(): void {
    const socket = this.#parts.connect(this.#parts.address);
    this.#socket = socket;
    this.#cancel = this.#parts.clock.after(OPEN_WITHIN_MS, () => this.#fail(socket));
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.#cancel();
      this.#become("up");
      this.#ask();
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#hear(socket, data);
    };
    socket.onclose = ({ code }) => {
      const own = socket === this.#socket;
      this.#fail(socket);
      if (own && code === SESSION_ENDED) this.#parts.onSignedOut();
    };
    socket.onerror = () => this.#fail(socket);
  }

  #hear(socket: WebSocket, data: unknown): void {
    let message: LiveMessage;
    try {
      message = JSON.parse(String(data)) as LiveMessage;
    } catch {
      return;
    }
    this.#failures = 0;
    if (message.about === "hello" && message.everyMs !== undefined) this.#expect(socket, message.everyMs);
    for (const listener of [...this.#listeners]) listener(message);
  }

  /** A half-open connection says nothing for ever: the box's greeting comes again and again. */
  #expect(socket: WebSocket, everyMs: number): void {
    this.#silence();
    this.#silence = this.#parts.clock.after(everyMs * 2.5, () => this.#fail(socket));
  }

  #fail(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#drop();
    if (!this.#wanted) return;
    this.#become("lost");
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures++;
    this.#cancel = this.#parts.clock.after(pause * (0.75 + this.#parts.chance() / 2), () => this.#open());
  }

  #drop(): void {
    this.#cancel();
    this.#silence();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined && socket.readyState < CLOSING) socket.close();
  }

  #become(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#onState]) listener();
  }

  /** Another language: what comes from now on is asked for anew. */
  askAnew(): void {
    this.#askSoon();
  }

  /** A page that comes and one that goes are one question. */
  #askSoon(): void {
    if (this.#willAsk) return;
    this.#willAsk = true;
    queueMicrotask(() => {
      this.#willAsk = false;
      this.#ask();
    });
  }

  #ask(): void {
    const socket = this.#socket;
    // One that is closing takes nothing any more; its end is told in a moment, and the next one is asked anew.
    if (this.#state !== "up" || socket?.readyState !== OPEN) return;
    const lang = this.#parts.language?.();
    socket.send(JSON.stringify({ ...unionOf([...this.#watchings]), ...(lang === undefined ? {} : { lang }) }));
  }
}

/** One request for all that is watched; of devices and lines the latest. */
function unionOf(watchings: readonly Watching[]): Watching {
  const device = watchings.findLast((one) => one.device !== undefined)?.device;
  const line = watchings.findLast((one) => one.line !== undefined)?.line;
  return {
    watch: [...new Set(watchings.flatMap((one) => one.watch))],
    ...(device === undefined ? {} : { device }),
    ...(line === undefined ? {} : { line }),
  };
}
