/** The answers to one client's publishes, given in the order the publishes came (MQTT 3.1.1, section 4.6), whatever order they become ready in. */

export type Answer = (error?: Error) => void;

interface Slot {
  readonly bytes: number;
  readonly answer: Answer;
  ready: boolean;
  error: Error | undefined;
}

export class AnswerQueue {
  readonly #slots: Slot[] = [];
  #bytes = 0;

  /** Of all publishes that wait for their answer. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a place in the order; the returned function says that this answer is ready. */
  enter(answer: Answer, bytes: number): Answer {
    const slot: Slot = { answer, bytes, ready: false, error: undefined };
    this.#slots.push(slot);
    this.#bytes += bytes;
    return (error) => {
      slot.ready = true;
      slot.error = error;
      this.#flush();
    };
  }

  #flush(): void {
    for (let first = this.#slots[0]; first?.ready; first = this.#slots[0]) {
      this.#slots.shift();
      this.#bytes -= first.bytes;
      first.answer(first.error);
    }
  }
}
