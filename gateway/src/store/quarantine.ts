/** Puts a damaged database aside and a new one in its place, so that any crash on the way is taken up where it happened. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "@gatehouse/protocol";
import type { Snapshot } from "../core/ports.ts";
import { type Connection, connect, type Pragmas } from "./connection.ts";
import { fsyncDir, removeFileDurably, writeFileDurably } from "./durable-file.ts";
import { DiskError, failureOf } from "./failure.ts";
import type { Numbers } from "./numbers.ts";
import { diskAnswers } from "./probe.ts";
import { quickCheck, readGaps, readSnapshot } from "./reads.ts";
import { refusalOf } from "./refusal.ts";
import { salvage } from "./salvage.ts";
import type { EngineRecovered, GapRecord } from "./wire.ts";

export const DATABASE = "gatehouse.db";
const PLAN = "salvage.json";
const LOGS = ["-shm", "-wal", "-journal"];
/** Errors that come of damage only while opening: tables that are not there. */
const SQLITE_ERROR = 1;

interface Plan {
  /** Below the state folder. */
  readonly folder: string;
  readonly reason: string;
}

export interface Opened {
  readonly connection: Connection;
  readonly snapshot: Snapshot | undefined;
  readonly gaps: readonly GapRecord[];
  readonly quarantine: EngineRecovered["quarantine"];
}

/** Throws where the disk does, then nothing is lost: call again. */
export function openOrSalvage(dir: string, pragmas: Pragmas, numbers: Numbers): Opened | { readonly refused: Problem } {
  const planned = findPlan(dir);
  if (planned !== undefined) return replace(dir, planned, pragmas, numbers);
  try {
    return twice(dir, () => open(dir, pragmas));
  } catch (error) {
    const reason = damageOf(error);
    if (reason === undefined) throw error;
    return replace(dir, makePlan(dir, reason), pragmas, numbers);
  }
}

/** Damage is what is found a second time on a disk that works: to SQLite a read that fails is damage as well. Throws DiskError where it does not. */
export function twice<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (damageOf(error) === undefined) throw error;
  }
  try {
    return work();
  } catch (cause) {
    const damage = damageOf(cause);
    if (damage === undefined || diskAnswers(dir)) throw cause;
    throw new DiskError(`the disk does not answer: ${damage}`, { cause });
  }
}

function open(dir: string, pragmas: Pragmas): Opened | { readonly refused: Problem } {
  const connection = connect(join(dir, DATABASE), pragmas);
  if ("refused" in connection) return connection;
  try {
    quickCheck(connection);
    const [snapshot, gaps] = [readSnapshot(connection), readGaps(connection, 0)];
    return { connection, snapshot, gaps, quarantine: undefined };
  } catch (error) {
    connection.db.close();
    throw error;
  }
}

function damageOf(error: unknown): string | undefined {
  const { kind, detail } = failureOf(error);
  const sqlite = error instanceof Error && "errcode" in error && error.errcode === SQLITE_ERROR;
  return kind === "damaged" || sqlite ? detail : undefined;
}

/** So that the next start puts the database aside, whatever it looks like then. */
export function markDamaged(dir: string, reason: string): void {
  if (findPlan(dir) === undefined) makePlan(dir, reason);
}

function makePlan(dir: string, reason: string): Plan {
  const taken = readdirSync(mkdirs(join(dir, "quarantine"))).map(Number);
  const plan = { folder: join("quarantine", String(Math.max(0, ...taken.filter(Number.isSafeInteger)) + 1)), reason };
  writeFileDurably(join(dir, PLAN), JSON.stringify(plan));
  return plan;
}

/**
 * The plan under way. It may stand there only until the power goes, since the flush of its name may have failed: then the log would be
 * aside, and the database alone in its place.
 */
function findPlan(dir: string): Plan | undefined {
  if (!existsSync(join(dir, PLAN))) return undefined;
  const plan = readPlan(dir) ?? makePlan(dir, "the salvage plan cannot be read");
  fsyncDir(dir);
  return plan;
}

function readPlan(dir: string): Plan | undefined {
  try {
    const { folder, reason } = JSON.parse(readFileSync(join(dir, PLAN), "utf8")) as Partial<Plan>;
    if (typeof folder === "string" && /^quarantine\/\d+$/.test(folder) && typeof reason === "string")
      return { folder, reason };
  } catch {
    // Damaged as well: put the database aside under a new plan.
  }
  return undefined;
}

function replace(dir: string, plan: Plan, pragmas: Pragmas, numbers: Numbers): Opened | { readonly refused: Problem } {
  const aside = join(dir, plan.folder);
  const path = join(dir, DATABASE);
  const refused = moveAside(path, aside);
  if (refused !== undefined) return { refused };
  const salvagedRows = existsSync(path) ? 0 : rebuild(path, join(aside, DATABASE), pragmas, numbers);
  // Its name, also that of one found here: without a plan and without a database the next start would take the store for a new one.
  fsyncDir(dir);
  removeFileDurably(join(dir, PLAN));
  const opened = twice(dir, () => open(dir, pragmas));
  return "refused" in opened
    ? opened
    : { ...opened, quarantine: { file: join(aside, DATABASE), reason: plan.reason, salvagedRows } };
}

/** How many rows could be carried over. Damage the salvage trips over must not become a start that fails for ever: then it takes nothing. */
function rebuild(path: string, damaged: string, pragmas: Pragmas, numbers: Numbers): number {
  try {
    return twice(join(path, ".."), () => build(path, damaged, pragmas, numbers));
  } catch (error) {
    const { kind } = failureOf(error);
    if (kind === "full" || kind === "failing") throw error;
    return build(path, undefined, pragmas, numbers);
  }
}

function build(path: string, damaged: string | undefined, pragmas: Pragmas, numbers: Numbers): number {
  const draft = `${path}.new`;
  for (const part of [...LOGS, ""]) rmSync(`${draft}${part}`, { force: true });
  const built = connect(draft, pragmas) as Connection;
  try {
    const rows = salvage(damaged, built, numbers);
    built.checkpoint();
    built.db.close();
    renameSync(draft, path);
    return rows;
  } finally {
    if (built.db.isOpen) built.db.close();
  }
}

/** Moves what is not moved yet. A database that stands beside one already moved is the new one. Throws where trying again may help. */
function moveAside(path: string, aside: string): Problem | undefined {
  try {
    mkdirs(aside);
    // The database last, so that its absence tells that all are moved: a log left behind would be taken for the new one's.
    const groups = existsSync(join(aside, DATABASE)) ? [[]] : [LOGS, [""]];
    for (const parts of groups) {
      for (const part of parts) {
        if (existsSync(`${path}${part}`)) renameSync(`${path}${part}`, join(aside, `${DATABASE}${part}`));
      }
      fsyncDir(aside);
      fsyncDir(join(path, ".."));
    }
    return undefined;
  } catch (cause) {
    if (refusalOf(cause, path) === undefined) throw cause;
    const reason = `damaged, and it cannot be moved aside: ${failureOf(cause).detail}`;
    return { path, reason, fix: `move ${path} and ${path}-wal away by hand, then start again` };
  }
}

function mkdirs(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  fsyncDir(join(path, ".."));
  return path;
}
