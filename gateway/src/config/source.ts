/** A configuration file as text with places: YAML or JSON read whole, and the line on which any path of it stands. */
import { readFileSync, statSync } from "node:fs";
import { TextDecoder } from "node:util";
import { ConfigError, type Problem } from "@gatehouse/protocol";
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLError } from "yaml";
import { type Path, readPath } from "./path.ts";

export const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** Aliases are for sharing a block or two; a file that expands a thousandfold is an attack. */
const MAX_ALIASES = 100;
/** Of its syntax: most are the consequence of the first. */
const MOST_ERRORS = 100;

export interface Source {
  readonly file: string;
  /** The document as plain values, nothing checked. */
  readonly value: unknown;
  /** The problem with the file's name and the line its path stands on, or would stand on. */
  place(problem: Problem): Problem;
}

/** Throws ConfigError when the file cannot be read or is no YAML. With `given` that is read in its place. */
export function readSource(file: string, given?: string): Source {
  const text = given ?? readText(file);
  const json = parseJson(text);
  if (json !== undefined) return { file, value: json, place: placer(file, text, () => parseDocument(text)) };
  const document = parseYaml(file, text);
  return { file, value: toValue(file, document), place: placer(file, text, () => document) };
}

function readText(file: string): string {
  const refuse = (reason: string, fix: string, cause?: unknown) =>
    new ConfigError({ path: "", reason, fix, file }, cause === undefined ? {} : { cause });
  let bytes: Buffer;
  try {
    const { size } = statSync(file);
    if (size > MAX_FILE_BYTES) {
      throw refuse(`is ${size} bytes large, at most ${MAX_FILE_BYTES} are read`, "check that this is the right file");
    }
    bytes = readFileSync(file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw refuse("there is no such file", "correct the path; `gatehouse init` writes a first site file", cause);
    throw refuse(`cannot be read (${code})`, "name a file that this user may read", cause);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refuse("is not UTF-8 text", "save it as UTF-8", cause);
  }
}

/**
 * Large generated sites come as JSON, which is read a hundred times faster so. Undefined when the text is no JSON, or
 * names a key twice: the YAML reader then says so.
 */
function parseJson(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const written = text.match(/"(?:[^"\\]|\\.)*"\s*:/g)?.length ?? 0;
    return written === countKeys(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function countKeys(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, item) => sum + countKeys(item), 0);
  return Array.isArray(value) ? inner : inner + Object.keys(value).length;
}

const SYNTAX_FIX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces, not tabs",
  DUPLICATE_KEY:
    "a key stands once in its place: put both lists under one `devices:` (or `drivers:`), or drop one of the two",
  BLOCK_AS_IMPLICIT_KEY: 'put text that holds ": " in quotes',
  MULTIPLE_DOCS: "remove the line `---`: one file is one document",
};
const SYNTAX_FIX_ELSE = "check brackets, quotes and indentation here and on the line before";

function parseYaml(file: string, text: string): Document {
  const tooDeep = (cause: unknown) =>
    new ConfigError({ path: "", reason: "is nested too deeply", fix: "flatten it", file }, { cause });
  let document: Document;
  try {
    document = parseDocument(text);
  } catch (cause) {
    throw tooDeep(cause);
  }
  if (document.errors.length === 0) return document;
  const overflow = document.errors.find(({ message }) => message.startsWith("Maximum call stack"));
  if (overflow !== undefined) throw tooDeep(overflow);
  const lineOf = lineFinder(text);
  throw new ConfigError(
    document.errors.slice(0, MOST_ERRORS).map((error: YAMLError) => ({
      path: "",
      reason: (error.message.split(/ at line \d+|\n/)[0] ?? error.code).replace(/; please use .*/, ""),
      fix: SYNTAX_FIX[error.code] ?? SYNTAX_FIX_ELSE,
      file,
      line: lineOf(error.pos[0]),
    })),
    { cause: document.errors[0] },
  );
}

function toValue(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    const reason = `uses aliases (*name) that expand too far`;
    throw new ConfigError({ path: "", reason, fix: "write the values out", file }, { cause });
  }
}

/** Most files have no problems: the places are found only when one is asked for. */
function placer(file: string, text: string, parse: () => Document): Source["place"] {
  let found: { readonly document: Document; readonly lineOf: (offset: number) => number } | undefined;
  return (problem) => {
    found ??= { document: parse(), lineOf: lineFinder(text) };
    const offset = offsetOf(found.document, readPath(problem.path));
    return { ...problem, file, ...(offset === undefined ? {} : { line: found.lineOf(offset) }) };
  };
}

/** Line numbers from 1 of offsets into the text. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** Where the longest existing part of the path begins. */
function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0];
  for (const key of path) {
    const whole = isAlias(node) ? node.resolve(document) : node;
    const step = isMap(whole)
      ? stepInto(whole.items, key)
      : isSeq(whole)
        ? { at: whole.items[Number(key)] }
        : undefined;
    if (step?.at === undefined) break;
    offset = (step.at as Node).range?.[0] ?? offset;
    node = "value" in step ? step.value : step.at;
  }
  return offset;
}

function stepInto(
  pairs: readonly { readonly key: unknown; readonly value: unknown }[],
  key: string | number,
): { readonly at: unknown; readonly value: unknown } | undefined {
  const pair = pairs.find((candidate) => isScalar(candidate.key) && String(candidate.key.value) === String(key));
  return pair === undefined ? undefined : { at: pair.key, value: pair.value };
}
