/** One door on the way out: told again and again until it has answered, and again while the fire lasts. */
import {
  type Clock,
  type CommandAction,
  type DeviceCommand,
  type FireDoor,
  fireDoorKey,
  LinkError,
  RejectedError,
} from "@gatehouse/protocol";
import type { LiveDrivers } from "../commands/live-drivers.ts";
import type { Logger } from "../ports.ts";

export type Wanted = "released" | "locked";

export interface EgressDoorOptions {
  readonly door: FireDoor;
  /** The driver of its device. */
  readonly driver: string;
  /** What the driver knows. */
  readonly actions: readonly CommandAction[];
  readonly drivers: LiveDrivers;
  readonly clock: Clock;
  readonly log: Logger;
  newId(): string;
  /** For the first time since it was wanted: by this command, or by none where a door closes by itself. */
  answered(door: EgressDoor, wanted: Wanted, command: DeviceCommand | undefined): void;
  /** It was told and is not where it should be. */
  failed(door: EgressDoor, wanted: Wanted, why: string): void;
  /** Again where it should be. */
  recovered(door: EgressDoor): void;
}

/** An answer that takes longer is not waited for: the door is told again. */
const ATTEMPT_MS = 1_500;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;
/** Devices with a clock of their own check it: theirs may be a little off. */
const VALID_MS = 10_000;

export class EgressDoor {
  readonly key: string;
  readonly device: string;
  readonly #options: EgressDoorOptions;
  #wanted: Wanted | undefined;
  #isThere = false;
  #failing = false;
  #pauseMs = FIRST_PAUSE_MS;
  #interrupt = new AbortController();

  constructor(options: EgressDoorOptions) {
    this.#options = options;
    this.key = fireDoorKey(options.door);
    this.device = options.door.device;
  }

  /** Has answered since it was last wanted otherwise. */
  get isThere(): boolean {
    return this.#isThere;
  }

  want(wanted: Wanted | undefined): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#isThere = false;
    this.hurry();
  }

  /** Whatever it waits for: it is told at once. */
  hurry(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#interrupt.abort();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#interrupt = new AbortController();
      const now = AbortSignal.any([signal, this.#interrupt.signal]);
      const pauseMs = this.#wanted === undefined ? undefined : await this.#bring(this.#wanted, now);
      if (!now.aborted) await this.#pause(pauseMs, now);
    }
  }

  /** Resolves with how long to wait before the next time; undefined: until something is wanted. */
  async #bring(wanted: Wanted, signal: AbortSignal): Promise<number | undefined> {
    const { door, answered, failed, recovered, clock, newId } = this.#options;
    const order = this.#orderFor(wanted);
    const notAfter = new Date(clock.nowMs() + VALID_MS * clock.scale).toISOString();
    const command = order === undefined ? undefined : { id: newId(), ...order, notAfter };
    const why = command === undefined ? undefined : await this.#tell(command, signal);
    if (signal.aborted) return undefined;
    if (why !== undefined) {
      this.#failing = true;
      failed(this, wanted, why);
      const pauseMs = this.#pauseMs;
      this.#pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
      return pauseMs;
    }
    this.#pauseMs = FIRST_PAUSE_MS;
    if (this.#failing) recovered(this);
    this.#failing = false;
    if (!this.#isThere) {
      this.#isThere = true;
      answered(this, wanted, command);
    }
    return wanted === "released" ? door.repeatSeconds * 1_000 : undefined;
  }

  /** Undefined where nothing needs to be told. */
  #orderFor(wanted: Wanted): Pick<DeviceCommand, "action" | "args"> | undefined {
    const { door, actions } = this.#options;
    const { action, args } = door;
    if (wanted === "released") return { action, ...(args === undefined ? {} : { args }) };
    if (!door.relock) return undefined;
    if (action === "output") return { action, args: { output: args?.["output"], on: args?.["on"] !== true } };
    if (!actions.includes("lock")) return undefined;
    return { action: "lock", ...(args?.["door"] === undefined ? {} : { args: { door: args["door"] } }) };
  }

  /** Undefined when the device did it, else why not. */
  async #tell(command: DeviceCommand, signal: AbortSignal): Promise<string | undefined> {
    const { drivers, driver, clock, log } = this.#options;
    const live = drivers.get(driver);
    if (live === undefined) return `driver ${driver} is down`;
    const late = Promise.withResolvers<never>();
    const over = new AbortController();
    const giveUp = (reason: string) => {
      late.reject(new LinkError("timeout", reason));
      over.abort();
    };
    const cancel = clock.after(ATTEMPT_MS, () => giveUp(`no answer within ${ATTEMPT_MS} ms`));
    const onAbort = () => giveUp("given up");
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const asked = live.command(this.device, command, over.signal, "release");
      const { ok, error } = await Promise.race([asked, late.promise]);
      return ok ? undefined : (error ?? "the device refused without a reason");
    } catch (err) {
      if (!(err instanceof LinkError || err instanceof RejectedError))
        log.error({ device: this.device, err }, "a driver failed at releasing a door with a bug");
      return err instanceof Error ? err.message : String(err);
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  #pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => {} : this.#options.clock.after(ms, end);
      signal.addEventListener("abort", end, { once: true });
      if (signal.aborted) end();
      function end() {
        cancel();
        signal.removeEventListener("abort", end);
        resolve();
      }
    });
  }
}
