// Counts what a Vitest run did, project by project, into the file named by GATEHOUSE_TALLY.
import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface RunTally {
  readonly projects: Readonly<Record<string, Tally>>;
  /** Errors outside any test. */
  readonly errors: number;
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
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tally: RunTally = { projects: count(modules), errors: errors.length };
    writeFileSync(process.env["GATEHOUSE_TALLY"] ?? "/dev/stderr", JSON.stringify(tally));
  }
}
