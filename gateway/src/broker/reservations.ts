/** Room for the large packets of all connections together: whoever finds none waits in line. */

interface Waiting {
  readonly bytes: number;
  readonly granted: () => void;
}

export class Reservations {
  #free: number;
  readonly #line = new Set<Waiting>();

  constructor(totalBytes: number) {
    this.#free = totalBytes;
  }

  /** True when the bytes are reserved now. Else `granted` is called when they are; the returned function leaves the line. */
  take(bytes: number, granted: () => void): true | (() => void) {
    if (this.#line.size === 0 && bytes <= this.#free) {
      this.#free -= bytes;
      return true;
    }
    const waiting = { bytes, granted };
    this.#line.add(waiting);
    return () => {
      this.#line.delete(waiting);
      this.#serve();
    };
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
    this.#serve();
  }

  #serve(): void {
    for (const waiting of this.#line) {
      if (waiting.bytes > this.#free) return;
      this.#line.delete(waiting);
      this.#free -= waiting.bytes;
      waiting.granted();
    }
  }
}
