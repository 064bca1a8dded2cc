import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { afterEach, expect, test } from "vitest";
import { HealthBoard } from "../core/health.ts";
import { MemoryLog } from "../testing/log.ts";
import { AuditLog } from "./audit-log.ts";
import { hashOfLine, lineOf, parseLine, signerOf } from "./entry.ts";
import { listAudit } from "./read.ts";
import { verifyAudit } from "./verify.ts";

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function stateDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "audit-"));
  dirs.push(dir);
  return dir;
}

function openAudit(dir: string) {
  const clock = new FakeClock();
  const health = new HealthBoard(clock);
  return { health, audit: new AuditLog({ stateDir: dir, clock, log: new MemoryLog(), health }) };
}

const done = (n: number) => ({ by: `user-${n % 3}`, what: "deed acknowledge", subject: `alr_${n}`, detail: `d ${n}` });

async function withEntries(count: number): Promise<string> {
  const dir = stateDir();
  const { audit } = openAudit(dir);
  for (let n = 1; n <= count; n++) audit.record(done(n));
  await audit.close();
  return dir;
}

const onlySegment = (dir: string): string => {
  const [name = ""] = readdirSync(join(dir, "audit")).filter((each) => /^\d/.test(each));
  return join(dir, "audit", name);
};

const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);
const putLines = (path: string, lines: readonly string[]): void => writeFileSync(path, `${lines.join("\n")}\n`);

test("what was recorded is found whole, over restarts and segments, newest first", async () => {
  const dir = await withEntries(3_000);
  const again = openAudit(dir);
  expect(again.health.entries).toEqual([]);
  for (let n = 3_001; n <= 4_000; n++) again.audit.record(done(n));
  await again.audit.close();
  expect(readdirSync(join(dir, "audit")).filter((name) => /^\d/.test(name)).length).toBeGreaterThan(1);
  const verdict = await verifyAudit(dir);
  expect(verdict).toMatchObject({ ok: true, entries: 4_000, at: null, head: again.audit.head });
  const rows = await listAudit(dir, { limit: 3, before: 3_500, by: "user-1" });
  expect(rows.map(({ n }) => n)).toEqual([3_499, 3_496, 3_493]);
});

test("who is asked for by name is found however they came in", async () => {
  const dir = await withEntries(0);
  const { audit } = openAudit(dir);
  for (const by of ["console:wang", "local:wang", "console:swang", "wang", "platform:city"])
    audit.record({ ...done(1), by });
  await audit.close();
  const found = async (by: string) => (await listAudit(dir, { limit: 10, by })).map((row) => row.by);
  expect(await found("wang")).toEqual(["wang", "local:wang", "console:wang"]);
  expect(await found("console:wang")).toEqual(["console:wang"]);
});

test("an empty log is whole, and one of which every file of lines was deleted is not", async () => {
  const dir = await withEntries(0);
  expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 0 });
  const filled = await withEntries(5);
  rmSync(onlySegment(filled));
  expect(await verifyAudit(filled)).toMatchObject({ ok: false, at: 1 });
});

test("a byte changed anywhere is found at its entry", async () => {
  const dir = await withEntries(150);
  const path = onlySegment(dir);
  const whole = readFileSync(path);
  const random = new Random(7);
  for (let i = 0; i < 300; i++) {
    const at = Math.floor(random.float() * whole.length);
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor(random.float() * 7));
    const n = whole.subarray(0, at).toString("latin1").split("\n").length;
    writeFileSync(path, changed);
    const { ok, at: found } = await verifyAudit(dir);
    expect({ i, ok, found }).toEqual({ i, ok: false, found: n });
  }
});

test("an entry that is deleted, doubled, or changes places with its neighbour is found", async () => {
  const dir = await withEntries(140);
  const path = onlySegment(dir);
  const lines = linesOf(path);
  for (const k of [1, 2, 63, 64, 65, 128, 139, 140]) {
    putLines(path, lines.toSpliced(k - 1, 1));
    expect(await verifyAudit(dir), `without ${k}`).toMatchObject({ ok: false, at: k });
    putLines(path, lines.toSpliced(k, 0, lines[k - 1] ?? ""));
    if (k < 140) expect(await verifyAudit(dir), `twice ${k}`).toMatchObject({ ok: false, at: k + 1 });
    if (k === 140) continue;
    putLines(path, lines.toSpliced(k - 1, 2, lines[k] ?? "", lines[k - 1] ?? ""));
    expect(await verifyAudit(dir), `swapped ${k}`).toMatchObject({ ok: false, at: k });
  }
});

test("a log cut short anywhere is found where it ends, also after the gateway went on", async () => {
  for (const keep of [0, 1, 63, 64, 99]) {
    const dir = await withEntries(100);
    const path = onlySegment(dir);
    writeFileSync(
      path,
      linesOf(path)
        .slice(0, keep)
        .map((line) => `${line}\n`)
        .join(""),
    );
    expect(await verifyAudit(dir)).toMatchObject({ ok: false, at: keep + 1 });
    const { audit, health } = openAudit(dir);
    audit.record(done(200));
    await audit.close();
    expect(health.entries.map(({ code }) => code)).toContain("audit-broken");
    expect(await verifyAudit(dir)).toMatchObject({ ok: false, at: keep + 1 });
  }
});

test("who rewrites the rest of the chain without the key is found at the first entry he changed", async () => {
  const dir = await withEntries(130);
  const path = onlySegment(dir);
  const lines = linesOf(path);
  const thief = { ...signerOf(Buffer.alloc(32, 7)), id: parseLine(lines[0] ?? "")?.key ?? "" };
  let prev = hashOfLine(lines[69] ?? "");
  const forged = lines.slice(70).map((line) => {
    const { at, n } = parseLine(line) ?? { at: "", n: 0 };
    const made = lineOf({ ...done(n), detail: "forged" }, { n, at, prev }, thief);
    prev = hashOfLine(made);
    return made;
  });
  putLines(path, [...lines.slice(0, 70), ...forged]);
  expect(await verifyAudit(dir)).toMatchObject({ ok: false, at: 71 });
});

test("a log made anew with the box's own key is found by a head that somebody else keeps", async () => {
  const dir = await withEntries(20);
  const { head } = await verifyAudit(dir);
  const key = signerOf(Buffer.from(readFileSync(join(dir, "audit.key"), "utf8").slice(0, 64), "hex"));
  rmSync(join(dir, "audit"), { recursive: true });
  const { audit } = openAudit(dir);
  for (let n = 1; n <= 25; n++) audit.record({ ...done(n), detail: "nothing happened" });
  await audit.close();
  expect(parseLine(linesOf(onlySegment(dir))[0] ?? "")?.key).toBe(key.id);
  expect(await verifyAudit(dir)).toMatchObject({ ok: true });
  expect(await verifyAudit(dir, head)).toMatchObject({ ok: false, at: 20 });
});

test("without its head file, or with another one, nobody can say that nothing was cut off", async () => {
  const dir = await withEntries(10);
  const head = join(dir, "audit", "head.json");
  const text = readFileSync(head, "utf8");
  writeFileSync(head, text.replace('"n":10', '"n":9'));
  expect(await verifyAudit(dir)).toMatchObject({ ok: false, at: 11 });
  rmSync(head);
  expect(await verifyAudit(dir)).toMatchObject({ ok: false, at: 11 });
});

test("half a line that a power cut left is taken away, and the log goes on", async () => {
  const dir = await withEntries(4);
  appendFileSync(onlySegment(dir), '{"at":"2026-');
  expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 4 });
  const { audit, health } = openAudit(dir);
  audit.record(done(5));
  await audit.close();
  expect(health.entries).toEqual([]);
  expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 5 });
});

test("hostile text stands in it cut and whole", async () => {
  const dir = stateDir();
  const { audit } = openAudit(dir);
  audit.record({ by: "a".repeat(500), what: "x\ny", subject: "\ud800<script>", detail: "=1+1\u202e".repeat(1_000) });
  await audit.close();
  expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 1 });
  const [row] = await listAudit(dir, { limit: 10 });
  expect(row?.by).toHaveLength(64);
  expect(row?.detail.length).toBeLessThanOrEqual(1_000);
});

test("entries wait for a folder that takes nothing, a code says so, and they are written when it does", async () => {
  const dir = await withEntries(2);
  const clock = new FakeClock();
  const health = new HealthBoard(clock);
  const audit = new AuditLog({ stateDir: dir, clock, log: new MemoryLog(), health });
  const path = onlySegment(dir);
  const content = readFileSync(path);
  rmSync(path);
  const raised = new Promise<void>((resolve) => health.onChange((_entry, isRaised) => isRaised && resolve()));
  audit.record(done(3));
  await raised;
  expect(health.entries).toMatchObject([{ code: "audit-failing" }]);
  writeFileSync(path, content);
  await clock.advance(1_000);
  await audit.settled();
  expect(health.entries).toEqual([]);
  expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 3 });
});
