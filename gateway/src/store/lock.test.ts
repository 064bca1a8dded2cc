import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockStateDir } from "./lock.ts";

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "gatehouse-lock-"));
});
afterEach(() => rmSync(base, { recursive: true }));

test("the folder is made for its owner alone and held until released", () => {
  const dir = join(base, "a", "state");
  const lock = lockStateDir(dir);
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(() => lockStateDir(dir)).toThrow(/another gatehouse is already running on this state folder/);
  lock.release();
  lockStateDir(dir).release();
});

test("a killed process lets go of it", () => {
  const dir = join(base, "state");
  const url = JSON.stringify(new URL("./lock.ts", import.meta.url).href);
  const code = `const { lockStateDir } = await import(${url}); lockStateDir(process.argv[1]); process.kill(process.pid, "SIGKILL");`;
  const killed = spawnSync(process.execPath, ["--input-type=module", "-e", code, dir]);
  expect(killed.signal).toBe("SIGKILL");
  lockStateDir(dir).release();
});

test("another process sees it held", () => {
  const dir = join(base, "state");
  const lock = lockStateDir(dir);
  const url = JSON.stringify(new URL("./lock.ts", import.meta.url).href);
  const code = `const { lockStateDir } = await import(${url}); lockStateDir(process.argv[1]);`;
  const second = spawnSync(process.execPath, ["--input-type=module", "-e", code, dir], { encoding: "utf8" });
  expect(second.status).not.toBe(0);
  expect(second.stderr).toContain("another gatehouse is already running on this state folder");
  lock.release();
});

test("a rotten lock file locks as well as any", () => {
  const dir = join(base, "state");
  lockStateDir(dir).release();
  writeFileSync(join(dir, "lock"), "x".repeat(5_000));
  const lock = lockStateDir(dir);
  expect(() => lockStateDir(dir)).toThrow(/another gatehouse/);
  lock.release();
});

test("a lock takes no room on the disk", () => {
  const dir = join(base, "state");
  const lock = lockStateDir(dir);
  expect(readdirSync(dir)).toEqual(["lock"]);
  expect(statSync(join(dir, "lock")).size).toBe(0);
  lock.release();
});

test("a folder that cannot be one is a mistake of the operator's", () => {
  writeFileSync(join(base, "state"), "a file");
  expect(() => lockStateDir(join(base, "state"))).toThrow(ConfigError);
});
