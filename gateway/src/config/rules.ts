/** Rule files: read, checked whole, every mistake with its file, line and column. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ConfigError, type CustomRule, didYouMean, type Problem, RuleFile } from "@gatehouse/protocol";
import { complaintsAbout } from "../core/rules/custom/compile.ts";
import { isVariable, type Scalar, VARIABLES, type VariableName, variablesFor } from "../core/rules/custom/variables.ts";
import { check } from "../words/schema-issues.ts";
import { readSource, type Source } from "./source.ts";

/** A site is judged by at most so many of them, at every reading. */
const MAX_RULES = 100;

export interface LoadedRules {
  readonly file: string;
  readonly rules: readonly CustomRule[];
}

/** Reads one rule file. Throws ConfigError with everything that is wrong in it. */
export function loadRuleFile(file: string): LoadedRules {
  const source = readSource(file);
  const checked = check(RuleFile, source.value);
  if (!checked.ok) throw new ConfigError(checked.problems.map((problem) => source.place(problem)));
  const { rules } = checked.data;
  const problems = rules.flatMap((rule, i) => problemsOf(rule, `rules[${i}]`, rules.slice(0, i), source));
  if (problems.length > 0) throw new ConfigError(problems);
  return { file, rules };
}

function problemsOf(rule: CustomRule, at: string, before: readonly CustomRule[], source: Source): Problem[] {
  const problems: Problem[] = complaintsAbout(rule).map(({ key, column, reason, fix }) => ({
    path: `${at}.${key}`,
    reason: `rule "${rule.id}", column ${column}: ${reason}`,
    fix,
  }));
  const say = (key: string, reason: string, fix: string) => problems.push({ path: `${at}.${key}`, reason, fix });
  if (before.some(({ id }) => id === rule.id)) say("id", `"${rule.id}" is there already`, "choose another id");
  if (rule.at !== undefined && rule.when !== "calendar")
    say("at", "is for rules judged by the calendar", "remove it, or write `when: calendar`");
  if (rule.for !== undefined && rule.when === "reading")
    say(
      "for",
      "a reading does not last",
      "remove it, or write `when: estimate`; `days` counts days with such readings",
    );
  if (rule.days !== undefined && rule.days.over > rule.days.of)
    say("days.over", `cannot be more than \`of\` (${rule.days.of})`, `write at most ${rule.days.of}`);
  for (const [i, { given, steps }] of rule.tests.entries()) {
    problems.push(...valuesOf(given ?? {}, rule, `${at}.tests[${i}].given`));
    for (const [j, { at: _, ...facts }] of steps.entries())
      problems.push(...valuesOf(facts, rule, `${at}.tests[${i}].steps[${j}]`));
  }
  return problems.map((problem) => source.place(problem));
}

/** Names and types in a test are those of the expressions. */
function valuesOf(facts: Readonly<Record<string, Scalar>>, rule: CustomRule, path: string): Problem[] {
  const names: readonly string[] = variablesFor(rule.when);
  return Object.entries(facts).flatMap(([name, value]): Problem[] => {
    if (!names.includes(name)) {
      const fix = didYouMean(name, names) ?? `known: ${names.join(", ")}`;
      const reason = isVariable(name) ? `"${name}" belongs to a reading` : `there is no "${name}"`;
      return [{ path: `${path}.${name}`, reason, fix }];
    }
    const wanted = wordOf(name as VariableName);
    const fits = wanted === "a whole number" ? Number.isInteger(value) : wanted === `a ${typeof value}`;
    return fits
      ? []
      : [
          {
            path: `${path}.${name}`,
            reason: `must be ${wanted}, not ${JSON.stringify(value)}`,
            fix: `write ${wanted}`,
          },
        ];
  });
}

function wordOf(name: VariableName): string {
  const { type } = VARIABLES[name];
  if (type === "int") return "a whole number";
  return type === "double" ? "a number" : type === "bool" ? "a boolean" : "a string";
}

/** Files of the folder, or the file itself. Throws ConfigError when there is neither. */
export function ruleFilesAt(path: string): string[] {
  if (!existsSync(path))
    throw new ConfigError({ path: "", reason: "there is no such file or folder", fix: "name a rule file", file: path });
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

export interface SiteRules {
  readonly rules: readonly CustomRule[];
  readonly problems: readonly Problem[];
}

/** Every rule the site file names, relative to it, in its order. */
export function loadSiteRules(siteFile: string, names: readonly string[], spaces: ReadonlySet<string>): SiteRules {
  const rules = new Map<string, CustomRule>();
  const problems: Problem[] = [];
  for (const [index, name] of names.entries()) {
    const path = resolve(dirname(siteFile), name);
    if (!existsSync(path)) {
      const fix = "names are relative to the site file: correct it, or remove the line";
      problems.push({ path: `rules[${index}]`, reason: `there is no file or folder "${name}"`, fix });
      continue;
    }
    for (const file of ruleFilesAt(path)) {
      try {
        for (const rule of loadRuleFile(file).rules) problems.push(...add(rules, rule, file, spaces));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        problems.push(...error.problems);
      }
    }
  }
  if (rules.size > MAX_RULES)
    problems.push({ path: "rules", reason: `${rules.size} rules are too many`, fix: `use at most ${MAX_RULES}` });
  return { rules: [...rules.values()], problems };
}

function add(rules: Map<string, CustomRule>, rule: CustomRule, file: string, spaces: ReadonlySet<string>): Problem[] {
  if (rules.has(rule.id)) {
    const fix = "give one of the two another id";
    return [{ path: "id", reason: `there is a rule "${rule.id}" in another file already`, fix, file }];
  }
  rules.set(rule.id, { ...rule, tests: [] });
  return (rule.spaces ?? [])
    .filter((space) => !spaces.has(space))
    .map((space) => ({
      path: `rules "${rule.id}" spaces`,
      reason: `there is no space "${space}" on this site`,
      fix: didYouMean(space, spaces) ?? "correct the id, or leave the space out",
      file,
    }));
}
