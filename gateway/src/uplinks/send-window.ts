/** How much may be under way to a broker at once, in items and bytes; higher lanes get in first. */
import { LANES, type Lane } from "@gatehouse/protocol";

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

export class SendWindow {
  readonly #maxItems: () => number;
  readonly #maxBytes: number;
  readonly #waiting: ReadonlyMap<Lane, Waiting[]> = new Map(LANES.map((lane) => [lane, []]));
  #items = 0;
  #bytes = 0;

  constructor(maxItems: () => number, maxBytes: number) {
    this.#maxItems = maxItems;
    this.#maxBytes = maxBytes;
  }

  /** Resolves when the item may go. Whoever entered must {@link leave}. */
  async enter(lane: Lane, bytes: number): Promise<void> {
    const free = LANES.every((other) => this.#waiting.get(other)?.length === 0) && this.#fits(bytes);
    if (free) this.#count(bytes);
    else await new Promise<void>((enter) => this.#waiting.get(lane)?.push({ bytes, enter }));
  }

  leave(bytes: number): void {
    this.#items -= 1;
    this.#bytes -= bytes;
    for (const lane of LANES) {
      const line = this.#waiting.get(lane) ?? [];
      for (let first = line[0]; first !== undefined; first = line[0]) {
        if (!this.#fits(first.bytes)) return;
        line.shift();
        this.#count(first.bytes);
        first.enter();
      }
    }
  }

  /** One item always fits, however large. */
  #fits(bytes: number): boolean {
    return this.#items === 0 || (this.#items < this.#maxItems() && this.#bytes + bytes <= this.#maxBytes);
  }

  #count(bytes: number): void {
    this.#items += 1;
    this.#bytes += bytes;
  }
}
