/** Which files a backup carries: the site file, what it refers to beside it, and what stands in the state folder; and which of them are secrets. */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { parse } from "yaml";
import { MAX_FILE_BYTES, pathProblem, type Root } from "./format.ts";

export interface BackupFile {
  readonly root: Root;
  /** With slashes. */
  readonly file: string;
  readonly path: string;
  readonly isSecret: boolean;
}

export interface Found {
  readonly files: readonly BackupFile[];
  /** What is left out and why, in sentences. */
  readonly notes: readonly string[];
  readonly site: string;
}

/** What is made anew, goes row by row, or is nobody's business elsewhere. */
export const LEFT_OUT =
  /^(gatehouse\.db.*|lock.*|ballast|control\.sock|numbers\.json|salvage\.json|quarantine|replaced|\..*)$/;
/** Uploads on their way, as a backup that is just being put back. */
const PASSING: readonly string[] = ["console/spool"];
/** What may be read by whoever has the backup; anything else in the state folder counts as a secret. */
const OPEN = /^(configs|audit)\//;

export function findFiles(stateDir: string, siteFile: string): Found {
  const notes: string[] = [];
  const value = readSite(siteFile);
  const files: BackupFile[] = [{ root: "site-file", file: "site.yaml", path: siteFile, isSecret: false }];
  const dir = dirname(resolve(siteFile));
  for (const [name, isSecret] of namedFiles(value)) {
    const path = resolve(dir, name);
    const file = relative(dir, path).split(sep).join("/");
    if (!isFile(path) || path === resolve(siteFile)) continue;
    if (pathProblem(file) !== undefined)
      notes.push(`${name} does not stand beside the site file and is left out: keep it yourself`);
    else if (!files.some((one) => one.root === "site" && one.file === file))
      files.push({ root: "site", file, path, isSecret });
  }
  for (const file of below(stateDir, "")) {
    const path = join(stateDir, file);
    if (pathProblem(file) !== undefined || statSync(path).size > MAX_FILE_BYTES)
      notes.push(`${path} has a name or size a backup does not take and is left out`);
    else files.push({ root: "state", file, path, isSecret: !OPEN.test(file) });
  }
  // A running gateway writes lines before the head that tells of them, so the head is read first.
  files.sort((a, b) => Number(b.file === "audit/head.json") - Number(a.file === "audit/head.json"));
  const id = (value as { readonly site?: { readonly id?: unknown } } | null)?.site?.id;
  return { files, notes, site: typeof id === "string" ? id.slice(0, 64) : "" };
}

/** A box that is restored is no new one any more. */
const NEW_MARK = "new-site";

/** Files of a state folder that a backup carries sealed or not at all. With slashes. */
export const secretsOf = (stateDir: string): readonly string[] =>
  existsSync(stateDir) ? below(stateDir, "").filter((file) => !OPEN.test(file) && file !== NEW_MARK) : [];

function readSite(siteFile: string): unknown {
  try {
    return parse(readFileSync(siteFile, "utf8"), { maxAliasCount: 100 });
  } catch (cause) {
    const reason = `cannot be read: ${cause instanceof Error ? cause.message.split("\n")[0] : String(cause)}`;
    throw new ConfigError({ path: siteFile, reason, fix: "name the site file of the gateway" }, { cause });
  }
}

/** Every text of the site file that may name a file, and whether it names a secret. */
function* namedFiles(value: unknown): Generator<readonly [string, boolean]> {
  if (typeof value === "string" && value.length < 256 && !value.includes("\n")) yield [value, false];
  if (typeof value !== "object" || value === null) return;
  const { file } = value as { readonly file?: unknown };
  if (typeof file === "string") yield [file, true];
  for (const inner of Object.values(value)) if (inner !== file) yield* namedFiles(inner);
}

function isFile(path: string): boolean {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size <= MAX_FILE_BYTES;
  } catch {
    return false;
  }
}

function below(dir: string, under: string): readonly string[] {
  return readdirSync(join(dir, under), { withFileTypes: true }).flatMap((entry) => {
    const name = under === "" ? entry.name : `${under}/${entry.name}`;
    if (under === "" ? LEFT_OUT.test(entry.name) : entry.name.startsWith(".") || PASSING.includes(name)) return [];
    if (entry.isDirectory()) return below(dir, name);
    return entry.isFile() ? [name] : [];
  });
}
