/** Brings a database to the schema of this release, one transaction a step. */
import type { DatabaseSync } from "node:sqlite";
import { tables } from "./0001-tables.ts";

const STEPS: readonly string[] = [tables];

/** The schema this release writes. */
export const SCHEMA_VERSION = STEPS.length;

/** `GHSE`, in the file's header: this database is ours. */
export const APPLICATION_ID = 0x47_48_53_45;

/** The database's own schema version, 0 when it is new. */
export function schemaVersion(db: DatabaseSync): number {
  return Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
}

/** A step that fails leaves the schema as it was before it. */
export function migrate(db: DatabaseSync, steps: readonly string[] = STEPS): void {
  for (let version = schemaVersion(db); version < steps.length; version++) {
    const stamp = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`;
    db.exec(`BEGIN IMMEDIATE; ${steps[version]}; ${stamp}; COMMIT`);
  }
}
