/** Scenario files: who lives where, from when, for how long. YAML, checked whole before anything runs. */
import { readFileSync } from "node:fs";
import { ConfigError, Id, isTimeZone, type Problem, RiskLevel, Time } from "@gatehouse/protocol";
import { parseDocument } from "yaml";
import { z } from "zod";
import { flatsOf } from "./compound.ts";
import { Line, lineProblems } from "./lines/scenario-lines.ts";

export const Habit = z
  .enum(["day", "night", "home"])
  .describe("`day` works by day and sleeps at home, `night` the other way round, `home` only runs errands");
export type Habit = z.infer<typeof Habit>;

const dayNumber = z.int().min(1).max(3650);

export const People = z.strictObject({
  habit: Habit,
  count: z.int().min(1).max(50).default(1).describe("how many people with this habit"),
  from: dayNumber
    .optional()
    .describe("move in on the evening of this day of the scenario, 1 being the first; default: lived here before"),
  until: dayNumber.optional().describe("move out on the morning of this day; default: stay"),
});

export const Flat = z.strictObject({
  id: Id.describe("the space's id; its devices are lock-ID and count-ID"),
  name: z.string().max(200).optional().describe("name for people"),
  rooms: z.array(z.number().positive()).min(1).max(20).describe("usable area of each room in square metres"),
  registered: z
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe("how many people are registered; default: those who lived here before"),
  risk: RiskLevel.optional().describe("risk colour"),
  plate: z.string().max(64).optional().describe("number of the QR plate at the door"),
  visitors: z.number().min(0).max(1).optional().describe("chance of visitors in an evening; default: the scenario's"),
  people: z.array(People).describe("who lives here"),
});
export type Flat = z.infer<typeof Flat>;

export const Compound = z.strictObject({
  flats: z.int().min(1).max(20_000).describe("how many flats; each has a lock and a counter"),
  floors: z.int().min(1).max(40).default(6).describe("floors of a building"),
  flatsPerFloor: z.int().min(1).max(40).default(4),
  overLimit: z.number().min(0).max(1).default(0.03).describe("share of flats that hold more people than allowed"),
});
export type Compound = z.infer<typeof Compound>;

export const Scenario = z
  .strictObject({
    name: Id,
    site: z.strictObject({
      id: Id,
      name: z.string().min(1).max(200),
      timezone: z.string().refine(isTimeZone, "must be an IANA time zone, as Asia/Shanghai").default("Asia/Shanghai"),
      address: z.strictObject({
        code: z.string().min(1).max(64).describe("standard address code"),
        grid: z.string().min(1).max(64).describe("grid that gets the alerts"),
        text: z.string().max(500).optional(),
      }),
    }),
    start: Time.describe("world time the scenario begins at, where it runs in virtual or scaled time"),
    days: z.int().min(1).max(3650).describe("how long it runs"),
    visitors: z.number().min(0).max(1).default(0.08).describe("chance of visitors in an evening, for every flat"),
    flats: z.array(Flat).min(1).optional().describe("flats one by one, or …"),
    compound: Compound.optional().describe("… a compound of that size, filled by itself"),
    lines: z.array(Line).default([]).describe("devices on serial lines and device servers, beside those with MQTT"),
  })
  .refine((scenario) => (scenario.flats === undefined) !== (scenario.compound === undefined), {
    error: "must have exactly one of `flats` and `compound`",
  });
export type Scenario = z.infer<typeof Scenario>;

/** Scenarios that come with the package. */
export const SCENARIOS = ["compound", "load"] as const;

/** Reads a scenario by the name of a shipped one or by path. Throws ConfigError that names every problem. */
export function readScenario(nameOrPath: string): Scenario {
  const shipped = SCENARIOS.find((name) => name === nameOrPath);
  const file = shipped === undefined ? nameOrPath : new URL(`../scenarios/${shipped}.yaml`, import.meta.url);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const fix = `give a file that can be read, or one of ${SCENARIOS.join(", ")}`;
    throw new ConfigError({ path: nameOrPath, reason: "cannot be read", fix }, { cause });
  }
  return parseScenario(text);
}

/** Throws ConfigError that names every problem. */
export function parseScenario(text: string): Scenario {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map((error): Problem => ({ path: "", reason: `not YAML: ${error.message}` })),
    );
  }
  const parsed = Scenario.safeParse(document.toJS());
  if (!parsed.success) {
    throw new ConfigError(
      parsed.error.issues.map((issue): Problem => ({ path: issue.path.join("."), reason: issue.message })),
    );
  }
  const ids = (parsed.data.flats ?? []).map((flat) => flat.id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new ConfigError({ path: "flats", reason: `"${twice}" stands twice`, fix: "choose another id" });
  }
  const problems = lineProblems(parsed.data.lines, new Set(flatsOf(parsed.data).map(({ id }) => id)));
  if (problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

/** World time the scenario begins at. */
export const startOf = (scenario: Scenario): number => Date.parse(scenario.start);
