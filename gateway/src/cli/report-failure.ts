/** What a person sees when a command fails: a sentence for their own mistakes, a trace only for ours. */
import { ConfigError, FrameError, LinkError, type Problem, RejectedError } from "@gatehouse/protocol";
import { type Language, problemIn } from "../words/said.ts";
import { inTerminal, terminalLanguage } from "./terminal-language.ts";

const SHOWN_PROBLEMS = 100;

/** Prints to stderr, in the terminal's language; returns the exit code. */
export function reportFailure(error: unknown): number {
  const language = terminalLanguage(process.env);
  if (error instanceof ConfigError) {
    process.stderr.write(`${describeProblems(error.problems)}\n`);
    return 78;
  }
  if (error instanceof LinkError || error instanceof RejectedError || error instanceof FrameError) {
    process.stderr.write(`gatehouse: ${inTerminal(error.message)}\n`);
    return 1;
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof Error && typeof code === "string" && "syscall" in error) {
    process.stderr.write(`gatehouse: ${inTerminal(error.message)}\n`);
    return 1;
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`gatehouse: ${FAULT[language]}\n${trace}\n`);
  return 1;
}

const FAULT = { en: "this is a fault of the program, please report it", zh: "程序出错，请反馈给供应商" };

interface Frame {
  head(count: number): string;
  line(n: number): string;
  more(count: number): string;
}

type Kind = "problem" | "warning";

const frameOf = (language: Language, what: Kind): Frame =>
  language === "zh"
    ? {
        head: (count) => `${count}个${what === "problem" ? "问题" : "提醒"}`,
        line: (n) => `第${n}行`,
        more: (count) => `……另有${count}项`,
      }
    : {
        head: (count) => (count === 1 ? `1 ${what}` : `${count} ${what}s`),
        line: (n) => `line ${n}`,
        more: (count) => `… and ${count} more`,
      };

/** File by file, in the order given: line and path, what is wrong, what to write instead. */
export function describeProblems(
  problems: readonly Problem[],
  what: Kind = "problem",
  language = terminalLanguage(process.env),
): string {
  const frame = frameOf(language, what);
  const files = [...new Set(problems.map((problem) => problem.file))];
  const lines = [
    `${files.length === 1 && files[0] !== undefined ? `${files[0]}: ` : ""}${frame.head(problems.length)}`,
  ];
  lines.push("");
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) {
    const { file, line, path, reason, fix } = problemIn(problem, language);
    const where = [files.length > 1 ? file : undefined, line === undefined ? undefined : frame.line(line), path];
    const known = where.filter((part) => part !== undefined && part !== "");
    if (known.length > 0) lines.push(`  ${known.join("  ")}`);
    lines.push(`      ${reason}`);
    if (fix !== undefined) lines.push(`      -> ${fix}`);
  }
  if (problems.length > SHOWN_PROBLEMS) lines.push(`  ${frame.more(problems.length - SHOWN_PROBLEMS)}`);
  return lines.join("\n");
}
