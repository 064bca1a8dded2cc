/** Pages of a list that changes while it is read: the cursor names the item behind which the next page begins. */
import { ConfigError } from "@gatehouse/protocol";

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
}

/**
 * `items` are in the order `isBehind` tells of: true for what comes after the item the cursor names, whether that item is still there or not.
 * So nothing is shown twice and nothing is left out when items come or go between two pages.
 */
export function pageOf<T>(
  items: readonly T[],
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
  cursorOf: (item: T) => string,
  isBehind: (item: T, cursor: string) => boolean,
): Page<T> {
  let from = 0;
  if (after !== undefined) {
    from = items.findIndex((item) => isBehind(item, after));
    if (from < 0) from = items.length;
  }
  const shown = items.slice(from, from + limit);
  const last = shown.at(-1);
  const next = last === undefined || from + limit >= items.length ? null : cursorOf(last);
  return { items: shown, next, total: items.length };
}

/** A cursor that is a number. Throws ConfigError for one that no page ever gave. */
export function numberOf(cursor: string): number {
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor);
  throw new ConfigError({
    path: "query.after",
    reason: `"${cursor}" is no cursor`,
    fix: "give `next` of the page before",
  });
}
