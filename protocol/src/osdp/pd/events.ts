/** What a PD has to tell and nobody has asked for yet: held until the ACU's next sequence number shows that it has arrived. */
import type { OsdpReply } from "../replies.ts";

export class EventQueue {
  readonly #max: number;
  readonly #waiting: OsdpReply[] = [];
  /** The first one has been sent and not been acknowledged. */
  #offered = false;
  #lost = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Events not yet acknowledged. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Events that found no room. */
  get lost(): number {
    return this.#lost;
  }

  push(event: OsdpReply): void {
    if (this.#waiting.length >= this.#max) this.#lost++;
    else this.#waiting.push(event);
  }

  /** The next event, the same one until it is acknowledged. */
  offer(): OsdpReply | undefined {
    this.#offered = this.#waiting.length > 0;
    return this.#waiting[0];
  }

  /** The ACU has gone on: what was offered has arrived. */
  acknowledge(): void {
    if (this.#offered) this.#waiting.shift();
    this.#offered = false;
  }

  /** The ACU starts over: it may not have heard what was offered. */
  restart(): void {
    this.#offered = false;
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#offered = false;
  }
}
