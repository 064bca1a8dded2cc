import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const entry = join(import.meta.dirname, "../../bin/gatehouse.js");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-cli-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function gatehouse(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

test.each(["rental-compound", "dormitory", "construction-site"])("init writes a %s that check finds right", (kind) => {
  const init = gatehouse("init", "--kind", kind);
  expect(init).toMatchObject({ status: 0, stderr: "" });
  expect(init.stdout).toContain("wrote site.yaml");
  const check = gatehouse("check", "site.yaml");
  expect(check).toMatchObject({ status: 0, stderr: "" });
  expect(check.stdout).toContain("site.yaml is right");
  expect(check.stdout).toContain("limits (persons)");
  expect(check.stdout.includes("1 warning")).toBe(kind === "dormitory");
});

test("init gives every device a password of its own that nobody else may read, and keeps those that are there", () => {
  gatehouse("init");
  const read = (name: string) => readFileSync(join(folder, "secrets", name), "utf8");
  const first = [read("lock-301.pw"), read("lock-302.pw")];
  expect(new Set(first).size).toBe(2);
  expect(first[0]).toMatch(/^[\w-]{24}\n$/);
  expect(statSync(join(folder, "secrets/lock-301.pw")).mode & 0o777).toBe(0o600);
  expect(gatehouse("init", "--force")).toMatchObject({ status: 0 });
  expect([read("lock-301.pw"), read("lock-302.pw")]).toEqual(first);
});

test("init overwrites nothing unless it is told to", () => {
  gatehouse("init");
  const again = gatehouse("init", "--kind", "dormitory");
  expect(again.status).toBe(78);
  expect(again.stderr).toContain("is there already");
  expect(readFileSync(join(folder, "site.yaml"), "utf8")).toContain("rental-compound");
});

test("check prints line, path, reason and what to write, and exits with 78", () => {
  gatehouse("init");
  const file = join(folder, "site.yaml");
  const lines = readFileSync(file, "utf8").replace("portal: door-301,", "portal: dor-301,");
  spawnSync("tee", [file], { input: lines });
  const { status, stdout, stderr } = gatehouse("check", "site.yaml");
  const at = lines.split("\n").findIndex((line) => line.includes("dor-301")) + 1;
  expect({ status, stdout }).toEqual({ status: 78, stdout: "" });
  expect(stderr).toBe(
    `site.yaml: 1 problem\n\n  line ${at}  devices[0].portal\n      there is no portal "dor-301"\n      -> did you mean "door-301"?\n`,
  );
  const json = gatehouse("check", "--json", "site.yaml");
  expect(json).toMatchObject({ status: 78, stderr: "" });
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, problems: [{ line: at, path: "devices[0].portal" }] });
});

test("check --json prints limits for machines", () => {
  gatehouse("init");
  const { status, stdout } = gatehouse("check", "--json", "site.yaml");
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    limits: { "3-301": { persons: 4, policy: "cn-sh-rental-2014" }, "3-302": { persons: 3 } },
  });
});

test("check --no-secrets asks for no password files", () => {
  gatehouse("init");
  rmSync(join(folder, "secrets"), { recursive: true });
  expect(gatehouse("check", "site.yaml").status).toBe(78);
  expect(gatehouse("check", "--no-secrets", "site.yaml").status).toBe(0);
});

test("a missing file is one sentence", () => {
  expect(gatehouse("check", "nix.yaml")).toEqual({
    status: 78,
    stdout: "",
    stderr:
      "nix.yaml: 1 problem\n\n      there is no such file\n      -> correct the path; `gatehouse init` writes a first site file\n",
  });
});

test.each([
  [[], "Usage: gatehouse"],
  [["chek"], "Did you mean check?"],
  [["check"], "missing required argument 'file'"],
  [["init", "--kind", "castle"], "Allowed choices are rental-compound, dormitory, construction-site"],
  [["init", "--nix"], "unknown option '--nix'"],
])("wrong usage %j exits with 64 and says what is right", (args, said) => {
  const { status, stderr } = gatehouse(...args);
  expect(status).toBe(64);
  expect(stderr).toContain(said);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("help is no mistake, and shows examples", () => {
  for (const args of [["--help"], ["help", "check"], ["init", "--help"]]) {
    const { status, stdout } = gatehouse(...args);
    expect([status, stdout.includes("Examples:")]).toEqual([0, true]);
  }
});

test("version names what a report of trouble needs", () => {
  const { status, stdout } = gatehouse("version");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^gatehouse \d+\.\d+\.\d+\nnode {6}\d+\.\d+\.\d+\nsqlite {4}3\.\d+\.\d+\n$/);
  expect(gatehouse("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("it starts through a link from any folder", () => {
  const link = join(folder, "gatehouse");
  symlinkSync(entry, link);
  const { status, stdout } = spawnSync(link, ["version"], { cwd: "/", encoding: "utf8", env: process.env });
  expect(status).toBe(0);
  expect(stdout).toContain("gatehouse ");
});

const RULE = `rules:
  - id: late
    title: { zh: 深夜, en: Late }
    when: reading
    if: kind == "door.opened" && hour == 3
    tests:
      - name: at three
        steps: [{ at: "2026-03-02T03:10:00+08:00", kind: door.opened }]
        expect: raised
      - name: at four
        steps: [{ at: "2026-03-02T04:10:00+08:00", kind: door.opened }]
        expect: silent
`;

function writeRule(text: string): void {
  mkdirSync(join(folder, "rules"), { recursive: true });
  writeFileSync(join(folder, "rules/late.yaml"), text);
}

test("rules test runs the tests of a rule file: 0 when all pass, 1 when one fails, 78 when the file is wrong", () => {
  writeRule(RULE);
  const good = gatehouse("rules", "test");
  expect(good).toMatchObject({ status: 0, stderr: "" });
  expect(good.stdout).toContain("pass  late: at three");
  expect(good.stdout).toContain("2 passed, 0 failed");
  writeRule(RULE.replace("hour == 3", "hour == 4"));
  const failing = gatehouse("rules", "test", "rules/late.yaml");
  expect(failing.status).toBe(1);
  expect(failing.stdout).toContain("FAIL  late: at three\n        got silent");
  expect(JSON.parse(gatehouse("rules", "test", "--json").stdout)).toMatchObject({ ok: false, passed: 0, failed: 2 });
  writeRule(RULE.replace("hour == 3", "our == 3"));
  const wrong = gatehouse("rules", "test");
  expect(wrong.status).toBe(78);
  expect(wrong.stderr).toContain(
    'line 5  rules[0].if\n      rule "late", column 26: there is no "our"\n      -> did you mean "hour"?',
  );
  expect(gatehouse("rules", "check", "--json")).toMatchObject({ status: 78, stderr: "" });
});

test("rules check names the rules it found, and says where there are none", () => {
  writeRule(RULE);
  const check = gatehouse("rules", "check", "rules");
  expect(check).toMatchObject({ status: 0, stderr: "" });
  expect(check.stdout).toContain("rules/late.yaml is right\n  late  (reading, 2 tests)  Late 深夜\n");
  expect(gatehouse("rules", "check", "elsewhere").status).toBe(78);
  expect(gatehouse("rules", "test", "--timezone", "Moon/Sea").stderr).toContain('there is no time zone "Moon/Sea"');
});

test("check checks the rule files a site names, too", () => {
  gatehouse("init");
  writeRule(RULE);
  appendFileSync(join(folder, "site.yaml"), "\nrules: [rules/late.yaml]\n");
  expect(gatehouse("check", "site.yaml").stdout).toContain("rules     late (your own)");
  writeRule(RULE.replace("hour == 3", "our == 3"));
  const wrong = gatehouse("check", "site.yaml");
  expect(wrong.status).toBe(78);
  expect(wrong.stderr).toContain("late.yaml");
});

test.each([
  [["--line", "cellar=tcp:4100"], "--line"],
  [["--device", "osdp-reader"], "--listen"],
  [["--device", "osdp-reader", "--listen", "tcp:0", "--baud", "fast"], "--baud"],
  [["--device", "osdp-reader?address=300", "--listen", "tcp:0"], "--device osdp-reader?address=300"],
])("sim %j is refused before anything is opened, with its place", (args, place) => {
  const { status, stdout, stderr } = gatehouse("sim", ...args);
  expect({ status, stdout }).toEqual({ status: 78, stdout: "" });
  expect(stderr).toContain(place);
  expect(stderr).not.toContain(".js:");
});
