/** What a person typed and did not save yet: kept in this browser, so that neither a lost connection nor a closed page costs it. */
import { useCallback, useState } from "react";

const PREFIX = "gatehouse.input.";

export function readKept<T>(storage: Pick<Storage, "getItem"> | undefined, key: string, initial: T): T {
  try {
    const text = storage?.getItem(PREFIX + key);
    if (text === null || text === undefined) return initial;
    const kept: unknown = JSON.parse(text);
    const plain = typeof kept === "object" && kept !== null && !Array.isArray(kept);
    if (typeof initial === "object" && initial !== null && !Array.isArray(initial))
      return plain ? { ...initial, ...kept } : initial;
    return Array.isArray(kept) === Array.isArray(initial) ? (kept as T) : initial;
  } catch {
    return initial;
  }
}

export function writeKept(storage: Pick<Storage, "setItem" | "removeItem"> | undefined, key: string, value: unknown) {
  try {
    if (value === undefined) storage?.removeItem(PREFIX + key);
    else storage?.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs the convenience, not the input on the screen.
  }
}

const browserStorage = (): Storage | undefined => {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
};

/** As `useState`; the third of the answer forgets what is kept, for after it was saved. Never for secrets. */
export function useKept<T>(key: string, initial: T): readonly [T, (value: T) => void, (value: T) => void] {
  const [value, setValue] = useState(() => readKept(browserStorage(), key, initial));
  const keep = useCallback(
    (next: T) => {
      setValue(next);
      writeKept(browserStorage(), key, next);
    },
    [key],
  );
  const forget = useCallback(
    (next: T) => {
      setValue(next);
      writeKept(browserStorage(), key, undefined);
    },
    [key],
  );
  return [value, keep, forget];
}
