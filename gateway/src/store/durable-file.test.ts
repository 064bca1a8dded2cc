import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeFileDurably, writeFileDurably } from "./durable-file.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-durable-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

test("a file is replaced whole, for its owner alone, and leaves no draft", () => {
  const path = join(dir, "pseudonym.key");
  writeFileSync(join(dir, ".pseudonym.key.draft"), "left by a crash");
  writeFileDurably(path, "one");
  writeFileDurably(path, Buffer.from("two"));
  expect(readFileSync(path, "utf8")).toBe("two");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(["pseudonym.key"]);
});

test("a file is removed, and removing it again is no mistake", () => {
  const path = join(dir, "marker");
  writeFileDurably(path, "x");
  removeFileDurably(path);
  removeFileDurably(path);
  expect(readdirSync(dir)).toEqual([]);
});
