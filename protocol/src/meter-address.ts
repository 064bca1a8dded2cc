/** Wildcards in the addresses of the meter protocols: pairs `AA` stand for any two digits. */

/** True when a meter with that address has to answer a request to `pattern`. */
export function matchesMeterAddress(pattern: string, address: string): boolean {
  if (pattern.length !== address.length) return false;
  for (let at = 0; at < pattern.length; at += 2) {
    const pair = pattern.slice(at, at + 2);
    if (pair !== "AA" && pair !== address.slice(at, at + 2)) return false;
  }
  return true;
}
