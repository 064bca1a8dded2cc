/** Wishes sent to locks behind a broker, and what tells how they ended: no command is answered, the state the lock tells next is the answer. */
import { type Clock, type CommandResult, type DeviceCommand, RejectedError } from "@gatehouse/protocol";
import { PendingCommands } from "../pending-commands.ts";
import type { RelockMemory } from "./relock-memory.ts";

/** Told onward of what a bridge says. */
const MAX_ERROR = 200;

interface Wish {
  readonly id: string;
  readonly locked: boolean;
}

export class LockWishes {
  readonly #clock: Clock;
  readonly #memory: RelockMemory;
  readonly #pending: PendingCommands;
  readonly #wishes = new Map<string, Set<Wish>>();
  #ended = false;
  readonly #relocks = new Map<string, { readonly cancel: () => void; readonly lock: () => Promise<void> }>();

  constructor(clock: Clock, memory: RelockMemory) {
    this.#clock = clock;
    this.#memory = memory;
    this.#pending = new PendingCommands(clock);
  }

  /** `write` sends it. A door that was opened for some seconds is locked after them, whatever became of the answer. Throws as Driver.command does. */
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
    const seconds = command.args?.["seconds"];
    const opens = !wish.locked && !hold && typeof seconds === "number";
    const untilMs = opens ? this.#clock.nowMs() + seconds * 1_000 : undefined;
    const send = async () => {
      // On disk before the door opens.
      await this.#memory.note(device, untilMs);
      await write(wish.locked);
    };
    try {
      return await this.#pending.ask(device, command, send, signal);
    } finally {
      mine.delete(wish);
      // Without an answer, or with one that an older state gave, it may have heard and open yet.
      if (untilMs !== undefined && this.#memory.until(device) === untilMs)
        this.#lockAgain(device, untilMs, () => write(true));
    }
  }

  /** The lock told its state, which may be the one of before the wish. */
  stateIs(device: string, locked: boolean): void {
    for (const { id, locked: wished } of this.#wishes.get(device) ?? [])
      if (wished === locked) this.#pending.settle(device, { id, ok: true });
  }

  /** It could not be done. The words may quote what was sent: long numbers are left out. */
  failed(device: string, message: string): void {
    const error = message.replace(/\d{4,}/g, "…").slice(0, MAX_ERROR);
    for (const { id } of this.#wishes.get(device) ?? []) this.#pending.settle(device, { id, ok: false, error });
  }

  /** The lock told its state in answer to the wish: another one than wished means that it did not obey. */
  told(device: string, locked: boolean): void {
    for (const { id, locked: wished } of this.#wishes.get(device) ?? []) {
      const no = `it reports that it is ${locked ? "locked" : "unlocked"}`;
      this.#pending.settle(device, wished === locked ? { id, ok: true } : { id, ok: false, error: no });
    }
  }

  /** A device is there that an earlier life of this driver, or one before a lost connection, has left open. */
  born(device: string, lock: () => Promise<void>): void {
    const untilMs = this.#memory.until(device);
    if (untilMs !== undefined && !this.#relocks.has(device)) this.#lockAgain(device, untilMs, lock);
  }

  /** Doors that were to lock again are locked while there still is a way to them. */
  async lockAll(): Promise<void> {
    const waiting = [...this.#relocks];
    this.#relocks.clear();
    for (const [device, { cancel, lock }] of waiting) {
      cancel();
      try {
        await lock();
        await this.#memory.note(device, undefined);
      } catch {
        // The memory is for when it can be reached again; the next door is locked all the same.
      }
    }
  }

  /** Nobody will hear how they ended. */
  abandon(reason: string): void {
    this.#pending.abandon(reason);
  }

  /** The way is gone. */
  end(): void {
    this.#ended = true;
    for (const { cancel } of this.#relocks.values()) cancel();
    this.#relocks.clear();
  }

  #lockAgain(device: string, untilMs: number, lock: () => Promise<void>): void {
    if (this.#ended) return;
    const { nowMs, scale } = { nowMs: this.#clock.nowMs(), scale: this.#clock.scale };
    const cancel = this.#clock.after(Math.max(0, untilMs - nowMs) / scale, () => {
      this.#relocks.delete(device);
      // Where it fails, the memory is for the next birth.
      lock().then(
        () => this.#memory.note(device, undefined),
        () => {},
      );
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
