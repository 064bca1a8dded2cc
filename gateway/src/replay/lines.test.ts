import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readLines } from "./lines.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-lines-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(name: string): Promise<{ lines: string[]; shares: number[] }> {
  const lines: string[] = [];
  const shares: number[] = [];
  for await (const piece of readLines(join(folder, name))) {
    lines.push(...piece.lines);
    shares.push(piece.share);
  }
  return { lines, shares };
}

const wanted = Array.from({ length: 40_000 }, (_, n) => `第 ${n} 行 ${"x".repeat(n % 50)}`);
const text = wanted.join("\n");

it.each([
  ["plain.ndjson", Buffer.from(text)],
  ["packed.ndjson.gz", gzipSync(text)],
  ["packed-under-a-plain-name.ndjson", gzipSync(text)],
  ["plain-under-a-packed-name.gz", Buffer.from(text)],
  ["in-two-parts.gz", Buffer.concat([gzipSync(text.slice(0, 999)), gzipSync(text.slice(999))])],
])("reads %s to its last line, with a share that grows to the whole", async (name, bytes) => {
  writeFileSync(join(folder, name), bytes);
  const { lines, shares } = await read(name);
  expect(lines).toEqual(wanted);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
});

it.each([
  ["cut.gz", gzipSync(text).subarray(0, 5_000), "is not a whole gzip file"],
  ["rotten.gz", Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from(text)]), "is not a whole gzip file"],
  ["one-line.ndjson", Buffer.alloc(3_000_000, "x"), "has a line of more than 1 MB"],
])("says what is wrong with %s", async (name, bytes, said) => {
  writeFileSync(join(folder, name), bytes);
  await expect(read(name)).rejects.toThrow(ConfigError);
  await expect(read(name)).rejects.toThrow(said);
});

it.each([["nothing-there"], [""]])("says that %j cannot be read", async (name) => {
  await expect(read(name)).rejects.toThrow(/cannot be read.*give the path|EISDIR/);
  await expect(read(name)).rejects.toThrow(ConfigError);
});

it("finds nothing in an empty file", async () => {
  writeFileSync(join(folder, "empty"), "");
  expect((await read("empty")).lines.filter((line) => line !== "")).toEqual([]);
});
