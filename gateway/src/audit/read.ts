/** Reads the audit log: the newest entries first, or every line as it stands. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AuditLine, parseLine } from "./entry.ts";
import { AUDIT_FOLDER, segments } from "./files.ts";

export interface AuditQuery {
  /** Only entries with a smaller number. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** A name, with or without the way they came in. */
  readonly by?: string | undefined;
  /** A part of what was done. */
  readonly what?: string | undefined;
}

export type AuditRow = Pick<AuditLine, "n" | "at" | "by" | "what" | "subject" | "detail">;

/** Newest first. A line that cannot be read is left out: verifying tells of it. */
export async function listAudit(stateDir: string, query: AuditQuery): Promise<readonly AuditRow[]> {
  const { before = Infinity, limit } = query;
  const dir = join(stateDir, AUDIT_FOLDER);
  const found: AuditRow[] = [];
  for (const name of segments(dir).toReversed()) {
    if (found.length >= limit) break;
    if (Number(name.slice(0, 9)) >= before) continue;
    const lines = (await readFile(join(dir, name), "utf8")).split("\n").toReversed();
    const rows = lines.flatMap((line) => parseLine(line) ?? []).filter((line) => isWanted(line, query));
    found.push(...rows.slice(0, limit - found.length).map(rowOf));
  }
  return found;
}

/** With or without the way they came in: `console:wang` is wang too. */
const isBy = (line: AuditLine, by: string): boolean => line.by === by || line.by.endsWith(`:${by}`);

const isWanted = (line: AuditLine, { before = Infinity, by, what }: AuditQuery): boolean =>
  line.n < before && (by === undefined || isBy(line, by)) && (what === undefined || line.what.includes(what));

/** All segments whole, oldest first: chain and signatures stay provable elsewhere. */
export async function* auditText(stateDir: string): AsyncGenerator<string> {
  const dir = join(stateDir, AUDIT_FOLDER);
  for (const name of segments(dir)) {
    const text = await readFile(join(dir, name), "utf8");
    yield text.slice(0, text.lastIndexOf("\n") + 1);
  }
}

const rowOf = ({ n, at, by, what, subject, detail }: AuditLine): AuditRow => ({ n, at, by, what, subject, detail });
