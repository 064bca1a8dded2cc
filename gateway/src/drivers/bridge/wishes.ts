/** Wishes sent to locks behind a bridge, and what tells how they ended: no command is answered, the lock's next state is the answer. */
import { type Clock, type CommandResult, type DeviceCommand, RejectedError } from "@gatehouse/protocol";
import { PendingCommands } from "../pending-commands.ts";

export type LockWord = "LOCK" | "UNLOCK";

interface Wish {
  readonly id: string;
  readonly word: LockWord;
}

/** Told onward of what Zigbee2MQTT logs. */
const MAX_ERROR = 200;

export class LockWishes {
  readonly #clock: Clock;
  readonly #pending: PendingCommands;
  readonly #wishes = new Map<string, Set<Wish>>();
  readonly #relock = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#pending = new PendingCommands(clock);
  }

  /** Throws as Driver.command does. */
  async ask(
    device: string,
    command: DeviceCommand,
    send: (word: LockWord) => Promise<void>,
    { hold, signal }: { readonly hold: boolean; readonly signal: AbortSignal },
  ): Promise<CommandResult> {
    const word = wordOf(device, command);
    const wish = { id: command.id, word };
    const mine = this.#wishes.get(device) ?? new Set();
    this.#wishes.set(device, mine.add(wish));
    this.#relock.get(device)?.();
    this.#relock.delete(device);
    try {
      const result = await this.#pending.ask(device, command, () => send(word), signal);
      const seconds = command.args?.["seconds"];
      if (result.ok && word === "UNLOCK" && !hold && typeof seconds === "number")
        this.#lockAgain(device, seconds, send);
      return result;
    } finally {
      mine.delete(wish);
    }
  }

  /** The lock told its state. */
  stateIs(device: string, state: string): void {
    for (const { id, word } of this.#wishes.get(device) ?? [])
      if (word === state) this.#pending.settle(device, { id, ok: true });
  }

  /** Zigbee2MQTT could not do it. Its words may quote what was sent: long numbers are left out. */
  failed(device: string, message: string): void {
    const error = message.replace(/\d{4,}/g, "…").slice(0, MAX_ERROR);
    for (const { id } of this.#wishes.get(device) ?? []) this.#pending.settle(device, { id, ok: false, error });
  }

  abandon(reason: string): void {
    for (const cancel of this.#relock.values()) cancel();
    this.#relock.clear();
    this.#pending.abandon(reason);
  }

  #lockAgain(device: string, seconds: number, send: (word: LockWord) => Promise<void>): void {
    const cancel = this.#clock.after((seconds * 1_000) / this.#clock.scale, () => {
      this.#relock.delete(device);
      send("LOCK").catch(() => {});
    });
    this.#relock.set(device, cancel);
  }
}

function wordOf(device: string, { action, args }: DeviceCommand): LockWord {
  if (action !== "lock" && action !== "unlock")
    throw new RejectedError(`${device} takes lock and unlock, not ${action}`);
  const door = args?.["door"];
  if (door !== undefined && door !== 1) throw new RejectedError(`${device} has one door, not ${String(door)}`);
  return action === "lock" ? "LOCK" : "UNLOCK";
}
