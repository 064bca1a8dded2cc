/** Carries commands out: checked, used up on disk, given to the driver that lives, ended on disk. Never twice, never late. */
import {
  type Clock,
  type CommandAction,
  type Device,
  type DeviceCommand,
  LinkError,
  RejectedError,
} from "@gatehouse/protocol";
import type { Core } from "../core.ts";
import type { Driver, Logger } from "../ports.ts";
import type { LiveDrivers } from "./live-drivers.ts";
import { type CommandOrigin, type CommandOutcome, underWay } from "./used-commands.ts";
import { type CheckedWish, checkWish } from "./wish.ts";

/** `invalid`: the wish is wrong in itself; `duplicate`: its id was used before. Neither leaves a trace on disk. */
export type WishOutcome = CommandOutcome | "invalid" | "duplicate";

/** What became of a wish. */
export interface CommandReport {
  readonly id: string;
  readonly outcome: WishOutcome;
  /** In words for whoever wished; absent when it is done. */
  readonly error?: string;
  /** Of what is invalid: `args.seconds`. */
  readonly path?: string;
}

export interface CommandsOptions {
  readonly core: Pick<Core, "command" | "model" | "state">;
  readonly drivers: LiveDrivers;
  readonly clock: Clock;
  readonly log: Logger;
  actionsOf(device: Device): readonly CommandAction[];
  /** Those of them that no platform may give; default none. */
  localActionsOf?(device: Device): readonly CommandAction[];
}

/** Whose wish it is. */
export interface WishSource {
  /** A wish from this box itself. */
  readonly local: boolean;
  /** Where a platform's came from: its result goes back there. */
  readonly from?: CommandOrigin;
  /** Asked once the id is on disk: resolves when the device may hear of it, or with why it must not. */
  readonly hold?: (leftMs: number) => Promise<string | undefined>;
}

type Accepted = Extract<CheckedWish, { ok: true }>;
type End = { readonly outcome: CommandOutcome; readonly error?: string };

const MAX_UNDER_WAY = 64;
/** A device has done it: whoever waits is told so, even while the disk does not take the result. */
const RECORD_PATIENCE_MS = 2_000;
/** What is still under way when the gateway stops has so long to be recorded; else the next start reports it as unknown. */
const STOP_PATIENCE_MS = 1_000;
const MAX_ERROR = 500;

export class Commands {
  readonly #options: CommandsOptions;
  readonly #stop = new AbortController();
  readonly #tasks = new Set<Promise<unknown>>();
  /** Left by a gateway that ended before their results. */
  readonly #unfinished: readonly string[];
  #underWay = 0;
  /** Wishes by what became of them. */
  readonly tally: Record<WishOutcome, number> = {
    done: 0,
    refused: 0,
    unavailable: 0,
    expired: 0,
    unknown: 0,
    invalid: 0,
    duplicate: 0,
  };

  /** `core` is open already. */
  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#unfinished = underWay(options.core.state.commands);
  }

  /** Ends what an earlier run of the gateway left; when the signal aborts, gives up what is under way and waits for it to be recorded. */
  async run(signal: AbortSignal): Promise<void> {
    this.tally.unknown += this.#unfinished.length;
    for (const id of this.#unfinished) {
      const error = "the gateway ended before the device answered; the command is not repeated";
      this.#options.log.warn(
        { id },
        "a command was under way when the gateway ended: nobody knows whether it was done",
      );
      void this.#keep(this.#options.core.command({ type: "command-result", id, outcome: "unknown", error }));
    }
    if (!signal.aborted) {
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    this.#stop.abort();
    await this.#within(this.#quiet(), STOP_PATIENCE_MS);
  }

  async #quiet(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled(this.#tasks);
  }

  /**
   * Resolves with what became of the wish, at the latest shortly behind its `notAfter`. Its id is used up in the core before this returns.
   * Rejects only when the gateway stops.
   */
  async take(candidate: unknown, source: WishSource): Promise<CommandReport> {
    const { local } = source;
    const { core, clock, log, actionsOf } = this.#options;
    const { devices } = core.model;
    const offered = (device: Device) => (local ? actionsOf(device) : this.#remoteActionsOf(device));
    const checked = checkWish(candidate, { devices, actionsOf: offered, nowMs: clock.nowMs(), scale: clock.scale });
    if (!checked.ok) {
      const { outcome, path, reason } = checked;
      log.warn({ path, reason, outcome }, "a command is refused");
      this.tally[outcome] += 1;
      return { id: idOf(candidate), outcome, path, error: reason };
    }
    const carried = this.#carryOut(checked, source);
    void this.#keep(carried);
    const report = await carried;
    const { id, target, action, issuer } = checked.wish;
    const { outcome, error } = report;
    this.tally[outcome] += 1;
    log.info({ id, device: target, action, issuer, outcome, error }, "command ended");
    return report;
  }

  #remoteActionsOf(device: Device): readonly CommandAction[] {
    const { actionsOf, localActionsOf } = this.#options;
    const kept = localActionsOf?.(device) ?? [];
    return actionsOf(device).filter((action) => !kept.includes(action));
  }

  async #carryOut(checked: Accepted, source: WishSource): Promise<CommandReport> {
    const { device, wish } = checked;
    const { id } = wish;
    const driver = this.#options.drivers.get(device.driver);
    const obstacle = this.#obstacle(device, driver);
    if (driver === undefined || obstacle !== undefined) return { id, outcome: "unavailable", error: obstacle ?? "" };
    this.#underWay += 1;
    try {
      return await this.#useUp(checked, driver, source);
    } finally {
      this.#underWay -= 1;
    }
  }

  #obstacle(device: Device, driver: Driver | undefined): string | undefined {
    if (this.#stop.signal.aborted) return "the gateway is stopping";
    if (driver === undefined)
      return `driver ${device.driver} is down, ${device.id} cannot be reached; nothing was sent`;
    if (this.#underWay >= MAX_UNDER_WAY) return `${MAX_UNDER_WAY} commands are under way; nothing was sent`;
    return undefined;
  }

  /** The id goes on disk before the driver hears of it. */
  async #useUp({ wish, notAfterMs, leftMs }: Accepted, driver: Driver, source: WishSource): Promise<CommandReport> {
    const { core, clock } = this.#options;
    const { id, target, action, args, notAfter, issuer } = wish;
    const deadlineMs = clock.monoMs() + leftMs;
    const given = args === undefined ? {} : { args };
    const { local, from, hold } = source;
    const origin = from === undefined ? {} : { from };
    const written = core.command({
      type: "command",
      id,
      target,
      action,
      ...given,
      notAfterMs,
      issuer,
      local,
      ...origin,
    });
    const taken = await this.#within(written, leftMs);
    if (taken === undefined) {
      const error = "the disk did not take it before it expired; nothing was sent";
      const ended = written.then(async ({ outcome }) => {
        if (outcome === "accepted") await core.command({ type: "command-result", id, outcome: "expired", error });
      });
      void this.#keep(ended);
      return { id, outcome: "expired", error };
    }
    if (taken.outcome === "duplicate") return { id, outcome: "duplicate", path: "id", error: taken.reason ?? "" };
    if (taken.outcome !== "accepted") return { id, outcome: "unavailable", error: taken.reason ?? "" };
    const held = await hold?.(deadlineMs - clock.monoMs());
    const leftNow = deadlineMs - clock.monoMs();
    const end: End =
      held === undefined
        ? await this.#ask(driver, target, { id, action, ...given, notAfter }, leftNow)
        : { outcome: "refused", error: held };
    await this.#within(this.#keep(core.command({ type: "command-result", id, ...end })), RECORD_PATIENCE_MS);
    return { id, ...end };
  }

  /** The time left runs on the gateway's own monotonic clock, whatever is done to the wall clock meanwhile. */
  async #ask(driver: Driver, device: string, command: DeviceCommand, leftMs: number): Promise<End> {
    if (leftMs <= 0) return { outcome: "expired", error: "it expired while it was put on disk; nothing was sent" };
    if (this.#stop.signal.aborted)
      return { outcome: "unavailable", error: "the gateway is stopping; nothing was sent" };
    const over = new AbortController();
    const late = Promise.withResolvers<never>();
    const cancel = this.#options.clock.after(leftMs, () => {
      late.reject(new LinkError("timeout", `${device} did not answer before ${command.notAfter}`));
      over.abort();
    });
    try {
      const signal = AbortSignal.any([over.signal, this.#stop.signal]);
      const { ok, error } = await Promise.race([driver.command(device, command, signal), late.promise]);
      if (ok) return { outcome: "done" };
      return { outcome: "refused", error: cut(error ?? "the device gave no reason") };
    } catch (failure) {
      return this.#failed(failure, device, command);
    } finally {
      cancel();
    }
  }

  #failed(failure: unknown, device: string, { id, action }: DeviceCommand): End {
    const error = cut(failure instanceof Error ? failure.message : String(failure));
    if (failure instanceof RejectedError) return { outcome: "refused", error };
    if (failure instanceof LinkError) {
      return failure.code === "refused"
        ? { outcome: "unavailable", error: `${error}; nothing was sent` }
        : { outcome: "unknown", error };
    }
    this.#options.log.error({ id, device, action, err: failure }, "a driver failed at a command with a bug");
    return { outcome: "unknown", error: `a fault of the program: ${error}` };
  }

  /** Undefined when the time is over first. */
  async #within<T>(task: Promise<T>, ms: number): Promise<T | undefined> {
    const patience = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(ms, () => patience.resolve(undefined));
    try {
      return await Promise.race([task, patience.promise]);
    } finally {
      cancel();
    }
  }

  /** What goes on behind the back of whoever waits; it fails only when the store is closed, and the next start ends it. */
  #keep(task: Promise<unknown>): Promise<unknown> {
    const kept = task
      .catch((err: unknown) => this.#options.log.debug({ err }, "the end of a command is not recorded"))
      .finally(() => this.#tasks.delete(kept));
    this.#tasks.add(kept);
    return kept;
  }
}

const cut = (text: string): string => text.slice(0, MAX_ERROR);

function idOf(candidate: unknown): string {
  const id: unknown = candidate !== null && typeof candidate === "object" && "id" in candidate ? candidate.id : "";
  return typeof id === "string" ? id.slice(0, 128) : "";
}
