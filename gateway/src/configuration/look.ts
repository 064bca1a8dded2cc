/** What a site file means, what is wrong with it and what it would change: long work for a large site, which is then done in a thread of its own. */
import { Worker } from "node:worker_threads";
import { ConfigError, LinkError, type Problem, systemClock } from "@gatehouse/protocol";
import type { Configuration } from "./configuration.ts";
import type { Difference } from "./diff.ts";
import type { Edit } from "./edits.ts";
import { type GivenSecret, toBeWritten } from "./given-secrets.ts";

export type LookAsked =
  | { readonly kind: "current" }
  /** What is wrong with it, and not what it would change. */
  | { readonly kind: "check"; readonly text: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "edits"; readonly edits: readonly Edit[]; readonly secrets?: readonly GivenSecret[] };

export interface Looked {
  /** What stands in it, nothing filled in; of the current file alone. */
  readonly value?: unknown;
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Against the current file. */
  readonly difference: Difference;
}

export interface LookTask {
  readonly siteFile: string;
  readonly stateDir: string;
  readonly asked: LookAsked;
}

export type FromLook = { readonly looked: Looked } | { readonly refused: readonly Problem[] };

/** Shorter files are looked at in a few milliseconds. */
const LARGE_CHARS = 20_000;

/** Who wrote the file mends these first. */
const MOST_PROBLEMS = 200;
const AT_ONCE = 2;

export interface LookBounds {
  readonly memoryMb: number;
  readonly patienceMs: number;
}
/** A site of 5,000 rooms takes a third of the memory, and a slow box minutes. */
const BOUNDS: LookBounds = { memoryMb: 768, patienceMs: 300_000 };

/** Throws ConfigError for edits that lead nowhere, and for a text that is too much to look at. */
export async function look(
  configuration: Configuration,
  stateDir: string,
  asked: LookAsked,
  bounds = BOUNDS,
): Promise<Looked> {
  const size = configuration.text.length + ("text" in asked ? asked.text.length : 0);
  const isLarge = size > LARGE_CHARS || (asked.kind === "edits" && asked.edits.length > 50);
  return isLarge
    ? inTurn(() => lookApart({ siteFile: configuration.file, stateDir, asked }, bounds))
    : lookHere(configuration, asked);
}

export function lookHere(configuration: Configuration, asked: LookAsked): Looked {
  const text =
    "text" in asked ? asked.text : asked.kind === "edits" ? configuration.edited(asked.edits) : configuration.text;
  const value = asked.kind === "current" ? { value: configuration.value } : {};
  const none = { changes: [], lines: [] };
  const difference = asked.kind === "current" || asked.kind === "check" ? none : configuration.difference(text);
  const secrets = asked.kind === "edits" ? toBeWritten(asked.secrets ?? []) : undefined;
  const { problems, warnings } = configuration.check(text, secrets);
  return { ...value, text, problems: problems.slice(0, MOST_PROBLEMS), warnings, difference };
}

const waiting: (() => void)[] = [];
let running = 0;

/** What is asked for while others are looked at waits: each takes a processor and memory of its own. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

async function lookApart(task: LookTask, { memoryMb, patienceMs }: LookBounds): Promise<Looked> {
  const file = import.meta.url.endsWith(".ts") ? "./look-worker.ts" : "./look-worker.js";
  const resourceLimits = { maxOldGenerationSizeMb: memoryMb };
  const worker = new Worker(new URL(file, import.meta.url), { workerData: task, name: "site-file", resourceLimits });
  const tooMuch = new ConfigError({
    path: "",
    reason: "it takes too long or too much memory to read",
    fix: "correct it piece by piece: `gatehouse check` says what is wrong with it",
  });
  let cancel = () => {};
  try {
    const answer = await new Promise<FromLook>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", (error) => reject(isOutOfMemory(error) ? tooMuch : error));
      cancel = systemClock.after(patienceMs, () => reject(tooMuch));
      worker.once("exit", () => reject(new LinkError("closed", "the thread that reads the site file ended")));
    });
    if ("refused" in answer) throw new ConfigError(answer.refused);
    return answer.looked;
  } finally {
    cancel();
    await worker.terminate();
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
