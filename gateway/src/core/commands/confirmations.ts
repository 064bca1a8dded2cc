/** Commands that wait for a second person. In memory alone: what waits when the gateway ends was surely not done, and is reported as unknown. */
import type { Clock } from "@gatehouse/protocol";

export interface WaitingCommand {
  readonly id: string;
  readonly target: string;
  readonly action: string;
  /** Who asked for it. */
  readonly issuer: string;
}

export class Confirmations {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, WaitingCommand & { settle(reason: string | undefined): void }>();
  #ended: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get waiting(): readonly WaitingCommand[] {
    return [...this.#waiting.values()].map(({ id, target, action, issuer }) => ({ id, target, action, issuer }));
  }

  /** Resolves with undefined once another person has confirmed, else with why the command must not be carried out. */
  wait(command: WaitingCommand, leftMs: number): Promise<string | undefined> {
    if (this.#ended !== undefined) return Promise.resolve(this.#ended);
    return new Promise((resolve) => {
      const settle = (reason: string | undefined) => {
        cancel();
        this.#waiting.delete(command.id);
        resolve(reason);
      };
      const cancel = this.#clock.after(leftMs, () => settle("nobody else confirmed it in time"));
      this.#waiting.set(command.id, { ...command, settle });
    });
  }

  /** Nobody will confirm any more: what waits, and whatever would, must not be carried out. */
  end(reason: string): void {
    this.#ended = reason;
    for (const { settle } of [...this.#waiting.values()]) settle(reason);
  }

  /** Undefined when it goes on now, else why not. `by` must be somebody else than who asked, however they come. */
  confirm(id: string, by: string): string | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return `no command "${id}" waits to be confirmed`;
    if (personOf(waiting.issuer) === personOf(by)) return `${personOf(by)} asked for it: another person must confirm`;
    waiting.settle(undefined);
    return undefined;
  }
}

/** `platform:wang` and `local:wang` are one person. */
const personOf = (issuer: string): string => issuer.slice(issuer.indexOf(":") + 1).toLowerCase();
