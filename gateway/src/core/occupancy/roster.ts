/** A space's roster: which credentials were used at its doors on which days. Pseudonyms only, bounded, forgotten after four weeks. */

import type { CredentialRole } from "@gatehouse/protocol";
import type { z } from "zod";
import { DAYS } from "./diary.ts";

/** `pass-key`: on no list, and opens many dwellings. */
export type Role = z.infer<typeof CredentialRole> | "unlisted" | "pass-key";

export interface Member {
  role: Role;
  /** Uses per day, ring by local day number. */
  readonly uses: Uint8Array;
  lastDay: number;
  /** The first day it was ever used here while remembered. */
  firstDay: number;
  /** Exits of the space when it was last used to come in, and when that was; undefined: it went out since. */
  inside?: { readonly exits: number; readonly atMs: number } | undefined;
}

export type Roster = Map<string, Member>;

/** False where nobody shows a key of his own: no word of the people, as where there is no lock. */
export function hasCards(roster: Roster): boolean {
  for (const { role } of roster.values()) if (role !== "pass-key") return true;
  return false;
}

/** A second swipe of the same entry. */
const SAME_ENTRY_MS = 60_000;

/** The credential comes in: true when nobody can have gone out since it last did, so that somebody else has it too. */
export function comesInTwice(member: Member, exits: number, atMs: number): boolean {
  const { inside } = member;
  if (inside !== undefined && atMs - inside.atMs < SAME_ENTRY_MS) return false;
  member.inside = { exits, atMs };
  return inside !== undefined && inside.exits === exits && atMs > inside.atMs;
}

/** More credentials than any room's people have: a babbling lock must not fill the memory. */
const MAX_MEMBERS = 64;
const TOP = 255;

export function useCredential(roster: Roster, credential: string, role: Role, day: number): Member {
  let member = roster.get(credential);
  if (member === undefined) {
    if (roster.size >= MAX_MEMBERS) forgetOldest(roster);
    member = { role, uses: new Uint8Array(DAYS), lastDay: day, firstDay: day };
    roster.set(credential, member);
  } else if (role !== "unlisted" || member.role !== "pass-key") member.role = role;
  if (day <= member.lastDay - DAYS) return member;
  for (let d = Math.max(member.lastDay + 1, day - DAYS + 1); d <= day; d++) member.uses[d % DAYS] = 0;
  member.lastDay = Math.max(member.lastDay, day);
  member.firstDay = Math.min(member.firstDay, day);
  member.uses[day % DAYS] = Math.min(TOP, (member.uses[day % DAYS] ?? 0) + 1);
  return member;
}

export function usesOn(member: Member, day: number): number {
  return day > member.lastDay || day <= member.lastDay - DAYS ? 0 : (member.uses[day % DAYS] ?? 0);
}

/** Drops who was not seen for four weeks. */
export function forgetGone(roster: Roster, day: number): void {
  for (const [credential, member] of roster) if (member.lastDay <= day - DAYS) roster.delete(credential);
}

function forgetOldest(roster: Roster): void {
  let oldest: string | undefined;
  let lastDay = Number.POSITIVE_INFINITY;
  for (const [credential, member] of roster) {
    if (member.lastDay < lastDay) [oldest, lastDay] = [credential, member.lastDay];
  }
  if (oldest !== undefined) roster.delete(oldest);
}
