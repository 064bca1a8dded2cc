/** A no of the console with a code of the catalogue, and how every error becomes the answer a caller reads. */
import { ConfigError, type Problem as ConfigProblem, LinkError, RejectedError } from "@gatehouse/protocol";
import { inLanguage, problemIn } from "../words/said.ts";
import type { Language } from "./language.ts";
import { catalogueEntry, type ProblemCode } from "./problem-catalogue.ts";
import type { Problem } from "./table/route.ts";

export interface RefusalOptions extends ErrorOptions {
  /** Fill in the sentences of the catalogue. */
  readonly values?: Readonly<Record<string, string | number>>;
  readonly problems?: Problem["problems"];
  /** Goes into `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** Thrown by whatever answers a row, where one of the catalogue's codes says it best. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ProblemCode;
  readonly values: Readonly<Record<string, string | number>>;
  readonly problems: Problem["problems"];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, { values = {}, problems, retryAfterSeconds, ...options }: RefusalOptions = {}) {
    super(code, options);
    this.code = code;
    this.values = values;
    this.problems = problems;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface ProblemAnswer {
  readonly status: number;
  readonly body: Problem;
  readonly retryAfterSeconds: number | undefined;
}

export function problemOf(refusal: Refusal, language: Language): ProblemAnswer {
  const { status, message, fix } = catalogueEntry(refusal.code);
  // A reason is a sentence of the gateway; all else is a name or a number.
  const value = (name: string, text: string) => (name === "reason" ? inLanguage(text, language) : text);
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name) => value(name, String(refusal.values[name] ?? whole)));
  const body = {
    code: refusal.code,
    message: fill(message[language]),
    ...(fix === undefined ? {} : { fix: fill(fix[language]) }),
    ...(refusal.problems === undefined ? {} : { problems: refusal.problems.map((each) => problemIn(each, language)) }),
  };
  return { status, body, retryAfterSeconds: refusal.retryAfterSeconds };
}

/** Undefined for what is no expected negative answer: a bug. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof ConfigError) {
    const problems = error.problems.map(({ path, reason, fix, line }) => ({
      path,
      reason,
      ...(fix === undefined ? {} : { fix }),
      ...(line === undefined ? {} : { line }),
    }));
    return new Refusal("config-invalid", { problems, cause: error });
  }
  if (error instanceof RejectedError)
    return new Refusal("refused", { values: { reason: error.message }, cause: error });
  if (error instanceof LinkError) {
    const code = error.code === "timeout" ? "timeout" : "unavailable";
    return new Refusal(code, { values: { reason: error.message }, cause: error });
  }
  return undefined;
}

/** `where` is the part of the request: `body`, `query`, `params`. */
export const invalidOf = (problems: readonly ConfigProblem[], where: string): Refusal =>
  new Refusal("invalid", {
    problems: problems.slice(0, MOST_PROBLEMS).map(({ path, reason, fix }) => ({
      path: path === "" ? where : `${where}.${path}`,
      reason,
      ...(fix === undefined ? {} : { fix }),
    })),
  });

const MOST_PROBLEMS = 100;
