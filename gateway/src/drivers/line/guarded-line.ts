/** What every line has in common, whatever carries it: order of writes, deadlines, loss told once, the tap, a bound on floods. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import type { LineTap, Logger } from "../../core/ports.ts";
import { characterMs, formatAddress, type LineAddress, type WireFormat } from "./address.ts";
import type { Line } from "./line.ts";
import type { Connect, Transport } from "./transport.ts";

/** What differs from one kind of line to another. */
export interface LineTiming {
  /** As of Line. */
  readonly quietMs: number;
  /** Looking for a lost line again costs next to nothing. */
  readonly retryWithinMs?: number;
}

export interface LineDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly tap?: LineTap | undefined;
}

/** Beyond the time on the wire: adapters and device servers buffer. */
const WRITE_DEADLINE_MS = 1_000;
const CLOSE_DEADLINE_MS = 2_000;
/** A line that says more within a window than four times what its rate allows is not read until the window ends. */
const WINDOW_MS = 100;
const LEAST_WINDOW_BYTES = 4_096;
/** Kept until somebody listens. */
const MAX_EARLY_BYTES = 65_536;

export class GuardedLine implements Line {
  readonly name: string;
  readonly quietMs: number;
  readonly lost: Promise<LinkError>;
  readonly #deps: LineDeps;
  readonly #retryWithinMs: number | undefined;
  #format: WireFormat;
  #transport: Transport | undefined;
  #ended: LinkError | undefined;
  #end: (error: LinkError) => void = () => {};
  #closing: Promise<void> | undefined;
  #failWrite: (error: LinkError) => void = () => {};
  #writing: Promise<unknown> = Promise.resolve();
  #listener: ((bytes: Uint8Array) => void) | undefined;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #windowFromMs = 0;
  #windowBytes = 0;
  #cancelResume = () => {};

  constructor(address: LineAddress, { quietMs, retryWithinMs }: LineTiming, deps: LineDeps) {
    this.name = formatAddress(address);
    this.quietMs = quietMs;
    this.#retryWithinMs = retryWithinMs;
    this.#format = address;
    this.#deps = deps;
    this.lost = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Called once, before anything else. Throws what `connect` throws; the signal ends the attempt alone. */
  async open(connect: Connect, signal: AbortSignal): Promise<this> {
    signal.throwIfAborted();
    const ears = { heard: (bytes: Uint8Array) => this.#hear(bytes), lost: (error: LinkError) => this.#lose(error) };
    this.#transport = await connect(ears, signal);
    if (this.#ended !== undefined) await this.#shut(true);
    else if (signal.aborted) await this.close();
    signal.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    return this;
  }

  get characterMs(): number {
    return characterMs(this.#format);
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const bytes of early) listener(bytes);
  }

  write(bytes: Uint8Array): Promise<void> {
    const written = this.#writing.then(() => this.#write(bytes));
    this.#writing = written.catch(() => {});
    return written;
  }

  async setBaud(baud: number): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended;
    await this.#transport?.setBaud(baud);
    this.#format = { ...this.#format, baud };
  }

  close(): Promise<void> {
    this.#lose(new LinkError("closed", `${this.name} was closed`), false);
    return this.#closing ?? Promise.resolve();
  }

  #write(bytes: Uint8Array): Promise<void> {
    const transport = this.#transport;
    if (this.#ended !== undefined || transport === undefined) return Promise.reject(this.#ended);
    const { clock, tap } = this.#deps;
    const ms = WRITE_DEADLINE_MS + 2 * bytes.length * this.characterMs;
    tap?.({ atMs: clock.nowMs(), direction: "tx", bytes });
    return new Promise((resolve, reject) => {
      const cancel = clock.after(ms, () =>
        this.#lose(this.#broken("timeout", `took no bytes for ${Math.round(ms)} ms`)),
      );
      this.#failWrite = (error) => {
        cancel();
        reject(error);
      };
      transport.write(bytes).then(
        () => {
          cancel();
          this.#failWrite = () => {};
          resolve();
        },
        (cause: unknown) =>
          this.#lose(cause instanceof LinkError ? cause : this.#broken("closed", messageOf(cause), cause)),
      );
    });
  }

  #broken(code: LinkError["code"], what: string, cause?: unknown): LinkError {
    const retry = this.#retryWithinMs === undefined ? {} : { retryWithinMs: this.#retryWithinMs };
    return new LinkError(code, `${this.name}: ${what}`, { cause, ...retry });
  }

  #hear(bytes: Uint8Array): void {
    if (this.#ended !== undefined) return;
    const { clock, tap } = this.#deps;
    tap?.({ atMs: clock.nowMs(), direction: "rx", bytes });
    this.#bound(bytes.length);
    if (this.#listener !== undefined) this.#listener(bytes);
    else if (this.#earlyBytes + bytes.length <= MAX_EARLY_BYTES) {
      this.#earlyBytes += bytes.length;
      this.#early.push(bytes);
    }
  }

  #bound(count: number): void {
    const nowMs = this.#deps.clock.monoMs();
    if (nowMs - this.#windowFromMs >= WINDOW_MS) {
      this.#windowFromMs = nowMs;
      this.#windowBytes = 0;
    }
    this.#windowBytes += count;
    if (this.#windowBytes <= Math.max(LEAST_WINDOW_BYTES, (4 * WINDOW_MS) / this.characterMs)) return;
    this.#cancelResume();
    this.#transport?.pause();
    this.#cancelResume = this.#deps.clock.after(this.#windowFromMs + WINDOW_MS - nowMs, () => {
      if (this.#ended === undefined) this.#transport?.resume();
    });
  }

  #lose(error: LinkError, hurried = true): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#cancelResume();
    this.#failWrite(error);
    this.#end(error);
    this.#closing = this.#shut(hurried);
  }

  async #shut(hurried: boolean): Promise<void> {
    const transport = this.#transport;
    if (transport === undefined) return;
    const { clock, log } = this.#deps;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(CLOSE_DEADLINE_MS, () => {
        log.debug({ line: this.name }, "the system has not given the line back yet");
        resolve();
      });
    });
    await Promise.race([transport.close(hurried), late]).catch((err: unknown) =>
      log.debug({ line: this.name, err }, "the line did not close cleanly"),
    );
    cancel();
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
