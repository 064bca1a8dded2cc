/** Mapping of an uplink: a template that turns an event into the platform's own JSON. Values only, nothing is carried out. Pure. */
import { z } from "zod";
import { Alert } from "./alert.ts";
import { CloudEvent } from "./envelope.ts";
import type { Problem } from "./errors.ts";
import { didYouMean } from "./spelling.ts";

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
type Scalar = z.infer<typeof Scalar>;

/** A value looked up, translated or written as a time. */
const Lookup = z.strictObject({
  from: z.string().min(1).describe("a path into the event, as data.address.grid"),
  table: z.record(z.string(), Scalar).optional().describe("what becomes of each value"),
  time: z.string().min(1).max(64).optional().describe("yyyy MM dd HH mm ss SSS, or epoch-ms, epoch-s"),
  default: Scalar.optional().describe("where there is no such value, or none in the table"),
});
type Lookup = z.infer<typeof Lookup>;

export type Template = Scalar | readonly Template[] | { readonly [key: string]: Template };
const Template: z.ZodType<Template> = z.lazy(() =>
  z.union([Scalar, z.array(Template).max(200), z.record(z.string(), Template)]),
);

export const Mapping = z.strictObject({
  types: z
    .array(z.string().min(1))
    .min(1)
    .default(["gatehouse.alert.*"])
    .describe("the events it is for, `*` at the end matches any rest; no others are sent"),
  template: z
    .record(z.string(), Template)
    .describe("the platform's JSON, with `${path}` where a value of the event belongs"),
});
export type Mapping = z.infer<typeof Mapping>;

const PLACE = /\$\{([^}]*)\}/g;
const PATH = /^[A-Za-z][\w-]*(\.[\w-]+)*$/;
const MAX_DEPTH = 10;
const TIME_PARTS = /yyyy|MM|dd|HH|mm|ss|SSS/g;

const isLookup = (value: object): value is Lookup => "from" in value && !Array.isArray(value);

/** Everything wrong with a template, by paths below `template`. */
export function mappingProblems({ types, template }: Mapping): readonly Problem[] {
  const alertsOnly = types.every((type) => type.startsWith("gatehouse.alert."));
  const problems: Problem[] = [];
  const look = (value: Template, path: string, depth: number): void => {
    if (depth > MAX_DEPTH)
      problems.push({ path, reason: `is nested deeper than ${MAX_DEPTH}`, fix: "make it flatter" });
    else if (typeof value === "string") problems.push(...textProblems(value, path, alertsOnly));
    else if (typeof value === "object" && value !== null) {
      if (isLookup(value)) problems.push(...lookupProblems(value, path, alertsOnly));
      else for (const [key, item] of Object.entries(value)) look(item, `${path}.${key}`, depth + 1);
    }
  };
  look(template, "template", 0);
  return problems;
}

function textProblems(text: string, path: string, alertsOnly: boolean): readonly Problem[] {
  const places = Array.from(text.matchAll(PLACE), ([, inner = ""]) => inner.split("|")[0] ?? "");
  const problems = places.flatMap((place) => pathProblems(place, path, alertsOnly));
  if (!text.replace(PLACE, "").includes("${")) return problems;
  return [...problems, { path, reason: `"${text}" has a \${ without its }`, fix: `write \${data.space}` }];
}

function lookupProblems(value: object, path: string, alertsOnly: boolean): readonly Problem[] {
  const parsed = Lookup.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return [
      {
        path,
        reason: issue?.message ?? "is no look-up",
        fix: "a block with `from` takes `table`, `time` and `default` beside it",
      },
    ];
  }
  const { from, table, time } = parsed.data;
  const problems = [...pathProblems(from, `${path}.from`, alertsOnly)];
  if (table !== undefined && time !== undefined)
    problems.push({ path, reason: "has both `table` and `time`", fix: "keep one of the two" });
  if (
    time !== undefined &&
    !time.startsWith("epoch-") &&
    /[A-Za-z]/.test(time.replace(TIME_PARTS, "").replace(/'[^']*'|T/g, ""))
  )
    problems.push({
      path: `${path}.time`,
      reason: `"${time}" is no time format`,
      fix: "use yyyy MM dd HH mm ss SSS, or epoch-ms, epoch-s",
    });
  if (time?.startsWith("epoch-") === true && time !== "epoch-ms" && time !== "epoch-s")
    problems.push({ path: `${path}.time`, reason: `"${time}" is no time format`, fix: "write epoch-ms or epoch-s" });
  return problems;
}

function pathProblems(path: string, at: string, alertsOnly: boolean): readonly Problem[] {
  const [first = "", second] = path.split(".");
  if (!PATH.test(path))
    return [{ path: at, reason: `"${path}" is no path`, fix: "write names with dots, as data.address.grid" }];
  const attributes = Object.keys(CloudEvent.shape);
  if (!attributes.includes(first)) {
    const fix = didYouMean(first, attributes) ?? `an event has ${attributes.join(", ")}; the alert stands in data`;
    return [{ path: at, reason: `an event has no "${first}"`, fix }];
  }
  const fields = Object.keys(Alert.shape);
  if (!alertsOnly || first !== "data" || second === undefined || fields.includes(second)) return [];
  return [
    {
      path: at,
      reason: `an alert has no "${second}"`,
      fix: didYouMean(second, fields) ?? `it has ${fields.join(", ")}`,
    },
  ];
}

/** The platform's JSON for one event. Keys whose value the event does not have, and which have no default, are left out. */
export function mapEvent({ template }: Mapping, event: unknown): unknown {
  return fill(template, event) ?? {};
}

function fill(value: Template, event: unknown): unknown {
  if (typeof value === "string") return fillText(value, event);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Template) => fill(item, event) ?? null);
  if (isLookup(value)) return lookUp(value, event);
  const filled = Object.entries(value).map(([key, item]) => [key, fill(item, event)] as const);
  return Object.fromEntries(filled.filter(([, item]) => item !== undefined));
}

/** A place that is the whole text keeps the value's own type; within a text it becomes text, empty where nothing is. */
function fillText(text: string, event: unknown): unknown {
  const whole = /^\$\{([^}]*)\}$/.exec(text)?.[1];
  if (whole !== undefined) return placed(whole, event);
  return text.replace(PLACE, (_, inner: string) => {
    const value = placed(inner, event);
    return value === undefined || value === null
      ? ""
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  });
}

/** `path|default`. */
function placed(inner: string, event: unknown): unknown {
  const [path = "", ...rest] = inner.split("|");
  return at(path, event) ?? (rest.length === 0 ? undefined : rest.join("|"));
}

function lookUp({ from, table, time, default: otherwise }: Lookup, event: unknown): unknown {
  const value = at(from, event);
  if (value === undefined || value === null) return otherwise;
  if (table !== undefined) return Object.hasOwn(table, String(value)) ? table[String(value)] : otherwise;
  return time === undefined ? value : (timeAs(time, String(value)) ?? otherwise);
}

function at(path: string, event: unknown): unknown {
  let value = event;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3}))?/;

/** On the wall clock of the site, whose offset stands in the text already. */
function timeAs(format: string, text: string): string | number | undefined {
  if (format === "epoch-ms" || format === "epoch-s") {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : format === "epoch-ms" ? ms : Math.floor(ms / 1_000);
  }
  const [, yyyy, MM, dd, HH, mm, ss, SSS = "0"] = RFC3339.exec(text) ?? [];
  if (yyyy === undefined) return undefined;
  const parts: Readonly<Record<string, string | undefined>> = { yyyy, MM, dd, HH, mm, ss, SSS: SSS.padEnd(3, "0") };
  return format.replace(TIME_PARTS, (name) => parts[name] ?? name);
}
