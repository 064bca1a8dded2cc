import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "@gatehouse/protocol";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { loadSite } from "../config.ts";
import { runCases } from "../core/rules/custom/cases.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { loadRuleFile, ruleFilesAt } from "./rules.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-rules-"));
  mkdirSync(join(folder, "rules"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const EXAMPLES = ruleFilesAt(fileURLToPath(new URL("../../rules/", import.meta.url)));

test("examples are shipped", () => {
  expect(EXAMPLES.length).toBeGreaterThan(0);
});

describe.each(EXAMPLES)("the example %s", (file) => {
  const { rules } = loadRuleFile(file);

  it.each(rules.map((rule) => [rule.id, rule] as const))(
    "%s passes its own tests, of which there are some",
    (_id, rule) => {
      expect(rule.tests.length).toBeGreaterThan(1);
      expect(runCases(rule, "Asia/Shanghai").filter(({ passed }) => !passed)).toEqual([]);
    },
  );

  it.each(rules.map((rule) => [rule.id, rule] as const))(
    "%s has tests that a rule without its condition fails",
    (_id, rule) => {
      for (const never of ["true", "false"]) {
        const broken = { ...rule, if: never };
        expect(
          runCases(broken, "Asia/Shanghai").some(({ passed }) => !passed),
          never,
        ).toBe(true);
      }
    },
  );
});

const TITLE = "title: { zh: 一, en: One }";

function write(name: string, text: string): string {
  const file = join(folder, "rules", name);
  writeFileSync(file, text);
  return file;
}

function problemsOf(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ file = "-", line, path, reason, fix }) => `${basename(file)}:${line} ${path}: ${reason} -> ${fix}`,
    );
  }
}

test("what is wrong in a rule file is said with file, line, column and what to write", () => {
  const file = write(
    "bad.yaml",
    `rules:
  - id: one
    ${TITLE}
    when: reading
    for: 2h
    if: kind == "panic" && hours > 3
    clear: present
  - id: one
    ${TITLE}
    when: estimate
    at: "07:00"
    if: present > 3
    days: { over: 5, of: 3 }
    tests:
      - name: t
        given: { presnt: 3 }
        steps: [{ at: "2026-03-02T12:00:00+08:00", present: "many", kind: panic }]
        expect: raised
`,
  );
  expect(problemsOf(() => loadRuleFile(file))).toEqual([
    'bad.yaml:6 rules[0].if: rule "one", column 20: there is no "hours" -> did you mean "hour"?',
    'bad.yaml:7 rules[0].clear: rule "one", column 1: is int, not true or false -> compare it with something, as in `present > limit`',
    "bad.yaml:5 rules[0].for: a reading does not last -> remove it, or write `when: estimate`; `days` counts days with such readings",
    'bad.yaml:8 rules[1].id: "one" is there already -> choose another id',
    "bad.yaml:11 rules[1].at: is for rules judged by the calendar -> remove it, or write `when: calendar`",
    "bad.yaml:13 rules[1].days.over: cannot be more than `of` (3) -> write at most 3",
    'bad.yaml:16 rules[1].tests[0].given.presnt: there is no "presnt" -> did you mean "present"?',
    'bad.yaml:17 rules[1].tests[0].steps[0].present: must be a whole number, not "many" -> write a whole number',
    'bad.yaml:17 rules[1].tests[0].steps[0].kind: "kind" belongs to a reading -> known: hour, minute, weekday, night, dayOff, space, spaceKind, risk, limit, registered, present, presentLow, presentHigh, residing, residingLow, residingHigh, pOver',
  ]);
});

test("a misspelt key, a missing title and a bad span are said by the schema", () => {
  const file = write("keys.yaml", `rules:\n  - { id: a, when: readings, iff: "true", for: soon }\n`);
  const found = problemsOf(() => loadRuleFile(file)).join("\n");
  for (const part of [
    "rules[0].title",
    "rules[0].when",
    'unknown key "iff"',
    "must be a span of time like 90s, 10m, 2h or 3d",
  ])
    expect(found).toContain(part);
});

describe("the rules a site file names", () => {
  const site = (rules: readonly string[]) => {
    const file = join(folder, "site.yaml");
    const text = {
      site: { id: "s", name: "s", kind: "dormitory", address: { code: "1", grid: "G" } },
      spaces: [{ id: "r1", kind: "room", areaM2: 20 }],
      rules,
    };
    writeFileSync(file, JSON.stringify(text));
    return () => loadSite(file, { driverTypes, uplinkTypes });
  };
  const one = (id: string, more = "") => `rules:\n  - { id: ${id}, ${TITLE}, when: calendar, if: night${more} }\n`;

  it("are files or folders beside it, in its order, and come without their tests", () => {
    write("b.yaml", one("b"));
    write("a.yaml", one("a"));
    const ids = (names: readonly string[]) => site(names)().rules.map(({ id }) => id);
    expect(ids(["rules"])).toEqual(["a", "b"]);
    expect(ids(["rules/b.yaml", "rules/a.yaml"])).toEqual(["b", "a"]);
    expect(ids([])).toEqual([]);
  });

  it("are checked with it: a missing file, a bad file, a space that is not there, an id taken twice", () => {
    write("a.yaml", one("a", ", spaces: [r2]"));
    write("b.yaml", one("a"));
    write("c.yaml", one("c").replace("if: night", "if: nigth"));
    expect(problemsOf(site(["rules/no.yaml", "rules"]))).toEqual([
      'site.yaml:1 rules[0]: there is no file or folder "rules/no.yaml" -> names are relative to the site file: correct it, or remove the line',
      'a.yaml:undefined rules "a" spaces: there is no space "r2" on this site -> did you mean "r1"?',
      'b.yaml:undefined id: there is a rule "a" in another file already -> give one of the two another id',
      'c.yaml:2 rules[0].if: rule "c", column 1: there is no "nigth" -> did you mean "night"?',
    ]);
  });
});
