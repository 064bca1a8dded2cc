/** What a labelled site is asked to be: the options and their defaults. */
import { ConfigError } from "@gatehouse/protocol";
import { z } from "zod";

export const LABELLED_KINDS = ["compound", "lock-only", "dormitory", "construction", "all-sensors", "meters"] as const;
export const PEOPLE_WORLDS = ["nominal", "social", "evasive"] as const;
export const FAULT_WORLDS = ["none", "nominal", "heavy"] as const;
export const SENSOR_KINDS = ["lock", "counter", "radar", "meters"] as const;

export type LabelledKind = (typeof LABELLED_KINDS)[number];
export type PeopleWorld = (typeof PEOPLE_WORLDS)[number];
export type FaultWorld = (typeof FAULT_WORLDS)[number];
export type SensorKind = (typeof SENSOR_KINDS)[number];
/** Who lives there decides the plan of the house, the work and the habits. */
export type Family = "flats" | "dormitory" | "construction";

const LONGEST_DAYS = 730;

const Options = z.strictObject({
  kind: z.enum(LABELLED_KINDS),
  seed: z.union([z.int(), z.string().min(1).max(200)]),
  days: z.int().min(21, "must be at least 21: an unlawful stay takes two weeks").max(LONGEST_DAYS).optional(),
  spaces: z.int().min(1).max(500).optional(),
  people: z.enum(PEOPLE_WORLDS).default("nominal"),
  faults: z.enum(FAULT_WORLDS).default("nominal"),
  sensors: z.array(z.enum(SENSOR_KINDS)).min(1).optional(),
});

export type LabelledOptions = z.input<typeof Options>;

export interface LabelledPlan {
  readonly kind: LabelledKind;
  readonly family: Family;
  readonly seed: number | string;
  readonly days: number;
  readonly spaces: number;
  readonly people: PeopleWorld;
  readonly faults: FaultWorld;
  readonly sensors: ReadonlySet<SensorKind>;
}

interface KindFacts {
  readonly family: Family;
  readonly days: number;
  readonly spaces: number;
  readonly sensors: readonly SensorKind[];
}

const KINDS: Readonly<Record<LabelledKind, KindFacts>> = {
  compound: { family: "flats", days: 56, spaces: 24, sensors: ["lock", "counter"] },
  "lock-only": { family: "flats", days: 56, spaces: 24, sensors: ["lock"] },
  dormitory: { family: "dormitory", days: 42, spaces: 20, sensors: ["lock", "counter", "radar"] },
  construction: { family: "construction", days: 42, spaces: 16, sensors: ["lock", "counter", "radar"] },
  "all-sensors": { family: "flats", days: 56, spaces: 24, sensors: ["lock", "counter", "radar", "meters"] },
  meters: { family: "flats", days: 56, spaces: 24, sensors: ["meters"] },
};

/** Throws ConfigError with the path of the first wrong option. */
export function labelledPlan(options: LabelledOptions): LabelledPlan {
  const parsed = Options.safeParse(options);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new ConfigError(
      {
        path: `labelled.${issue?.path.join(".") ?? ""}`,
        reason: issue?.message ?? "invalid",
        fix: "see gatehouse sim --help",
      },
      { cause: parsed.error },
    );
  }
  const { kind, seed, people, faults } = parsed.data;
  const facts = KINDS[kind];
  return {
    kind,
    family: facts.family,
    seed,
    people,
    faults,
    days: parsed.data.days ?? facts.days,
    spaces: parsed.data.spaces ?? facts.spaces,
    sensors: new Set(parsed.data.sensors ?? facts.sensors),
  };
}
