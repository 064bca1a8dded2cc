/** Brings the gateway's own messages to its subscribers, in the shape aedes expects of its emitter. */

interface Message {
  readonly topic: string;
  /** Set by aedes on what a client published. */
  readonly clientId?: string;
}

type Notify = (message: Message, done: () => void) => void;

const nothing = () => {};

/**
 * What devices publish goes to the drivers and to nobody else, so it is not distributed here. Nor does a publisher wait for its
 * subscribers: a frozen one must not hold up the rest, and what waits for it is bounded where it is written.
 */
export class FanOut {
  readonly #exact = new Map<string, Set<Notify>>();
  readonly #filters = new Map<string, Set<Notify>>();

  on(filter: string, notify: Notify, done: () => void = nothing): this {
    const side = this.#side(filter);
    const set = side.get(filter);
    if (set === undefined) side.set(filter, new Set([notify]));
    else set.add(notify);
    setImmediate(done);
    return this;
  }

  removeListener(filter: string, notify: Notify, done: () => void = nothing): this {
    const side = this.#side(filter);
    const set = side.get(filter);
    set?.delete(notify);
    if (set?.size === 0) side.delete(filter);
    setImmediate(done);
    return this;
  }

  emit(message: Message, done: (error?: Error | null) => void = nothing): this {
    if (message.clientId === undefined) this.#distribute(message);
    done(null);
    return this;
  }

  close(done: () => void = nothing): this {
    this.#exact.clear();
    this.#filters.clear();
    setImmediate(done);
    return this;
  }

  #distribute(message: Message): void {
    for (const notify of this.#exact.get(message.topic) ?? []) notify(message, nothing);
    for (const [filter, set] of this.#filters) {
      if (!topicMatches(filter, message.topic)) continue;
      for (const notify of set) notify(message, nothing);
    }
  }

  #side(filter: string): Map<string, Set<Notify>> {
    return /[+#]/.test(filter) ? this.#filters : this.#exact;
  }
}

/** MQTT 3.1.1, section 4.7: `+` is one level, `#` the rest and the level above it. */
export function topicMatches(filter: string, topic: string): boolean {
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
