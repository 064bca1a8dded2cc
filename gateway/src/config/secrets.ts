/** Secrets: every `{ file }` and `{ env }` of a site file, read once before anything is opened. */
import { isUtf8 } from "node:buffer";
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InvariantError, type Problem, type SecretRef } from "@gatehouse/protocol";
import { formatPath } from "./path.ts";

const MAX_SECRET_BYTES = 1024 * 1024;

export type Env = Readonly<Record<string, string | undefined>>;

/** Files of secrets that are still to be written, by the name a site file has for them. */
export type ToBeWritten = ReadonlyMap<string, string>;

export interface Secrets {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  get(ref: SecretRef): Buffer;
}

export interface SecretSources {
  /** File names are relative to its folder. */
  readonly siteFile: string;
  readonly env: Env;
  readonly toBeWritten?: ToBeWritten | undefined;
}

/** Reads all secrets `value` refers to, `isNoSecret` tells by its path what is none. */
export function readSecrets(
  value: unknown,
  { siteFile, env, toBeWritten }: SecretSources,
  isNoSecret: (path: string) => boolean = () => false,
): Secrets {
  const readFile = (file: string): Read => {
    const given = toBeWritten?.get(file);
    const path = resolve(dirname(siteFile), file);
    return given === undefined ? readSecretFile(path, file) : asRead(Buffer.from(given), path, file);
  };
  const known = new Map<string, Buffer>();
  const problems: Problem[] = [];
  const open: string[] = [];
  for (const { path, ref } of findRefs(value)) {
    if (isNoSecret(path)) continue;
    const read = "file" in ref ? readFile(ref.file) : readEnv(ref.env, env);
    if ("reason" in read) problems.push({ path, ...read });
    else known.set(keyOf(ref), read.bytes);
    if ("readable" in read && read.readable && "file" in ref) open.push(ref.file);
  }
  return {
    problems,
    warnings: open.length === 0 ? [] : [tooOpen(open)],
    get: (ref) => lookUp(known, ref),
  };
}

/** Where secrets are of no use, as in a replay: asking for one is a mistake in the program. */
export const noSecrets: Secrets = { problems: [], warnings: [], get: (ref) => lookUp(new Map(), ref) };

function lookUp(known: ReadonlyMap<string, Buffer>, ref: SecretRef): Buffer {
  const bytes = known.get(keyOf(ref));
  if (bytes === undefined) throw new InvariantError(`secret ${keyOf(ref)} was not read with the site file`);
  return bytes;
}

const keyOf = (ref: SecretRef): string => ("file" in ref ? `file ${ref.file}` : `env ${ref.env}`);

interface FoundRef {
  readonly path: string;
  readonly ref: SecretRef;
}

function findRefs(value: unknown, path: readonly PropertyKey[] = []): FoundRef[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => findRefs(item, [...path, index]));
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && typeof first[1] === "string" && first[1] !== "") {
    if (first[0] === "file") return [{ path: formatPath([...path, "file"]), ref: { file: first[1] } }];
    if (first[0] === "env") return [{ path: formatPath([...path, "env"]), ref: { env: first[1] } }];
  }
  return entries.flatMap(([key, item]) => findRefs(item, [...path, key]));
}

type Read = { readonly bytes: Buffer; readonly readable?: boolean } | { readonly reason: string; readonly fix: string };

function readEnv(name: string, env: Env): Read {
  const value = env[name];
  if (value === undefined || value === "") {
    return { reason: `the environment variable ${name} is not set`, fix: `set ${name} before the start` };
  }
  return { bytes: Buffer.from(value) };
}

function readSecretFile(file: string, name: string): Read {
  try {
    const { size, mode } = statSync(file);
    if (size > MAX_SECRET_BYTES)
      return { reason: `"${name}" is ${size} bytes large`, fix: "name the file of a secret" };
    return { ...asRead(readFileSync(file), file, name), readable: (mode & 0o004) !== 0 };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return { reason: `there is no file "${name}"`, fix: `write the secret into ${file}` };
    return { reason: `"${name}" cannot be read (${code})`, fix: `let this user read ${file}` };
  }
}

function asRead(content: Buffer, file: string, name: string): Read {
  const bytes = trimEnd(content);
  return bytes.length === 0 ? { reason: `"${name}" is empty`, fix: `write the secret into ${file}` } : { bytes };
}

/** Editors end text with a newline that is no part of the secret; in a binary key the byte counts. */
function trimEnd(bytes: Buffer): Buffer {
  if (!isUtf8(bytes)) return bytes;
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return bytes.subarray(0, end);
}

function tooOpen(files: readonly string[]): Problem {
  const some = files.slice(0, 3).join(", ");
  const names = files.length > 3 ? `${some} and ${files.length - 3} more` : some;
  return { path: "", reason: `every user of this machine may read ${names}`, fix: "chmod 600 these files" };
}
