/**
 * Puts a restore that was read into place: what is there goes to `STATE/replaced/N`, then the restored files come; of a backup without secrets, those
 * of the box stay. Whatever moment a power cut chooses, the next start goes on where it was.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { fsyncDir, writeFileDurably } from "../store/durable-file.ts";
import { lockStateDir } from "../store/lock.ts";
import { secretsOf } from "./files.ts";

export const STAGING = ".restoring";
export const READY_FILE = "ready.json";
const REPLACED = "replaced";
/** In a staged restore as in what it replaced: the one can become the other. */
const SITE_FILE = join("site-file", "site.yaml");

/** What belongs to the running process and stays. */
const STAYS = new Set([STAGING, REPLACED, "lock", "ballast", "control.sock", ".control"]);

const Ready = z.object({
  phase: z.enum(["aside", "in"]),
  madeAt: z.string(),
  release: z.string(),
  site: z.string(),
  /** Whether it brings secrets of its own: where it does not, those that are here stay. */
  secrets: z.boolean().default(true),
  /** Below the state folder; undefined until it was chosen. */
  replaced: z.string().optional(),
});

export interface TakenUp {
  readonly madeAt: string;
  readonly release: string;
  /** Where what was there before stands now; undefined when there was nothing. */
  readonly replaced: string | undefined;
}

/** For the start of a gateway, before it reads its site file. */
export function takeUpWaiting(stateDir: string, siteFile: string): TakenUp | undefined {
  if (!existsSync(join(stateDir, STAGING))) return undefined;
  const lock = lockStateDir(stateDir);
  try {
    return takeUpRestore(stateDir, siteFile);
  } finally {
    lock.release();
  }
}

/** Undefined when there is none to take up; what is left of one that was not read whole goes. Hold the folder's lock. */
export function takeUpRestore(stateDir: string, siteFile: string): TakenUp | undefined {
  const dir = join(stateDir, STAGING);
  if (!existsSync(dir)) return undefined;
  const read = readReady(join(dir, READY_FILE));
  if (read === undefined) {
    rmSync(dir, { recursive: true, force: true });
    return undefined;
  }
  const ready = { ...read, replaced: read.replaced ?? freeFolder(stateDir) };
  const aside = join(stateDir, ready.replaced);
  if (ready.phase === "aside") {
    writeFileDurably(join(dir, READY_FILE), JSON.stringify(ready));
    moveAside(stateDir, aside);
    copySiteAside(join(dir, "site"), siteFile, aside);
    writeFileDurably(join(dir, READY_FILE), JSON.stringify({ ...ready, phase: "in" }));
  }
  moveIn(join(dir, "state"), stateDir);
  if (!ready.secrets) keepSecrets(join(aside, "state"), stateDir);
  putSite(dir, siteFile);
  rmSync(dir, { recursive: true, force: true });
  fsyncDir(stateDir);
  return { madeAt: ready.madeAt, release: ready.release, replaced: existsSync(aside) ? aside : undefined };
}

/** The gateway does not start with what was restored: what stood there before waits to be taken up again, whole, in one step. */
export function takeBack(
  stateDir: string,
  { replaced, madeAt, release }: TakenUp & { readonly replaced: string },
): void {
  const ready = { phase: "aside", madeAt, release, site: "" } satisfies z.input<typeof Ready>;
  writeFileDurably(join(replaced, READY_FILE), JSON.stringify(ready));
  renameSync(replaced, join(stateDir, STAGING));
  fsyncDir(stateDir);
}

function readReady(path: string): z.infer<typeof Ready> | undefined {
  try {
    return Ready.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

function freeFolder(stateDir: string): string {
  for (let n = 1; ; n++) if (!existsSync(join(stateDir, REPLACED, String(n)))) return join(REPLACED, String(n));
}

function moveAside(stateDir: string, aside: string): void {
  const names = readdirSync(stateDir).filter((name) => !STAYS.has(name) && !name.startsWith("lock-"));
  if (names.length === 0) return;
  mkdirSync(join(aside, "state"), { recursive: true, mode: 0o700 });
  for (const name of names) renameSync(join(stateDir, name), join(aside, "state", name));
  fsyncDir(join(aside, "state"));
  fsyncDir(stateDir);
}

/** Copies, since the site file may stand on another file system. */
function copySiteAside(staged: string, siteFile: string, aside: string): void {
  const dir = dirname(resolve(siteFile));
  const keep = (from: string, to: string) => {
    if (!existsSync(from)) return;
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    cpSync(from, to, { mode: 0 });
  };
  keep(siteFile, join(aside, SITE_FILE));
  for (const file of below(staged, "")) keep(join(dir, file), join(aside, "site", file));
}

function moveIn(from: string, stateDir: string): void {
  for (const name of existsSync(from) ? readdirSync(from) : []) renameSync(join(from, name), join(stateDir, name));
  fsyncDir(stateDir);
}

/** Copies, since what stands aside may have to come back whole. */
function keepSecrets(aside: string, stateDir: string): void {
  for (const file of secretsOf(aside))
    if (!existsSync(join(stateDir, file))) put(join(aside, file), join(stateDir, file));
}

function putSite(dir: string, siteFile: string): void {
  const beside = dirname(resolve(siteFile));
  for (const file of below(join(dir, "site"), "")) put(join(dir, "site", file), join(beside, file));
  const text = join(dir, SITE_FILE);
  if (existsSync(text)) put(text, resolve(siteFile));
}

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
  writeFileDurably(to, readFileSync(from));
}

function below(dir: string, under: string): readonly string[] {
  if (!existsSync(join(dir, under))) return [];
  return readdirSync(join(dir, under)).flatMap((entry) => {
    const name = under === "" ? entry : `${under}/${entry}`;
    return statSync(join(dir, name)).isDirectory() ? below(dir, name) : [name];
  });
}
