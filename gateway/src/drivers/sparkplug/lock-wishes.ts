/** Wishes written to lock metrics, and what tells how they ended: the metric's next value does. */
import { type Clock, type CommandResult, type DeviceCommand, RejectedError } from "@gatehouse/protocol";
import { PendingCommands } from "../pending-commands.ts";

interface Wish {
  readonly id: string;
  readonly locked: boolean;
}

export class LockWishes {
  readonly #clock: Clock;
  readonly #pending: PendingCommands;
  readonly #wishes = new Map<string, Set<Wish>>();
  readonly #relocks = new Map<string, { readonly cancel: () => void; readonly lock: () => Promise<void> }>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#pending = new PendingCommands(clock);
  }

  /** `write` gives the metric the value. Throws as Driver.command does. */
  async ask(
    device: string,
    command: DeviceCommand,
    write: (locked: boolean) => Promise<void>,
    { hold, signal }: { readonly hold: boolean; readonly signal: AbortSignal },
  ): Promise<CommandResult> {
    const wish = { id: command.id, locked: isLock(device, command) };
    const mine = this.#wishes.get(device) ?? new Set();
    this.#wishes.set(device, mine.add(wish));
    this.#relocks.get(device)?.cancel();
    this.#relocks.delete(device);
    try {
      const result = await this.#pending.ask(device, command, () => write(wish.locked), signal);
      const seconds = command.args?.["seconds"];
      if (result.ok && !wish.locked && !hold && typeof seconds === "number")
        this.#lockAgain(device, seconds, () => write(true));
      return result;
    } finally {
      mine.delete(wish);
    }
  }

  /** The metric was told. One that is told otherwise than wished stays as it is: the device did not obey. */
  told(device: string, locked: boolean): void {
    for (const { id, locked: wished } of this.#wishes.get(device) ?? []) {
      const no = `it reports that it is ${locked ? "locked" : "unlocked"}`;
      this.#pending.settle(device, wished === locked ? { id, ok: true } : { id, ok: false, error: no });
    }
  }

  /** Doors that were to lock again are locked while there still is a way to them. */
  async lockAll(): Promise<void> {
    const waiting = [...this.#relocks.values()];
    this.#relocks.clear();
    for (const { cancel, lock } of waiting) {
      cancel();
      await lock();
    }
  }

  /** Nobody will hear how they ended. */
  abandon(reason: string): void {
    this.#pending.abandon(reason);
  }

  /** The way is gone. */
  end(): void {
    for (const { cancel } of this.#relocks.values()) cancel();
    this.#relocks.clear();
  }

  #lockAgain(device: string, seconds: number, lock: () => Promise<void>): void {
    const cancel = this.#clock.after((seconds * 1_000) / this.#clock.scale, () => {
      this.#relocks.delete(device);
      lock().catch(() => {});
    });
    this.#relocks.set(device, { cancel, lock });
  }
}

function isLock(device: string, { action, args }: DeviceCommand): boolean {
  if (action !== "lock" && action !== "unlock")
    throw new RejectedError(`${device} takes lock and unlock, not ${action}`);
  const door = args?.["door"];
  if (door !== undefined && door !== 1) throw new RejectedError(`${device} has one door, not ${String(door)}`);
  return action === "lock";
}
