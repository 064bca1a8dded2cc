/** Changes that the feed told while an answer was on its way: the answer is of before them, and must not undo them. */
export class LateChanges<T> {
  #changes: ((answer: T) => T)[] | undefined;

  /** An answer is asked for. */
  begin(): void {
    this.#changes = [];
  }

  note(change: (answer: T) => T): void {
    this.#changes?.push(change);
  }

  /** The answer is here. */
  end(answer: T): T {
    const changes = this.#changes ?? [];
    this.#changes = undefined;
    return changes.reduce((now, change) => change(now), answer);
  }

  /** It does not come. */
  drop(): void {
    this.#changes = undefined;
  }
}
