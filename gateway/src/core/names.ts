/** Names put together from a prefix and an id: each is made once, for a text is hashed anew as often as it is made. */

/** More ids than any site has; beyond them names are made anew. */
export const MAX_KNOWN = 50_000;

/** `names("device/")("D1")` is `device/D1`, `names("tamper|", "||")("D1")` is `tamper|D1||`. */
export function names(prefix: string, suffix = ""): (id: string) => string {
  const known = new Map<string, string>();
  return (id) => {
    let name = known.get(id);
    if (name === undefined) {
      name = prefix + id + suffix;
      if (known.size < MAX_KNOWN) known.set(id, name);
    }
    return name;
  };
}
