// The gate: linter, build, then every test project. Ends with one line, `N passed, N failed`, over all of them.
// --check leaves out the slow projects. A project without a single passed test is a failure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { RunTally } from "./tally-reporter.ts";

const FAST = ["unit", "structure", "accuracy", "security", "contract"];
const SLOW = ["e2e", "browser", "faults", "replug", "timed"];

const root = resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "gatehouse-tally-"));
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  return status === 0;
}

const bin = (name: string): string => join(root, "node_modules/.bin", name);

/** A step that is no test: its failure counts as one. */
function step(name: string, command: string, args: readonly string[]): boolean {
  if (run(command, args)) return true;
  failures.push(name);
  totals.failed++;
  return false;
}

function vitest(projects: readonly string[]): void {
  const file = join(scratch, `${projects.join("-")}.json`);
  const only = projects.flatMap((project) => ["--project", project]);
  const reporters = ["--reporter=default", "--reporter=./scripts/tally-reporter.ts"];
  const ended = run(bin("vitest"), ["run", ...only, ...reporters], { GATEHOUSE_TALLY: file });
  const tally = readTally(file);
  failures.push(...tally.failures);
  let failed = tally.errors;
  for (const project of projects) {
    const counts = tally.projects[project] ?? { passed: 0, failed: 0, skipped: 0 };
    totals.passed += counts.passed;
    totals.skipped += counts.skipped;
    failed += counts.failed;
    if (counts.passed + counts.failed > 0) continue;
    failures.push(`project ${project} ran no test`);
    failed++;
  }
  totals.failed += failed === 0 && !ended ? 1 : failed;
}

function readTally(file: string): RunTally {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as RunTally;
  } catch {
    return { projects: {}, errors: 1, failures: ["vitest ended without a tally"] };
  }
}

const checkOnly = process.argv.includes("--check");
step("linter", bin("biome"), ["check", "."]);
if (step("needs", process.execPath, ["scripts/needs.ts"]) && step("build", process.execPath, ["scripts/build.ts"])) {
  vitest(FAST);
  if (!checkOnly) vitest(SLOW);
}
rmSync(scratch, { recursive: true, force: true });
for (const failure of failures) console.error(`\nfailed: ${failure}`);
if (totals.skipped > 0) console.log(`${totals.skipped} skipped`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
