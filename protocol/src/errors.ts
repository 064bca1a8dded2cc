/** Errors, cut by what the caller must do. Each carries its cause; the message carries the values. */

/** One thing wrong in what an operator wrote. */
export interface Problem {
  /** Where: `devices[3].portal`. */
  readonly path: string;
  /** What is wrong, with the value. */
  readonly reason: string;
  /** What to write instead. */
  readonly fix?: string;
  /** The file it stands in, where there is one. */
  readonly file?: string;
  /** Line in that file, from 1. */
  readonly line?: number;
}

/** One line: `site.yaml:34: devices[3].portal: there is no portal "door-320" -> did you mean "door-302"?` */
export function formatProblem(problem: Problem): string {
  const { file, line, path, reason, fix } = problem;
  const where = [
    file === undefined ? [] : line === undefined ? file : `${file}:${line}`,
    path === "" ? [] : path,
  ].flat();
  return `${(where.length === 0 ? ["(file)"] : where).join(": ")}: ${reason}${fix === undefined ? "" : ` -> ${fix}`}`;
}

/** The operator must change something. Caught by the command line: printed, exit 78. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[] | Problem, options?: ErrorOptions) {
    const list = "path" in problems ? [problems] : problems;
    super(list.map(formatProblem).join("\n"), options);
    this.problems = list;
  }
}

export interface LinkErrorOptions extends ErrorOptions {
  /** Looking again costs nobody anything, as for a port of this machine: no back-off waits longer. */
  readonly retryWithinMs?: number;
  /** The other side asks not to be tried again before so long. */
  readonly notBeforeMs?: number;
}

/** The way there is broken. The supervisor or the outbox backs off and makes it anew. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly code: "closed" | "timeout" | "refused";
  readonly retryWithinMs: number | undefined;
  readonly notBeforeMs: number | undefined;

  constructor(code: LinkError["code"], message: string, options?: LinkErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryWithinMs = options?.retryWithinMs;
    this.notBeforeMs = options?.notBeforeMs;
  }
}

/** The other side understood and said no. Never retried as it is. */
export class RejectedError extends Error {
  override readonly name = "RejectedError";
}

/** These bytes are bad. Counted and dropped by the driver's link, which lives on. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly code: "truncated" | "checksum" | "unknown" | "payload";

  constructor(code: FrameError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** We are wrong. A driver is made anew; in the core it ends the process, the journal has it all. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}
