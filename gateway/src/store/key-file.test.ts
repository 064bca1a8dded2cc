import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HealthBoard } from "../core/health.ts";
import { MemoryLog } from "../testing/log.ts";
import { loadKey } from "./key-file.ts";

let dir: string;
let health: HealthBoard;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-key-"));
  health = new HealthBoard(systemClock);
});
afterEach(() => rmSync(dir, { recursive: true }));

const load = () => loadKey(dir, "k", { log: new MemoryLog(), health });
const codes = () => health.entries.map(({ code }) => code);
const main = () => join(dir, "k");
const copy = () => join(dir, "k.copy");

/** Another digit in the place of one. */
function flip(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, `${text.startsWith("0") ? "1" : "0"}${text.slice(1)}`);
}

test("the first start makes a key for its owner alone, every later one finds it", () => {
  const key = load();
  expect(key.length).toBe(32);
  expect(load()).toEqual(key);
  expect(codes()).toEqual([]);
  for (const path of [main(), copy()]) expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("two boxes share no key", () => {
  const key = load();
  rmSync(main());
  rmSync(copy());
  expect(load()).not.toEqual(key);
});

const DAMAGES: readonly (readonly [string, (path: string) => void])[] = [
  ["a flipped digit", flip],
  ["a cut", (path) => truncateSync(path, 40)],
  ["nothing left", (path) => truncateSync(path, 0)],
  ["rubbish", (path) => writeFileSync(path, Buffer.alloc(80, 0xa5))],
];

test.each(DAMAGES)("%s in either file is mended from the other, and said", (_, damage) => {
  const key = load();
  for (const path of [main(), copy()]) {
    damage(path);
    expect(load()).toEqual(key);
    expect(readFileSync(main(), "utf8")).toBe(readFileSync(copy(), "utf8"));
  }
  expect(codes()).toEqual(["storage-quarantined", "storage-quarantined"]);
});

test("a file that is gone is made again without a word", () => {
  const key = load();
  for (const path of [main(), copy()]) {
    rmSync(path);
    expect(load()).toEqual(key);
  }
  expect(readdirSync(dir).sort()).toEqual(["k", "k.copy"]);
  expect(codes()).toEqual([]);
});

test("a key restored from a backup counts, whatever the copy says", () => {
  load();
  const backup = readFileSync(main());
  rmSync(main());
  rmSync(copy());
  load();
  writeFileSync(main(), backup);
  expect(load().toString("hex")).toBe(backup.toString().slice(0, 64));
  expect(readFileSync(copy())).toEqual(backup);
});

test("where both are damaged they are put aside, and the gateway goes on with a new key", () => {
  const key = load();
  flip(main());
  truncateSync(copy(), 3);
  const next = load();
  expect(next).not.toEqual(key);
  expect(codes()).toEqual(["storage-quarantined", "storage-quarantined"]);
  expect(readdirSync(dir).sort()).toEqual(["k", "k.copy", "k.copy.damaged", "k.damaged"]);
  expect(load()).toEqual(next);
});
