import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { tempDir } from "../support/temp-dir.ts";

const gatehouse = (...args: string[]) => spawnSync(process.execPath, [GATEHOUSE, ...args], { encoding: "utf8" });

describe("gatehouse replay", () => {
  it("finds what the simulator hid, twice with the same bytes, plain and gzip", () => {
    using dir = tempDir();
    const at = (name: string) => join(dir.path, name);
    gatehouse("sim", "--write-site", at("site.yaml"));
    gatehouse("sim", "--replay", at("readings.ndjson"), "--seed", "5");
    writeFileSync(at("readings.ndjson.gz"), gzipSync(readFileSync(at("readings.ndjson"))));
    const replay = (readings: string, out: string) =>
      gatehouse("replay", "--site", at("site.yaml"), "--readings", at(readings), "--out", at(out), "--json");
    const first = replay("readings.ndjson", "one");
    const second = replay("readings.ndjson.gz", "two");
    expect(first.status, first.stderr).toBe(0);
    expect(second.stdout).toBe(first.stdout);
    for (const file of ["alerts.ndjson", "estimates.ndjson", "report.html"]) {
      expect(readFileSync(at(`two/${file}`), "utf8") === readFileSync(at(`one/${file}`), "utf8"), file).toBe(true);
    }
    const alerts = readFileSync(at("one/alerts.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string; space: string });
    const spaces = new Set(alerts.filter(({ kind }) => kind === "group-rental").map(({ space }) => space));
    expect([...spaces].sort()).toEqual(["2-201", "3-302"]);
    expect(first.stderr).toContain("100 %");
    expect(JSON.parse(first.stdout)).toMatchObject({ rejected: 0 });
  });

  it("names what is wrong with its input, by line, and takes no card numbers", () => {
    using dir = tempDir();
    const at = (name: string) => join(dir.path, name);
    gatehouse("sim", "--write-site", at("site.yaml"));
    const line = (more: object) =>
      JSON.stringify({
        receivedAt: "2026-03-01T00:00:00+08:00",
        device: "lock-1-101",
        kind: "access.granted",
        ...more,
      });
    writeFileSync(
      at("in.ndjson"),
      [line({}), "{", line({ credential: "0012345678" }), line({ kind: "x" }), line({ device: "ghost" })].join("\n"),
    );
    const { stdout } = gatehouse(
      "replay",
      "--site",
      at("site.yaml"),
      "--readings",
      at("in.ndjson"),
      "--out",
      at("out"),
    );
    expect(stdout).toContain("1 accepted, 0 repeats, 4 rejected");
    expect(stdout).toContain("line 2: not JSON");
    expect(stdout).toContain("line 3: credential: must be a pseudonym");
    expect(stdout).toContain('line 4: kind: unknown kind "x"');
    expect(stdout).toContain("line 5: unknown device ghost");
    const missing = gatehouse(
      "replay",
      "--site",
      at("site.yaml"),
      "--readings",
      at("nothing.ndjson"),
      "--out",
      at("out"),
    );
    expect(missing.status).toBe(78);
    expect(missing.stderr).toContain("cannot be read");
    expect(missing.stderr).not.toContain("    at ");
  });
});
