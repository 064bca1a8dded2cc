/** The order of one journal's events: which comes next, which are kept, and up to where all are. Plain values. */

export class EventOrder {
  #next = 1;
  #keptUpTo = 0;
  /** Events under way to the disk, oldest first. */
  #open: { readonly seq: number; kept: boolean }[] = [];

  /** The oldest event the board holds. */
  begin(oldest: number): void {
    this.#next = oldest;
    this.#keptUpTo = oldest - 1;
    this.#open = [];
  }

  /** The event that is awaited. */
  get next(): number {
    return this.#next;
  }

  /** Everything up to and including this one is kept; 0 for nothing. */
  get keptUpTo(): number {
    return this.#keptUpTo;
  }

  /** Nothing is under way, and the board's next event is the one awaited. */
  isUpTo(boardNext: number): boolean {
    return this.#open.length === 0 && boardNext === this.#next;
  }

  place(seq: number): "next" | "repeat" | "gap" {
    if (seq === this.#next) return "next";
    return seq < this.#next ? "repeat" : "gap";
  }

  /** The awaited event is on its way; call what this returns once it is kept. */
  open(seq: number): () => void {
    const entry = { seq, kept: false };
    this.#next = seq + 1;
    this.#open.push(entry);
    return () => {
      entry.kept = true;
      this.#settle();
    };
  }

  /** What lies before `oldest` will not come any more. */
  skipTo(oldest: number): void {
    this.#next = oldest;
    if (this.#open.length === 0) this.#keptUpTo = oldest - 1;
  }

  #settle(): void {
    for (let first = this.#open[0]; first?.kept === true; first = this.#open[0]) {
      this.#keptUpTo = first.seq;
      this.#open.shift();
    }
  }
}
