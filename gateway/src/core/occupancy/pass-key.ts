/** Keys that open many dwellings: a landlord's, a cleaner's, or one code for everybody. They say nothing of who lives behind any of the doors. */
import type { Belief } from "./belief.ts";

/** Somebody may have the key of a friend's flat; nobody lives in three. */
const DWELLINGS = 3;

/**
 * An unlisted credential was just used. Once it opened many dwellings within the weeks that are remembered, it is a resident's in none of them.
 * Returns the spaces it was taken for a resident's in until now.
 */
export function foundPassKey(beliefs: ReadonlyMap<string, Belief>, credential: string): string[] {
  const opened = [...beliefs].flatMap(([space, { roster }]) => {
    const member = roster.get(credential);
    return member === undefined ? [] : [{ space, member }];
  });
  if (opened.length < DWELLINGS) return [];
  return opened.flatMap(({ space, member }) => {
    if (member.role === "pass-key") return [];
    member.role = "pass-key";
    return [space];
  });
}
