// Counts what a Vitest run did, project by project, into the file named by GATEHOUSE_TALLY.
import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface RunTally {
  readonly projects: Readonly<Record<string, Tally>>;
  /** Errors outside any test. */
  readonly errors: number;
  /** What failed, each with the first lines of why: repeated at the end, where a cut log still shows it. */
  readonly failures: readonly string[];
}

const REASON_LINES = 6;

function reason(errors: readonly { readonly message?: string }[]): string {
  const lines = errors.flatMap((error) => String(error.message ?? error).split("\n"));
  return lines.slice(0, REASON_LINES).join("\n    ");
}

function failures(modules: readonly TestModule[], outside: readonly SerializedError[]): string[] {
  const told: string[] = [];
  for (const module of modules) {
    for (const test of module.children.allTests("failed")) {
      told.push(`${module.relativeModuleId} > ${test.fullName}\n    ${reason(test.result().errors ?? [])}`);
    }
    const loading = module.errors();
    if (loading.length > 0) told.push(`${module.relativeModuleId}\n    ${reason(loading)}`);
  }
  if (outside.length > 0) told.push(`outside any test\n    ${reason(outside)}`);
  return told;
}

function count(modules: readonly TestModule[]): Record<string, Tally> {
  const projects: Record<string, Tally> = {};
  for (const module of modules) {
    const before = projects[module.project.name] ?? { passed: 0, failed: 0, skipped: 0 };
    const states = Array.from(module.children.allTests(), (test) => test.result().state);
    const failedTests = states.filter((state) => state === "failed").length;
    const failedAsWhole = failedTests === 0 && module.state() === "failed" ? 1 : 0;
    projects[module.project.name] = {
      passed: before.passed + states.filter((state) => state === "passed").length,
      failed: before.failed + failedTests + failedAsWhole,
      skipped: before.skipped + states.filter((state) => state === "skipped" || state === "pending").length,
    };
  }
  return projects;
}

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const tally: RunTally = {
      projects: count(modules),
      errors: errors.length,
      failures: failures(modules, errors),
    };
    writeFileSync(process.env["GATEHOUSE_TALLY"] ?? "/dev/stderr", JSON.stringify(tally));
  }
}
