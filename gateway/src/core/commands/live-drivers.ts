/** Which drivers live right now: a driver is made anew after every lost link, and a command must reach the one that runs. */
import type { Driver, Runnable } from "../ports.ts";

export class LiveDrivers {
  readonly #live = new Map<string, Driver>();

  /** The driver as the supervisor runs it: to be found here as long as its run lasts. */
  watched(driver: Driver): Runnable {
    const { id } = driver;
    return {
      id,
      run: async (signal) => {
        this.#live.set(id, driver);
        try {
          await driver.run(signal);
        } finally {
          if (this.#live.get(id) === driver) this.#live.delete(id);
        }
      },
    };
  }

  /** Undefined while it is down. */
  get(id: string): Driver | undefined {
    return this.#live.get(id);
  }
}
