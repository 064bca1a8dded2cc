/** One board: asked for news again and again, its absence and its clock told once. */
import { boardTimeAt, boardTimeMs, LinkError, type UhppoteStatus } from "@gatehouse/protocol";
import type { DriverDeps } from "../../core/ports.ts";
import type { BoardDevices } from "./board-devices.ts";
import type { UhppoteConfig } from "./config.ts";
import { type AskBoard, EventFetch } from "./event-fetch.ts";

export interface BoardOptions {
  readonly deps: DriverDeps;
  readonly config: UhppoteConfig;
  readonly board: BoardDevices;
  readonly ask: AskBoard;
}

/** Rounds without an answer before it counts as away, and the longest pause between rounds then. */
const MISSES = 2;
const MAX_PAUSE_MS = 15_000;
/** A clock this far off is told; half as far it is well again. */
const OFF_MS = 60_000;
const SET_MS = 5_000;
/** A clock that runs away is not set more often. */
const SET_EVERY_MS = 3_600_000;
/** Other software may have taken the listener for itself. */
const LISTENER_EVERY_MS = 600_000;
/** Before this the gateway itself does not know the time. */
const SANE_MS = Date.UTC(2024, 0, 1);
const FIRE_INPUT = 2;

export class Board {
  readonly #options: BoardOptions;
  readonly #fetch: EventFetch;
  #misses = 0;
  /** Undefined until it was first heard or missed. */
  #online: boolean | undefined;
  /** Undefined while an earlier run may have told it. */
  #clockOff: boolean | undefined;
  #listenAtMs = Number.NEGATIVE_INFINITY;
  #setAtMs = Number.NEGATIVE_INFINITY;
  #poke = () => {};
  #poked = false;

  constructor(options: BoardOptions) {
    this.#options = options;
    this.#fetch = new EventFetch(options);
  }

  get serial(): number {
    return this.#options.board.serial;
  }

  /** It has news: asks at once. */
  wake(): void {
    this.#poked = true;
    this.#poke();
  }

  /** Until the signal aborts; throws what is not the board's own fault. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        this.#poked = false;
        await this.#round(signal);
        await this.#pause(signal);
      }
    } finally {
      this.#fetch.close();
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    try {
      const { ask, config } = this.#options;
      const status = await ask({ kind: "status", serial: this.serial });
      this.#misses = 0;
      await this.#meet();
      await this.#fetch.upTo(status.index);
      await this.#fetch.watchFire((status.inputs & FIRE_INPUT) !== 0);
      await this.#checkClock(status);
      if (config.setListener) await this.#listenTo();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LinkError && error.code === "timeout")) throw error;
      this.#misses += 1;
      if (this.#misses >= MISSES) await this.#miss();
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const { deps, config } = this.#options;
    const usualMs = config.pollSeconds * 1_000;
    const ms = this.#misses === 0 ? usualMs : Math.max(usualMs, Math.min(MAX_PAUSE_MS, usualMs * 2 ** this.#misses));
    if (signal.aborted || this.#poked) return;
    await new Promise<void>((resolve) => {
      const cancel = deps.clock.after(ms, resolve);
      this.#poke = () => {
        cancel();
        resolve();
      };
      signal.addEventListener("abort", this.#poke, { once: true });
    }).finally(() => signal.removeEventListener("abort", this.#poke));
    this.#poke = () => {};
  }

  async #meet(): Promise<void> {
    if (this.#online === true) return;
    await this.#tell("device.online");
    this.#online = true;
    // It may have forgotten its listener while it was away.
    this.#listenAtMs = Number.NEGATIVE_INFINITY;
  }

  async #miss(): Promise<void> {
    if (this.#online === false) return;
    await this.#tell("device.offline");
    this.#online = false;
  }

  async #tell(kind: "device.online" | "device.offline"): Promise<void> {
    const { deps, board } = this.#options;
    await deps.accept(board.ids.map((device) => ({ device, kind })));
  }

  async #checkClock({ clock }: UhppoteStatus): Promise<void> {
    const { deps, config, board } = this.#options;
    const nowMs = deps.clock.nowMs();
    if (nowMs < SANE_MS) return;
    const offMs = clock === undefined ? Number.POSITIVE_INFINITY : Math.abs(boardTimeMs(clock, deps.timezone) - nowMs);
    if (config.setTime && offMs > SET_MS && deps.clock.monoMs() - this.#setAtMs > SET_EVERY_MS) {
      this.#setAtMs = deps.clock.monoMs();
      await this.#options.ask({ kind: "set-time", serial: this.serial, time: boardTimeAt(nowMs, deps.timezone) });
      deps.log.info({ serial: this.serial, offMs: Math.round(offMs) }, "the board's clock was set");
      return;
    }
    const [device = String(this.serial)] = board.ids;
    if (offMs > OFF_MS) {
      this.#clockOff = true;
      const by = Number.isFinite(offMs) ? `${Math.round(offMs / 1_000)} s off` : "no clock at all";
      deps.health.raise("device-clock", device, `board ${this.serial}: ${by}; \`setTime: true\` in its driver sets it`);
    } else if (this.#clockOff !== false && offMs < OFF_MS / 2) {
      this.#clockOff = false;
      deps.health.clear("device-clock", device);
    }
  }

  async #listenTo(): Promise<void> {
    const { ask, config, deps } = this.#options;
    const nowMs = deps.clock.monoMs();
    if (nowMs - this.#listenAtMs < LISTENER_EVERY_MS) return;
    const { host: address, port } = config.listen ?? { host: "", port: 0 };
    const now = await ask({ kind: "get-listener", serial: this.serial });
    this.#listenAtMs = nowMs;
    if (now.address === address && now.port === port) return;
    const { ok } = await ask({ kind: "set-listener", serial: this.serial, address, port, seconds: 0 });
    deps.log.info({ serial: this.serial, was: `${now.address}:${now.port}`, ok }, "the board pushes its events here");
  }
}
