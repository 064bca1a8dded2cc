/** Names put together from a prefix and an id: each is made once, for a text is hashed anew as often as it is made. */

/** More ids than any site has; beyond them names are made anew. */
export const MAX_KNOWN = 50_000;

/** By id the names made with each prefix: they are asked for together, so they lie together. */
const known = new Map<string, (string | undefined)[]>();
let prefixes = 0;

/** `names("device/")("D1")` is `device/D1`, `names("tamper|", "||")("D1")` is `tamper|D1||`. */
export function names(prefix: string, suffix = ""): (id: string) => string {
  const place = prefixes++;
  return (id) => {
    let own = known.get(id);
    if (own === undefined) {
      own = [];
      if (known.size < MAX_KNOWN) known.set(id, own);
    }
    own[place] ??= prefix + id + suffix;
    return own[place];
  };
}
