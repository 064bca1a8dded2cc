/** What a schema found, as sentences for an operator: where, what is wrong with which value, what to write instead. */
import { didYouMean, type Problem } from "@gatehouse/protocol";
import type { core, ZodType } from "zod";
import { formatPath } from "../config/path.ts";

export type Checked<T> =
  | { readonly ok: true; readonly data: T }
  | { readonly ok: false; readonly issues: readonly core.$ZodIssue[]; readonly problems: readonly Problem[] };

/** Between the two halves of a message while it travels through the schema library, which has room for one. */
const SPLIT = "\u001f";

/** Parses `value`; problems have their paths below `at`. */
export function check<T>(schema: ZodType<T>, value: unknown, at: readonly PropertyKey[] = []): Checked<T> {
  const result = schema.safeParse(value, { error: say, reportInput: true });
  if (result.success) return { ok: true, data: result.data };
  const { issues } = result.error;
  return { ok: false, issues, problems: issues.flatMap((issue) => toProblems(issue, at)) };
}

function toProblems(issue: core.$ZodIssue, at: readonly PropertyKey[]): Problem[] {
  const path = [...at, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    const known = (issue.message.split(SPLIT)[1] ?? "").split(",");
    return issue.keys.map((key) => unknownKey([...path, key], key, known));
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0 && issue.message === "") {
    return closestBranch(issue.errors).flatMap((inner) => toProblems(inner, path));
  }
  const [reason = "is not right", fix] = issue.message.split(SPLIT);
  const whole = reason.startsWith("must be") && !reason.includes(", not ") ? `${reason}${butIs(issue, path)}` : reason;
  return [{ path: formatPath(path), reason: whole, ...(fix === undefined ? {} : { fix }) }];
}

export function unknownKey(path: readonly PropertyKey[], key: string, known: readonly string[]): Problem {
  const here = known.filter((name) => name !== "");
  const fix = didYouMean(key, here) ?? (here.length === 0 ? "remove it" : `known here: ${here.join(", ")}`);
  return { path: formatPath(path), reason: `unknown key "${key}"`, fix };
}

/** The branch the writer most likely meant: of the right type as a whole, with the fewest faults. */
function closestBranch(branches: readonly (readonly core.$ZodIssue[])[]): readonly core.$ZodIssue[] {
  return branches.toSorted((a, b) => Number(isOther(a)) - Number(isOther(b)) || a.length - b.length)[0] ?? [];
}

/** Not even of the type that the branch is about. */
const isOther = (branch: readonly core.$ZodIssue[]): boolean =>
  branch.every(({ path, code }) => path.length === 0 && (code === "invalid_type" || code === "invalid_value"));

/** The value itself, unless it may be a secret written where it must not stand. */
function butIs(issue: core.$ZodIssue, path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (typeof last === "string" && /pass|key|secret|token|cert|ca$/i.test(last)) return "";
  return issue.input === undefined ? "" : `, not ${show(issue.input)}`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a block of keys";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
  never: "left out",
  undefined: "left out",
};

/** Messages for what the schemas themselves have no words for. */
const say: core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return sayType(issue.expected, issue.input);
    case "invalid_value":
      return sayValue(issue.values, issue.input);
    case "too_small":
      return saySize("at least", issue.minimum, issue.origin, issue.inclusive !== false);
    case "too_big":
      return saySize("at most", issue.maximum, issue.origin, issue.inclusive !== false);
    case "unrecognized_keys":
      return `unknown keys${SPLIT}${knownKeys(issue.inst).join(",")}`;
    case "invalid_format":
      return issue.pattern === undefined ? `must be a ${issue.format}` : `must match ${issue.pattern}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_union":
      return "";
    default:
      return "is not right";
  }
};

function sayType(expected: string, input: unknown): string {
  const wanted = TYPE_WORDS[expected] ?? expected;
  if (input === undefined) return `is missing${SPLIT}add it: ${wanted}`;
  if (input === null) return `is empty, must be ${wanted}${SPLIT}write a value, or remove the key`;
  const quoted = expected === "string" && typeof input !== "object" ? `${SPLIT}put it in quotes: "${input}"` : "";
  const listed = expected === "array" ? `${SPLIT}begin each item with "- ", or write [ … ]` : "";
  return `must be ${wanted}, not ${show(input)}${quoted}${listed}`;
}

function sayValue(values: readonly unknown[], input: unknown): string {
  const names = values.map((value) => String(value));
  const reason = names.length === 1 ? `must be ${names[0]}` : `must be one of ${names.join(", ")}`;
  if (input === undefined) return `is missing${SPLIT}write one of ${names.join(", ")}`;
  const fix = typeof input === "string" ? didYouMean(input, names) : undefined;
  return `${reason}, not ${show(input)}${fix === undefined ? "" : `${SPLIT}${fix}`}`;
}

function saySize(bound: string, limit: number | bigint, origin: string, inclusive: boolean): string {
  const edge = inclusive ? `${bound} ${limit}` : `${bound === "at least" ? "more than" : "less than"} ${limit}`;
  if (origin === "string") return `must be ${edge} characters long`;
  return origin === "array" ? `must have ${edge} items` : `must be ${edge}`;
}

function knownKeys(inst: unknown): string[] {
  const shape = (inst as { readonly _zod?: { readonly def?: { readonly shape?: object } } } | undefined)?._zod?.def
    ?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}
