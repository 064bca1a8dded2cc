/** What the gateway can be asked over its control socket: a row a request. */
import { ConfigError, LinkError, RejectedError } from "@gatehouse/protocol";
import type { z } from "zod";
import type { Logger } from "../core/ports.ts";
import { CONTROL_VERSION, type ControlAnswer, type ControlFailure, ControlRequestLine } from "./wire.ts";

/** One row. */
export interface ControlRequest {
  readonly name: string;
  /** No answer takes longer. What is late learns it by its signal. */
  readonly deadlineMs: number;
  /** What to say then, of what changes something: whether it still may. */
  readonly ifLate?: string;
  /** Throws ConfigError for params that are wrong, RejectedError for a no, LinkError for what cannot be done now. */
  answer(params: unknown, signal: AbortSignal): Promise<unknown>;
}

export interface RequestRow<T> {
  readonly name: string;
  /** Of `params`; missing ones are an empty object. */
  readonly params: z.ZodType<T>;
  readonly deadlineMs: number;
  readonly ifLate?: string;
  run(params: T, signal: AbortSignal): Promise<unknown>;
}

/** A row whose params are checked before it runs. */
export function controlRequest<T>({ params, run, ...row }: RequestRow<T>): ControlRequest {
  return {
    ...row,
    answer: async (given, signal) => {
      const parsed = params.safeParse(given ?? {});
      if (parsed.success) return await run(parsed.data, signal);
      throw new ConfigError(issueOf(parsed.error));
    },
  };
}

/** Answers one line; never rejects. */
export async function answerLine(
  line: string,
  requests: readonly ControlRequest[],
  log: Logger,
  within: (task: (signal: AbortSignal) => Promise<unknown>, row: ControlRequest) => Promise<unknown>,
): Promise<ControlAnswer> {
  try {
    const { request, params } = parseLine(line);
    const row = requests.find(({ name }) => name === request);
    if (row === undefined) {
      const known = requests.map(({ name }) => name).join(", ");
      throw new ConfigError({ path: "request", reason: `"${request}" is unknown; there are ${known}` });
    }
    const result = await within((signal) => row.answer(params, signal), row);
    return { v: CONTROL_VERSION, ok: true, result };
  } catch (error) {
    return { v: CONTROL_VERSION, ok: false, error: failureOf(error, log) };
  }
}

function parseLine(line: string): z.infer<typeof ControlRequestLine> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new ConfigError({ path: "", reason: "the line is no JSON" }, { cause });
  }
  const parsed = ControlRequestLine.safeParse(json);
  if (!parsed.success) throw new ConfigError(issueOf(parsed.error));
  return parsed.data;
}

function issueOf(error: z.ZodError): { readonly path: string; readonly reason: string } {
  const issue = error.issues[0];
  return { path: issue?.path.join(".") ?? "", reason: issue?.message ?? "is wrong" };
}

export function failureOf(error: unknown, log: Logger): ControlFailure {
  if (error instanceof ConfigError) {
    const { path, reason, fix } = error.problems[0] ?? { path: "", reason: error.message };
    return { code: "invalid", message: reason, path, ...(fix === undefined ? {} : { fix }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RejectedError) return { code: "refused", message };
  if (error instanceof LinkError) return { code: "unavailable", message };
  log.error({ err: error }, "a control request failed with a bug");
  return { code: "fault", message };
}
