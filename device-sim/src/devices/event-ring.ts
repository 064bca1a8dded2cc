/** A board's memory of events: an index that only grows, and room for so many. */
import type { UhppoteEvent } from "@gatehouse/protocol";
import { FIRST_EVENT, LAST_EVENT } from "@gatehouse/protocol";

const NONE: UhppoteEvent = {
  index: 0,
  type: 0,
  granted: false,
  door: 0,
  direction: 0,
  card: 0,
  time: undefined,
  reason: 0,
};
const OVERWRITTEN: UhppoteEvent = { ...NONE, type: 0xff };

export class EventRing {
  readonly #size: number;
  #events: UhppoteEvent[] = [];
  #next = 1;

  constructor(size: number) {
    this.#size = size;
  }

  /** The newest event's index, 0 without any. */
  get last(): number {
    return this.#next - 1;
  }

  /** Index of the next event; for a board that has seen much already. */
  startAt(index: number): void {
    this.#next = index;
    this.#events = [];
  }

  add(event: Omit<UhppoteEvent, "index">): UhppoteEvent {
    const added = { ...event, index: this.#next++ };
    this.#events.push(added);
    if (this.#events.length > this.#size) this.#events.shift();
    return added;
  }

  get(index: number): UhppoteEvent {
    const first = this.#events[0];
    const last = this.#events.at(-1);
    if (first === undefined || last === undefined) return NONE;
    if (index === FIRST_EVENT) return first;
    if (index === LAST_EVENT) return last;
    if (index < first.index) return OVERWRITTEN;
    return this.#events[index - first.index] ?? NONE;
  }
}
