/** A choice this browser remembers: language, colours, sound. */

export interface Choice<T extends string> {
  readonly get: () => T;
  readonly set: (value: T) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** Storage may be refused, as in a private window: the choice then lasts as long as the page. */
function stored(key: string): string | null {
  try {
    return globalThis.localStorage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    globalThis.localStorage?.setItem(key, value);
  } catch {
    // See above.
  }
}

export function createChoice<T extends string>(key: string, values: readonly T[], otherwise: () => T): Choice<T> {
  const listeners = new Set<() => void>();
  let now = values.find((value) => value === stored(key));
  return {
    get: () => {
      now ??= otherwise();
      return now;
    },
    set: (value) => {
      now = value;
      store(key, value);
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
