/** Lists in the order of a moment, the earliest first, then by id; and their cursors. */
import { ConfigError } from "@gatehouse/protocol";

export interface Moment {
  readonly ms: number;
  readonly id: string;
}

const compare = (a: Moment, b: Moment): number => a.ms - b.ms || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export const inOrder = <T>(items: readonly T[], momentOf: (item: T) => Moment): T[] =>
  items.toSorted((a, b) => compare(momentOf(a), momentOf(b)));

export const cursorOf = ({ ms, id }: Moment): string => `${ms}~${id}`;

/** Tells what comes behind the cursor. Throws ConfigError for one that no page ever gave. */
export function behindMoment<T>(after: string | undefined, momentOf: (item: T) => Moment): (item: T) => boolean {
  if (after === undefined) return () => false;
  const [, ms, id] = /^(\d{1,16})~(.{1,128})$/.exec(after) ?? [];
  if (ms === undefined || id === undefined)
    throw new ConfigError({
      path: "query.after",
      reason: `"${after}" is no cursor`,
      fix: "give `next` of the page before",
    });
  const cursor = { ms: Number(ms), id };
  return (item) => compare(momentOf(item), cursor) > 0;
}
