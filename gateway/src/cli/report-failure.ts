/** What a person sees when a command fails: a sentence for their own mistakes, a trace only for ours. */
import { ConfigError, FrameError, LinkError, type Problem, RejectedError } from "@gatehouse/protocol";

const SHOWN_PROBLEMS = 100;

/** Prints to stderr; returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof ConfigError) {
    process.stderr.write(`${describeProblems(error.problems)}\n`);
    return 78;
  }
  if (error instanceof LinkError || error instanceof RejectedError || error instanceof FrameError) {
    process.stderr.write(`gatehouse: ${error.message}\n`);
    return 1;
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof Error && typeof code === "string" && "syscall" in error) {
    process.stderr.write(`gatehouse: ${error.message}\n`);
    return 1;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`gatehouse: this is a fault of the program, please report it\n${trace}\n`);
  return 1;
}

/** File by file, in the order given: line and path, what is wrong, what to write instead. */
export function describeProblems(problems: readonly Problem[], what = "problem"): string {
  const count = problems.length === 1 ? `1 ${what}` : `${problems.length} ${what}s`;
  const files = [...new Set(problems.map((problem) => problem.file))];
  const lines = [`${files.length === 1 && files[0] !== undefined ? `${files[0]}: ` : ""}${count}`, ""];
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) {
    const where = [
      files.length > 1 ? problem.file : undefined,
      problem.line === undefined ? undefined : `line ${problem.line}`,
      problem.path === "" ? undefined : problem.path,
    ].filter((part) => part !== undefined);
    if (where.length > 0) lines.push(`  ${where.join("  ")}`);
    lines.push(`      ${problem.reason}`);
    if (problem.fix !== undefined) lines.push(`      -> ${problem.fix}`);
  }
  if (problems.length > SHOWN_PROBLEMS) lines.push(`  … and ${problems.length - SHOWN_PROBLEMS} more`);
  return lines.join("\n");
}
