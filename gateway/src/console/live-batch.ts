/** Messages of the live feed that wait for one page, put together: of a thing that changes often only the latest state. Pure. */
import type { LiveMessage } from "./table/live.ts";

/** Keys of what replaces an earlier state of itself; the other kinds are kept in order. */
const KEYS: Readonly<Record<string, (item: never) => string>> = {
  spaces: ({ id }: { id: string }) => id,
  alerts: ({ id }: { id: string }) => id,
  prompts: ({ id }: { id: string }) => id,
  patrols: ({ space }: { space: string }) => space,
  devices: ({ id }: { id: string }) => id,
  jobs: ({ id }: { id: string }) => id,
};
const LISTS: Readonly<Record<string, string>> = {
  spaces: "spaces",
  alerts: "alerts",
  prompts: "prompts",
  patrols: "patrols",
  devices: "devices",
  jobs: "jobs",
  readings: "readings",
  mqtt: "messages",
  line: "lines",
  logs: "lines",
};
/** Lists without a key: the oldest beyond so many go. */
const LONGEST_LIST = 500;

export class LiveBatch {
  /** Lists by what they are about; of `line` also by its driver. */
  readonly #keyed = new Map<string, Map<string, unknown>>();
  readonly #lists = new Map<string, { readonly message: LiveMessage; items: unknown[] }>();
  readonly #whole = new Map<string, LiveMessage>();

  get isEmpty(): boolean {
    return this.#keyed.size + this.#lists.size + this.#whole.size === 0;
  }

  add(message: LiveMessage): void {
    const list = LISTS[message.about];
    if (list === undefined) {
      this.#whole.set(message.about, message);
      return;
    }
    const items = (message as unknown as Record<string, readonly unknown[]>)[list] ?? [];
    const keyOf = KEYS[message.about];
    if (keyOf === undefined) this.#append(message, items);
    else {
      const known = this.#keyed.get(message.about) ?? new Map<string, unknown>();
      this.#keyed.set(message.about, known);
      for (const item of items) known.set(keyOf(item as never), item);
    }
  }

  /** Everything that waits; then nothing does. */
  take(): LiveMessage[] {
    const keyed = [...this.#keyed].map(([about, items]) => ({ about, [LISTS[about] ?? about]: [...items.values()] }));
    const lists = [...this.#lists.values()].map(({ message, items }) => ({
      ...message,
      [LISTS[message.about] ?? ""]: items,
    }));
    const all = [...this.#whole.values(), ...keyed, ...lists] as LiveMessage[];
    this.#keyed.clear();
    this.#lists.clear();
    this.#whole.clear();
    return all;
  }

  #append(message: LiveMessage, items: readonly unknown[]): void {
    const key = message.about === "line" ? `line ${message.driver}` : message.about;
    const known = this.#lists.get(key) ?? { message, items: [] };
    this.#lists.set(key, known);
    known.items.push(...items.slice(-LONGEST_LIST));
    if (known.items.length > LONGEST_LIST) known.items = known.items.slice(-LONGEST_LIST);
  }
}
