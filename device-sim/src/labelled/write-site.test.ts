import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { labelledSite } from "./labelled-site.ts";
import { writeLabelledSite } from "./write-site.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "labelled-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lines = (path: string): unknown[] =>
  gunzipSync(readFileSync(path))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

it("writes the four files of a site, every line of them, and tells how far it is", async () => {
  const site = labelledSite({ kind: "lock-only", seed: 1, days: 21, spaces: 6 });
  const told: number[] = [];
  const out = join(dir, "a", "b");
  await writeLabelledSite(out, site, (written) => told.push(written));
  expect(JSON.parse(readFileSync(join(out, "site.yaml"), "utf8"))).toEqual(site.site);
  expect(JSON.parse(readFileSync(join(out, "truth.json"), "utf8"))).toEqual(site.truth);
  expect(lines(join(out, "readings.ndjson.gz"))).toEqual([...site.readings]);
  expect(lines(join(out, "occupancy.ndjson.gz"))).toEqual([...site.occupancy]);
  expect(told.at(-1)).toBe(site.count);
});

it("says which folder cannot be written", async () => {
  const file = join(dir, "file");
  writeFileSync(file, "");
  const site = labelledSite({ kind: "lock-only", seed: 1, days: 21, spaces: 1 });
  await expect(writeLabelledSite(join(file, "x"), site)).rejects.toThrow(/cannot be written/);
});
