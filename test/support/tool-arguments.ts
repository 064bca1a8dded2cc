/** Arguments of the tools of this repository (`npm run train`, `accuracy`, `bench`): what is wrong with them is a sentence, not a trace. */
import { parseArgs } from "node:util";
import { ConfigError } from "@gatehouse/protocol";

export interface ToolOption {
  readonly type: "string" | "boolean";
  readonly multiple?: boolean;
}

export interface ToolArguments {
  /** The last value given. */
  text(option: string): string | undefined;
  /** Every value given. */
  texts(option: string): readonly string[];
  has(option: string): boolean;
  /** Words without a dash. */
  readonly words: readonly string[];
}

/** Something is wrong with how the tool was called. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** `words` says what words without a dash may be; without it there are none. Throws UsageError. */
export function toolArguments(
  options: Readonly<Record<string, ToolOption>>,
  argv: readonly string[],
  words: readonly string[] = [],
): ToolArguments {
  const known: Readonly<Record<string, ToolOption>> = { ...options, help: { type: "boolean" } };
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...known, help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  const plain: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option") {
      const values = given.get(token.name) ?? [];
      values.push(givenValue(known, token.name, token.rawName, token.value));
      given.set(token.name, values);
    } else if (token.kind === "positional") plain.push(knownWord(words, token.value));
  }
  return {
    text: (option) => given.get(option)?.at(-1),
    texts: (option) => given.get(option) ?? [],
    has: (option) => given.has(option),
    words: plain,
  };
}

function givenValue(
  known: Readonly<Record<string, ToolOption>>,
  option: string,
  rawName: string,
  value: string | undefined,
): string {
  const meant = Object.hasOwn(known, option) ? known[option] : undefined;
  if (meant === undefined) {
    const names = Object.keys(known).map((each) => `--${each}`);
    throw new UsageError(`${rawName}: there is no such option; there are ${names.join(", ")}`);
  }
  if (meant.type === "boolean") {
    if (value === undefined) return "";
    throw new UsageError(`${rawName}: takes no value; write it alone`);
  }
  if (value === undefined || value === "" || value.startsWith("--"))
    throw new UsageError(`${rawName}: needs a value; write ${rawName} VALUE`);
  return value;
}

function knownWord(words: readonly string[], word: string): string {
  if (words.includes(word)) return word;
  throw new UsageError(
    words.length === 0
      ? `"${word}": only options are understood; each begins with --`
      : `"${word}": there is no such part; there are ${words.join(", ")}`,
  );
}

/** A whole number of at least `least`; `otherwise` where the option was not given. */
export function wholeNumber(given: ToolArguments, option: string, otherwise: number, least: number): number {
  const text = given.text(option);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(
    `--${option} ${text}: must be a whole number of at least ${least}, as in --${option} ${Math.max(least, otherwise)}`,
  );
}

/**
 * Runs a tool: `--help` prints its help; what the operator must change is said in a sentence with exit code 64 (how it was called) or 78 (a file or folder), as of
 * the `gatehouse` command.
 */
export async function runTool(
  tool: string,
  help: string,
  body: () => Promise<void> | void,
  argv: readonly string[],
): Promise<void> {
  if (argv.includes("--help") || argv.includes("-h")) {
    console.log(help);
    return;
  }
  try {
    await body();
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof ConfigError)) throw error;
    console.error(`${tool}: ${error.message}`);
    if (error instanceof UsageError) console.error(`(npm run ${tool} -- --help explains it)`);
    process.exitCode = error instanceof UsageError ? 64 : 78;
  }
}
