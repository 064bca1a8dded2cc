import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { type TempDir, tempDir } from "../support/temp-dir.ts";

const gatehouse = (...args: string[]) => spawnSync(process.execPath, [GATEHOUSE, ...args], { encoding: "utf8" });

let dir: TempDir;
const at = (name: string) => join(dir.path, name);
const read = (name: string) => readFileSync(at(name), "utf8");
const replay = (readings: string, out: string, ...more: string[]) =>
  gatehouse("replay", "--site", at("site.yaml"), "--readings", at(readings), "--out", at(out), ...more);

beforeAll(() => {
  dir = tempDir();
  gatehouse("sim", "--write-site", at("site.yaml"));
  gatehouse("sim", "--replay", at("readings.ndjson"), "--seed", "5");
});
afterAll(() => dir[Symbol.dispose]());

interface Summary {
  readonly alerts: number;
  readonly compared: readonly {
    readonly name: string;
    readonly folder: string;
    readonly alerts: number;
    readonly spaces: Record<string, { readonly asItIs: number; readonly compared: number }>;
  }[];
}

describe("gatehouse replay --limit and --compare", () => {
  it("tells alerts side by side, room by room, and writes each result in a folder of its own", () => {
    const alone = replay("readings.ndjson", "alone");
    expect(alone.status, alone.stderr).toBe(0);
    const { status, stdout, stderr } = replay("readings.ndjson", "both", "--limit", "9,1", "--limit", "1-201=1");
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(
      /^compared {3}as it is: \d+ alerts?, with limit 9: \d+, with limit 1: \d+, with limit 1-201=1: \d+$/m,
    );
    expect(stdout).toMatch(
      /^compared {3}group-rental: as it is: [1-9]\d* alerts?, with limit 9: 0, with limit 1: [1-9]/m,
    );
    for (const file of ["alerts.ndjson", "estimates.ndjson"]) {
      expect(read(`both/${file}`) === read(`alone/${file}`), `the first ${file} must not depend on the others`).toBe(
        true,
      );
      for (const folder of ["limit-9", "limit-1", "limit-1-201-1"])
        expect(existsSync(at(`both/${folder}/${file}`))).toBe(true);
    }
    const json = replay("readings.ndjson", "json", "--limit", "9,1", "--limit", "1-201=1", "--json");
    const { alerts, compared } = JSON.parse(json.stdout) as Summary;
    const [many, one, room] = compared;
    expect(many).toMatchObject({ name: "limit 9", folder: "limit-9" });
    expect(many?.alerts).toBeLessThan(alerts);
    expect(one?.alerts).toBeGreaterThan(alerts);
    expect(Object.keys(room?.spaces ?? {})).toContain("1-201");
    expect(Object.keys(room?.spaces ?? {}).length).toBeLessThan(Object.keys(one?.spaces ?? {}).length);
    const lines = read("json/limit-1/alerts.ndjson").trim().split("\n");
    expect(lines).toHaveLength(one?.alerts ?? -1);
    expect(lines.map((line) => (JSON.parse(line) as { limit: { persons: number } }).limit.persons)).toContain(1);
    expect(read("json/report.html") === read("both/report.html")).toBe(true);
  });

  it("gives the same alerts under the same policy by another name", () => {
    const policy = readFileSync(new URL("../../gateway/policies/cn-sh-rental-2014.yaml", import.meta.url), "utf8");
    writeFileSync(at("mine.yaml"), policy.replace("id: cn-sh-rental-2014", "id: mine"));
    const { stdout, stderr } = replay("readings.ndjson", "policies", "--compare", at("mine.yaml"), "--json");
    const { alerts, compared } = JSON.parse(stdout || "{}") as Summary;
    expect(compared, stderr).toMatchObject([{ name: "policy mine", folder: "policy-mine", alerts, spaces: {} }]);
  });

  it("stops at --until", () => {
    const until = "2026-11-09T00:00:00+08:00";
    const { status, stdout } = replay("readings.ndjson", "week", "--until", until, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ to: "2026-11-09T00:00:00.000+08:00" });
    const times = read("week/estimates.ndjson")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { at: string }).at);
    expect(times.at(-1)?.slice(0, 10)).toBe("2026-11-08");
  });
});

describe("gatehouse replay with something wrong", () => {
  const line = (more: object) =>
    JSON.stringify({ receivedAt: "2026-03-01T00:00:00+08:00", device: "lock-1-101", kind: "door.opened", ...more });
  const written = (name: string, ...lines: string[]) =>
    writeFileSync(at(name), lines.map((each) => `${each}\n`).join(""));

  it("counts bad lines, tells the first few, and goes on", () => {
    written(
      "bad.ndjson",
      ...Array.from({ length: 50 }, () => "{"),
      line({}),
      line({ receivedAt: "2026-02-01T00:00:00+08:00" }),
    );
    const { status, stdout } = replay("bad.ndjson", "bad");
    expect(status).toBe(0);
    expect(stdout).toContain("52 (2 accepted, 0 repeats, 50 rejected)");
    expect(stdout).toContain("line 20: not JSON");
    expect(stdout).not.toContain("line 21:");
    expect(stdout).toContain("… 30 more");
    expect(stdout).toContain("1 reading behind later ones");
  });

  it("says so when site and readings do not belong together", () => {
    written("foreign.ndjson", line({ device: "a-1" }), line({ device: "a-2" }));
    const foreign = replay("foreign.ndjson", "foreign");
    expect(foreign).toMatchObject({
      status: 78,
      stderr: expect.stringContaining("none of its 2 readings could be used"),
    });
    expect(foreign.stderr).toContain("(a-1, a-2): is it the right one?");
    written("mixed.ndjson", line({}), line({ device: "a-1" }));
    const mixed = replay("mixed.ndjson", "mixed");
    expect(mixed).toMatchObject({ status: 0, stdout: expect.stringContaining("not on this site (a-1)") });
  });

  it.each([
    ["an empty file", () => written("e.ndjson"), ["e.ndjson"], "there are no readings in it"],
    [
      "a gzip file cut short",
      () => writeFileSync(at("c.gz"), gzipSync("x".repeat(99)).subarray(0, 20)),
      ["c.gz"],
      "is not a whole gzip file",
    ],
    ["no file", () => {}, ["none.ndjson"], "cannot be read"],
    ["a time without an offset", () => {}, ["readings.ndjson", "--until", "2026-03-01"], "no time with an offset"],
    [
      "everything after --until",
      () => {},
      ["readings.ndjson", "--until", "2020-01-01T00:00:00Z"],
      "is before the first reading, which came at 20",
    ],
    ["a limit that is none", () => {}, ["readings.ndjson", "--limit", "few"], '"few" is no number of persons'],
    ["a policy that is none", () => {}, ["readings.ndjson", "--compare", "nix.yaml"], "there is no such file"],
  ] as const)("exits with 78 and a sentence for %s", (_what, prepare, [readings, ...more], said) => {
    prepare();
    const { status, stderr } = replay(readings, "wrong", ...more);
    expect({ status, stderr }).toEqual({ status: 78, stderr: expect.stringContaining(said) });
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("exits with 78 where it cannot write", () => {
    writeFileSync(at("a-file"), "");
    expect(replay("readings.ndjson", "a-file/out")).toMatchObject({
      status: 78,
      stderr: expect.stringContaining("cannot be written"),
    });
    mkdirSync(at("taken/alerts.ndjson"), { recursive: true });
    expect(replay("readings.ndjson", "taken")).toMatchObject({
      status: 78,
      stderr: expect.stringContaining("cannot be written"),
    });
  });

  it.each([
    [["--out", "x"], "--readings or --state"],
    [["--out", "x", "--readings", "r"], "--site"],
    [["--out", "x", "--readings", "r", "--state", "s"], "cannot be given together"],
  ])("exits with 64 for %j", (args, said) => {
    expect(gatehouse("replay", ...args)).toMatchObject({ status: 64, stderr: expect.stringContaining(said) });
  });
});
