/** Policies: dated, sourced limits and thresholds for one kind of premises, and the limit they give a space. */
import { z } from "zod";
import { ResponseClocks } from "./escalation.ts";
import { Id } from "./names.ts";
import { RiskLevel, type Space, SpaceKind } from "./site.ts";

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be HH:MM");

/** How many nights over the limit make an alert, and how many under it end one. */
export const NightRule = z.strictObject({
  over: z.int().min(1).describe("K: nights over the limit …"),
  of: z.int().min(1).max(60).describe("N: … among the last so many nights"),
  clear: z.int().min(1).max(60).describe("nights in a row within the limit that clear it"),
  raiseAt: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("probability of being over the limit from which on a morning counts as over"),
  clearAt: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("probability of being over the limit below which a morning counts as within; less than raiseAt"),
});
export type NightRule = z.infer<typeof NightRule>;

/** How long too many people must be inside before it is a finding of its own, and how sure the count must be. */
export const Overcrowding = z.strictObject({
  judgedBy: z
    .enum(["low", "likely"])
    .default("low")
    .describe("`low`: the lower end of the count must be over the limit; `likely`: the count itself"),
  nightMinutes: z.int().min(0).max(1440).default(120).describe("over the limit for so long within the night window …"),
  dayMinutes: z.int().min(0).max(10_080).default(360).describe("… or for so long at any time of day"),
  clearMinutes: z.int().min(0).max(1440).default(30).describe("within the limit for so long clears it"),
});
export type Overcrowding = z.infer<typeof Overcrowding>;

/** When more residents than are registered are a finding. */
export const Registration = z.strictObject({
  workingDays: z.int().min(0).max(30).default(2).describe("working days a newcomer has to register"),
  over: z.int().min(1).max(60).default(4).describe("K: mornings with more residents than registered …"),
  of: z.int().min(1).max(60).default(7).describe("N: … among the last so many mornings"),
  clear: z.int().min(1).max(60).default(5).describe("mornings in a row without that clear it"),
});
export type Registration = z.infer<typeof Registration>;

/** Findings a day and grid may get where no policy says otherwise: what one assistant records in a day. */
export const DEFAULT_ALERTS_PER_GRID_AND_DAY = 20;
/** How long a door may stand open where nothing else is said. */
export const DEFAULT_DOOR_HELD_SECONDS = 600;

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
  metersOnly: NightRule.optional().describe(
    "in place of `nights` where a space has meters and no other device; default 5 of 6 at 0.55, cleared by 5 at 0.3",
  ),
  offenceWindowDays: z
    .int()
    .min(1)
    .max(3650)
    .default(365)
    .describe("a breach within it reopens the alert and is a further offence"),
  alertBudget: z
    .strictObject({ perGridAndDay: z.int().min(1).max(1_000_000) })
    .optional()
    .describe(
      `new findings about people one grid may get in a day, the rest waits; default ${DEFAULT_ALERTS_PER_GRID_AND_DAY}`,
    ),
  clocks: ResponseClocks.optional().describe(
    "by level: how long people have to acknowledge an alert and to resolve it; default see alerts.md",
  ),
  verification: z
    .strictObject({ nights: z.int().min(1).max(60).describe("nights in a row within the limit that prove it") })
    .optional()
    .describe("what closes an alert that is being rectified; default `clear` of its nights"),
  overcrowding: Overcrowding.optional().describe("when too many people inside are a finding of its own"),
  registration: Registration.optional().describe("when more residents than registered are a finding"),
  doorHeldSeconds: z
    .int()
    .min(5)
    .max(86_400)
    .optional()
    .describe(`how long a door may stand open; default ${DEFAULT_DOOR_HELD_SECONDS}`),
});
export type Policy = z.infer<typeof Policy>;

/** What the schema of a policy cannot see: figures that contradict one another. Paths are within the policy. */
export function contradictionsOf(
  policy: Policy,
): { readonly path: string; readonly reason: string; readonly fix: string }[] {
  const found: { readonly path: string; readonly reason: string; readonly fix: string }[] = [];
  const kOfN = (path: string, { over, of }: { readonly over: number; readonly of: number }, what: string) => {
    if (over <= of) return;
    const reason = `${over} of the last ${of} ${what} can never be over`;
    found.push({ path: `${path}.over`, reason, fix: `write at most ${of}, or a larger \`of\`` });
  };
  const rules = Object.entries(policy.nights).map(([risk, rule]): [string, NightRule] => [`nights.${risk}`, rule]);
  if (policy.metersOnly !== undefined) rules.push(["metersOnly", policy.metersOnly]);
  for (const [path, rule] of rules) {
    kOfN(path, rule, "nights");
    const { raiseAt, clearAt } = rule;
    if (raiseAt === undefined || clearAt === undefined || clearAt < raiseAt) continue;
    const reason = `${clearAt} is not below raiseAt ${raiseAt}: a finding would be raised and cleared by the same morning`;
    found.push({ path: `${path}.clearAt`, reason, fix: `write less than ${raiseAt}` });
  }
  if (policy.registration !== undefined) kOfN("registration", policy.registration, "mornings");
  return found;
}

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
