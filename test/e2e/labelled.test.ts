import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { tempDir } from "../support/temp-dir.ts";

const gatehouse = (...args: string[]) => spawnSync(process.execPath, [GATEHOUSE, ...args], { encoding: "utf8" });
const KINDS = ["compound", "lock-only", "dormitory", "construction", "all-sensors", "meters"];

it.each(KINDS)("a labelled site is written by seed and replays with nothing rejected: %s", (kind) => {
  using dir = tempDir();
  const at = (...names: string[]) => join(dir.path, ...names);
  const make = (out: string) =>
    gatehouse("sim", "--labelled", kind, "--seed", "4", "--days", "21", "--spaces", "5", "--out", at(out));
  const made = make("one");
  expect(made.status, made.stderr).toBe(0);
  expect(made.stderr).toContain("100 %");
  make("two");
  expect(readdirSync(at("one")).sort()).toEqual([
    "occupancy.ndjson.gz",
    "readings.ndjson.gz",
    "site.yaml",
    "truth.json",
  ]);
  for (const file of readdirSync(at("one"))) {
    expect(readFileSync(at("one", file)).equals(readFileSync(at("two", file))), file).toBe(true);
  }
  const replay = gatehouse(
    "replay",
    "--site",
    at("one", "site.yaml"),
    "--readings",
    at("one", "readings.ndjson.gz"),
    "--out",
    at("replayed"),
    "--json",
  );
  expect(replay.status, replay.stderr).toBe(0);
  const summary = JSON.parse(replay.stdout) as { readings: number; rejected: number };
  expect(summary.rejected).toBe(0);
  expect(made.stdout).toContain(`${summary.readings} readings`);
});

it("says what to write instead of an option that makes no sense", () => {
  using dir = tempDir();
  const wrong = (...more: string[]) => gatehouse("sim", "--labelled", ...more);
  const noFolder = wrong("compound");
  expect([noFolder.status, noFolder.stderr]).toEqual([78, expect.stringContaining("--out")]);
  const noKind = wrong("castle", "--out", dir.path);
  expect([noKind.status, noKind.stderr]).toEqual([78, expect.stringContaining("lock-only")]);
  const tooShort = wrong("compound", "--out", dir.path, "--days", "two");
  expect([tooShort.status, tooShort.stderr]).toEqual([78, expect.stringContaining("labelled.days")]);
});
