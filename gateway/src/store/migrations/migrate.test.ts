import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { APPLICATION_ID, migrate, SCHEMA_VERSION, schemaVersion } from "./migrate.ts";

test("a new database gets every step and our stamp, once", () => {
  const db = new DatabaseSync(":memory:");
  migrate(db);
  migrate(db);
  expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
  expect(db.prepare("PRAGMA application_id").get()).toMatchObject({ application_id: APPLICATION_ID });
});

test("a step that fails half-way leaves no trace, and the steps before it stand", () => {
  const db = new DatabaseSync(":memory:");
  const steps = ["CREATE TABLE one (a)", "CREATE TABLE two (a); CREATE TABLE one (a)"];
  expect(() => migrate(db, steps)).toThrow(/already exists/);
  db.exec("ROLLBACK");
  expect(schemaVersion(db)).toBe(1);
  expect(db.prepare("SELECT name FROM sqlite_schema").all()).toMatchObject([{ name: "one" }]);
});
