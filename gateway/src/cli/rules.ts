/** `gatehouse rules`: checks rule files and runs the tests that stand in them. */
import { existsSync } from "node:fs";
import { ConfigError, isTimeZone, type Problem } from "@gatehouse/protocol";
import { Command } from "commander";
import { type LoadedRules, loadRuleFile, ruleFilesAt } from "../config/rules.ts";
import { type CaseResult, runCases } from "../core/rules/custom/cases.ts";
import { describeProblems } from "./report-failure.ts";

interface RulesFlags {
  readonly json?: true;
  readonly timezone?: string;
}

const DEFAULT_FOLDER = "rules";

export function rulesCommand(): Command {
  const rules = new Command("rules").description("check and test rules of your own").addHelpText(
    "after",
    `
Examples:
  gatehouse rules check                  every file in rules/
  gatehouse rules test rules/night.yaml  run the tests that stand in the file
  gatehouse rules test --json | jq .     for machines

docs/rules.md tells how to write one. Exits with 0 when all is well, with 1 when a test failed, with 78 when a file is wrong.`,
  );
  rules.addCommand(
    inheriting(new Command("check"))
      .description("say what is wrong in rule files: file, line, column, and what to write instead")
      .argument("[files...]", "rule files or folders of them (default: rules/)")
      .option("--json", "print the result as JSON")
      .action((files: readonly string[], flags: RulesFlags) => checkRules(files, flags)),
  );
  rules.addCommand(
    inheriting(new Command("test"))
      .description("run the tests that stand in rule files")
      .argument("[files...]", "rule files or folders of them (default: rules/)")
      .option("--json", "print the result as JSON")
      .option("--timezone <zone>", "whose local time the tests are judged in", "Asia/Shanghai")
      .action((files: readonly string[], flags: RulesFlags) => testRules(files, flags)),
  );
  return rules;
}

const inheriting = (command: Command): Command =>
  command.exitOverride().showHelpAfterError("(gatehouse help rules explains it)");

function checkRules(names: readonly string[], { json }: RulesFlags): void {
  const loaded = loadOrExplain(names, json);
  if (loaded === undefined) return;
  const files = loaded.map(({ file, rules }) => ({
    file,
    rules: rules.map(({ id, when, title, tests }) => ({ id, when, title, tests: tests.length })),
  }));
  if (json) {
    print(JSON.stringify({ ok: true, files }, null, 2));
    return;
  }
  for (const { file, rules } of files) {
    print(`${file} is right`);
    for (const { id, when, title, tests } of rules)
      print(`  ${id}  (${when}, ${tests} tests)  ${title.en} ${title.zh}`);
  }
}

function testRules(names: readonly string[], { json, timezone = "" }: RulesFlags): void {
  if (!isTimeZone(timezone)) {
    const fix = "write an IANA name, as Asia/Shanghai";
    throw new ConfigError({ path: "--timezone", reason: `there is no time zone "${timezone}"`, fix });
  }
  const loaded = loadOrExplain(names, json);
  if (loaded === undefined) return;
  const files = loaded.map(({ file, rules }) => ({ file, cases: rules.flatMap((rule) => runCases(rule, timezone)) }));
  const all = files.flatMap(({ cases }) => cases);
  const failed = all.filter(({ passed }) => !passed).length;
  if (failed > 0) process.exitCode = 1;
  if (json) {
    print(JSON.stringify({ ok: failed === 0, passed: all.length - failed, failed, files }, null, 2));
    return;
  }
  for (const { file, cases } of files) {
    print(file);
    for (const result of cases) print(caseLine(result));
    if (cases.length === 0) print("  no tests");
  }
  print(`${all.length - failed} passed, ${failed} failed`);
}

const caseLine = ({ rule, name, passed, got }: CaseResult): string =>
  `  ${passed ? "pass" : "FAIL"}  ${rule}: ${name}${passed ? "" : `\n        got ${got}`}`;

/** Undefined after the problems were printed as JSON. Throws ConfigError where people read it. */
function loadOrExplain(names: readonly string[], json: true | undefined): LoadedRules[] | undefined {
  const problems: Problem[] = [];
  const loaded: LoadedRules[] = [];
  for (const file of filesOf(names)) {
    try {
      loaded.push(loadRuleFile(file));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length === 0) return loaded;
  process.exitCode = 78;
  if (json) print(JSON.stringify({ ok: false, problems }, null, 2));
  else process.stderr.write(`${describeProblems(problems)}\n`);
  return undefined;
}

function filesOf(names: readonly string[]): string[] {
  if (names.length > 0) return names.flatMap(ruleFilesAt);
  if (existsSync(DEFAULT_FOLDER)) return ruleFilesAt(DEFAULT_FOLDER);
  const reason = `there is no folder ${DEFAULT_FOLDER}/ here`;
  throw new ConfigError({ path: "", reason, fix: "name a rule file, or go to the folder of the site file" });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
