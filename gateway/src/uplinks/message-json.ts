/** A platform's message as JSON. */
import { hasRepeatedKeys } from "@gatehouse/protocol";

/** Undefined for what is no JSON, and for what names a key twice: who reads it otherwise would read another message. */
export function messageJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return hasRepeatedKeys(text) ? undefined : value;
  } catch {
    return undefined;
  }
}
