/** Policies: dated, sourced limits and thresholds for one kind of premises, and the limit they give a space. */
import { z } from "zod";
import { Id } from "./names.ts";
import { RiskLevel, type Space, SpaceKind } from "./site.ts";

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM");

/** How many nights over the limit make an alert, and how many under it end one. */
export const NightRule = z.strictObject({
  over: z.int().min(1).describe("K: nights over the limit …"),
  of: z.int().min(1).max(60).describe("N: … among the last so many nights"),
  clear: z.int().min(1).max(60).describe("nights in a row within the limit that clear it"),
});
export type NightRule = z.infer<typeof NightRule>;

export const Policy = z.strictObject({
  id: Id,
  title: z.string().min(1),
  source: z.strictObject({
    name: z.string().min(1).describe("regulation or standard, with article or clause"),
    effective: z.iso.date().describe("in force since"),
    reference: z.string().optional().describe("where it can be read"),
    verified: z.boolean().describe("false: figures from memory, to be confirmed before use"),
  }),
  note: z.string().optional().describe("what a user must know: to which premises it applies, what it leaves open"),
  appliesTo: z.array(SpaceKind).min(1),
  personsPerRoom: z.int().min(1).optional(),
  areaPerPersonM2: z.number().positive().optional(),
  familyExemption: z
    .boolean()
    .default(false)
    .describe("a family is exempt from personsPerRoom, never from areaPerPersonM2"),
  nightWindow: z.strictObject({ from: clockTime, to: clockTime }).default({ from: "22:00", to: "06:00" }),
  nights: z.record(RiskLevel, NightRule),
  offenceWindowDays: z
    .int()
    .min(1)
    .max(3650)
    .default(365)
    .describe("a breach within it reopens the alert and is a further offence"),
});
export type Policy = z.infer<typeof Policy>;

export interface Limit {
  readonly persons: number;
  /** Policy id, or `site` for an explicit limit. */
  readonly policy: string;
  readonly basis: string;
}

/** The limit, or what is missing to derive it. */
export type LimitResult = { readonly limit: Limit } | { readonly missing: string };

const roomsOf = (space: Space): readonly (number | undefined)[] =>
  space.rooms?.map((room) => room.areaM2) ?? [space.areaM2];

/** The limit one policy gives: per room the smaller of head count and floor(area / square metres per person), summed over rooms. */
export function deriveLimit(space: Space, policy: Policy): LimitResult {
  if (space.limit !== undefined) {
    return { limit: { persons: space.limit.persons, policy: "site", basis: space.limit.basis } };
  }
  const heads = policy.familyExemption && space.familyExempt ? undefined : policy.personsPerRoom;
  const perPerson = policy.areaPerPersonM2;
  if (heads === undefined && perPerson === undefined) return { missing: `${policy.id} sets no figure for this space` };
  const rooms = roomsOf(space);
  if (perPerson !== undefined && rooms.includes(undefined)) {
    return { missing: `${policy.id} needs ${perPerson} m2 per person, but the space has no area` };
  }
  let persons = 0;
  for (const areaM2 of rooms) {
    const byArea =
      perPerson === undefined || areaM2 === undefined
        ? Number.POSITIVE_INFINITY
        : Math.floor(areaM2 / perPerson + 1e-9);
    persons += Math.min(heads ?? Number.POSITIVE_INFINITY, byArea);
  }
  if (persons < 1) return { missing: `${policy.id} allows nobody here: no room has ${perPerson} m2` };
  const parts = [
    heads === undefined
      ? policy.personsPerRoom === undefined
        ? undefined
        : "family: no head count"
      : `at most ${heads} per room`,
    perPerson === undefined ? undefined : `at least ${perPerson} m2 per person`,
  ].filter((part) => part !== undefined);
  const size = rooms.length === 1 ? "1 room" : `${rooms.length} rooms`;
  return { limit: { persons, policy: policy.id, basis: `${policy.source.name}: ${parts.join(", ")} (${size})` } };
}

/** The strictest of several policies. Undefined when none applies to the space; an explicit limit needs no policy. */
export function strictestLimit(space: Space, policies: readonly Policy[]): LimitResult | undefined {
  if (space.limit !== undefined)
    return { limit: { persons: space.limit.persons, policy: "site", basis: space.limit.basis } };
  let best: Limit | undefined;
  for (const policy of policies) {
    const result = deriveLimit(space, policy);
    if ("missing" in result) return result;
    if (best === undefined || result.limit.persons < best.persons) best = result.limit;
  }
  return best === undefined ? undefined : { limit: best };
}
