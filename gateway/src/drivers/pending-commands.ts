/** Commands sent and not yet answered, each with its deadline. */
import { type Clock, type CommandResult, type DeviceCommand, LinkError, RejectedError } from "@gatehouse/protocol";

interface Pending {
  readonly resolve: (result: CommandResult) => void;
  readonly reject: (error: Error) => void;
}

export class PendingCommands {
  readonly #clock: Clock;
  readonly #pending = new Map<string, Pending>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Sends with `send` and waits for {@link settle}. The time left until `notAfter` is taken once, from then on only real time counts.
   * Throws LinkError `timeout` at the deadline, LinkError `closed` when the signal aborts, RejectedError for an id that is under way.
   */
  async ask(
    device: string,
    command: DeviceCommand,
    send: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<CommandResult> {
    const key = keyOf(device, command.id);
    const what = `${command.action} ${command.id} for ${device}`;
    const leftMs = (Date.parse(command.notAfter) - this.#clock.nowMs()) / this.#clock.scale;
    if (!(leftMs > 0)) throw new LinkError("timeout", `${what} expired at ${command.notAfter}`);
    if (this.#pending.has(key)) throw new RejectedError(`${what} is under way already`);
    if (signal.aborted) throw new LinkError("closed", `${what} was given up`, { cause: signal.reason });
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
    this.#pending.set(key, { resolve, reject });
    const cancel = this.#clock.after(leftMs, () =>
      reject(new LinkError("timeout", `${what} was not answered before ${command.notAfter}`)),
    );
    const onAbort = () => reject(new LinkError("closed", `${what} was given up`, { cause: signal.reason }));
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      send().catch(reject);
      return await promise;
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
      this.#pending.delete(key);
    }
  }

  /** False for an answer nobody waits for. */
  settle(device: string, result: CommandResult): boolean {
    const pending = this.#pending.get(keyOf(device, result.id));
    pending?.resolve(result);
    return pending !== undefined;
  }

  /** The link is gone: nobody will answer. */
  abandon(reason: string): void {
    for (const { reject } of this.#pending.values()) reject(new LinkError("closed", reason));
  }
}

const keyOf = (device: string, id: string) => `${device} ${id}`;
