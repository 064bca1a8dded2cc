/** Ears on the lines of running drivers: nothing is done with what is heard while nobody looks. */
import type { LineEvent, LineTap } from "../core/ports.ts";

export class LineTaps {
  readonly #listeners = new Map<string, Set<LineTap>>();

  /** For a driver's deps; it outlives the driver, which is made anew after every lost link. */
  tapFor(driver: string): LineTap {
    return (event) => {
      const listeners = this.#listeners.get(driver);
      if (listeners !== undefined) for (const listener of listeners) listener(event);
    };
  }

  /** Returns the end of it. */
  listen(driver: string, listener: (event: LineEvent) => void): () => void {
    const listeners = this.#listeners.get(driver) ?? new Set<LineTap>();
    this.#listeners.set(driver, listeners);
    // The same function may listen twice.
    const own: LineTap = (event) => listener(event);
    listeners.add(own);
    return () => {
      listeners.delete(own);
      if (listeners.size === 0) this.#listeners.delete(driver);
    };
  }
}
