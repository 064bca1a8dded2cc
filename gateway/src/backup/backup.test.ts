import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { ConfigError } from "@gatehouse/protocol";
import { FakeClock, Random } from "@gatehouse/protocol/testing";
import { afterEach, expect, test } from "vitest";
import { DirectStore } from "../testing/direct-store.ts";
import { alert, entry, owedEvent, readings } from "../testing/store-rows.ts";
import { stageRestore } from "./stage-restore.ts";
import { STAGING, type TakenUp, takeBack, takeUpRestore } from "./take-up.ts";
import { backUpInThread, stageInThread } from "./thread.ts";
import { writeBackup } from "./write-backup.ts";

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "backup-"));
  dirs.push(dir);
  return dir;
}

const SECRET = "correct-horse-battery";
const PHRASE = "eleven letters at least";
const clock = new FakeClock();

/** A state folder as a gateway leaves it, with a site file beside. */
function box(rows = 50) {
  const dir = tempDir();
  const stateDir = join(dir, "state");
  const siteFile = join(dir, "gate.yaml");
  const store = new DirectStore({ dir: stateDir, budgetBytes: 1e9, ballastBytes: 0 });
  store.write({ ...readings(1, rows), alerts: [alert("alr_1")] }, { outbox: [owedEvent(rows + 1)] });
  store.write({ rejections: [{ atMs: 1, device: "lock-1", reason: "no" }] });
  const config = { type: "config", body: JSON.stringify({ config: { site: "x" }, installation: "old" }) };
  store.write({ journal: [{ ...entry(rows + 1), ...config, credential: undefined }] });
  store.close();
  writeFileSync(siteFile, "site: { id: gate-1 }\nuplinks: [{ id: city, key: { file: keys/city.key }, ca: ca.crt }]\n");
  mkdirSync(join(dir, "keys"));
  writeFileSync(join(dir, "keys/city.key"), SECRET);
  writeFileSync(join(dir, "ca.crt"), "a certificate");
  writeFileSync(join(stateDir, "pseudonym.key"), `${SECRET}-2`);
  mkdirSync(join(stateDir, "configs"));
  writeFileSync(join(stateDir, "configs/000001.yaml"), "earlier");
  return { dir, stateDir, siteFile, out: join(dir, "box.backup") };
}

const backUp = (from: ReturnType<typeof box>, passphrase?: string) =>
  writeBackup({ ...from, passphrase, release: "1", clock });

async function restored(file: string, passphrase?: string) {
  const dir = tempDir();
  const stateDir = join(dir, "new");
  const siteFile = join(dir, "site.yaml");
  const staged = await stageRestore({ file, stateDir, passphrase, clock });
  takeUpRestore(stateDir, siteFile);
  return { dir, stateDir, siteFile, staged };
}

const linesOf = (file: string): string[] => gunzipSync(readFileSync(file)).toString().trimEnd().split("\n");

/** A backup of these lines, with an end that fits them. */
function forge(file: string, lines: readonly string[]): void {
  const text = lines.map((line) => `${line}\n`).join("");
  const sha256 = createHash("sha256").update(text).digest("hex");
  const files = lines.filter((line) => line.includes('"last":true')).length;
  writeFileSync(file, gzipSync(`${text}${JSON.stringify({ end: true, files, rows: {}, sha256 })}\n`));
}

test("a restored box has every row, goes on behind every number given out, and is an installation of its own", async () => {
  const from = box();
  const made = await backUp(from, PHRASE);
  expect(made).toMatchObject({ sealed: 2, notes: [] });
  const to = await restored(from.out, PHRASE);
  expect(to.staged).toMatchObject({ site: "gate-1", secrets: true, rows: made.rows });
  const store = new DirectStore({ dir: to.stateDir, budgetBytes: 1e9, ballastBytes: 0 });
  const { recovered } = store;
  expect(recovered.nextSequence.get("city")).toBe(52 + 1e10);
  expect(recovered.lastSeq).toBe(51 + 1e10);
  expect(recovered.quarantine).toBeUndefined();
  expect(recovered.gaps).toMatchObject([{ uplink: "city", lane: "alert", count: 0 }]);
  const journal = store.journal(0, 1_000);
  expect(journal).toHaveLength(52);
  expect(journal.slice(0, 50)).toEqual(readings(1, 50).journal);
  const again = JSON.parse(journal.at(-1)?.body ?? "") as { installation: string; restored: boolean };
  expect(again).toMatchObject({ config: { site: "x" }, restored: true });
  expect(again.installation).not.toBe("old");
  expect(store.waiting("city", "telemetry", 0, 1_000)).toHaveLength(50);
  expect(store.waiting("city", "alert", 0, 1_000)).toHaveLength(1);
  expect(store.engine.alerts()).toHaveLength(1);
  store.close();
  expect(readFileSync(join(to.dir, "keys/city.key"), "utf8")).toBe(SECRET);
  expect(readFileSync(join(to.dir, "ca.crt"), "utf8")).toBe("a certificate");
  expect(readFileSync(to.siteFile, "utf8")).toBe(readFileSync(from.siteFile, "utf8"));
  expect(readFileSync(join(to.stateDir, "pseudonym.key"), "utf8")).toBe(`${SECRET}-2`);
  expect(readFileSync(join(to.stateDir, "configs/000001.yaml"), "utf8")).toBe("earlier");
  expect(existsSync(join(to.stateDir, STAGING))).toBe(false);
});

test("without a passphrase no secret is in it, and both ends say so", async () => {
  const from = box(3);
  const made = await backUp(from);
  expect(made.notes).toMatchObject([expect.stringMatching(/^2 secrets are left out/)]);
  const text = gunzipSync(readFileSync(from.out)).toString();
  for (const secret of [SECRET, Buffer.from(SECRET).toString("base64").slice(0, 20)])
    expect(text).not.toContain(secret);
  const to = await restored(from.out);
  expect(to.staged.notes).toHaveLength(1);
  expect(existsSync(join(to.dir, "keys/city.key"))).toBe(false);
});

test.each([
  { phrase: undefined, key: "this box's", accounts: true },
  { phrase: PHRASE, key: `${SECRET}-2`, accounts: false },
])("a box keeps its secrets where the backup brings none: $phrase", async ({ phrase, key, accounts }) => {
  const from = box(2);
  await backUp(from, phrase);
  const to = box(9);
  writeFileSync(join(to.stateDir, "pseudonym.key"), "this box's");
  mkdirSync(join(to.stateDir, "console"));
  writeFileSync(join(to.stateDir, "console/accounts.json"), "[]");
  writeFileSync(join(to.stateDir, "configs/000002.yaml"), "later");
  writeFileSync(join(to.stateDir, "new-site"), "");
  const staged = await stageRestore({ file: from.out, stateDir: to.stateDir, passphrase: phrase, clock });
  expect(staged.notes).toEqual(phrase === undefined ? [expect.stringContaining("of this box stay")] : []);
  takeUpRestore(to.stateDir, to.siteFile);
  expect(readFileSync(join(to.stateDir, "pseudonym.key"), "utf8")).toBe(key);
  expect(existsSync(join(to.stateDir, "console/accounts.json"))).toBe(accounts);
  // What may be read by whoever has the backup is the backup's, or gone.
  expect(existsSync(join(to.stateDir, "configs/000002.yaml"))).toBe(false);
  expect(existsSync(join(to.stateDir, "new-site"))).toBe(false);
  const store = new DirectStore({ dir: to.stateDir, budgetBytes: 1e9, ballastBytes: 0 });
  expect(store.journal(0, 100)).toHaveLength(4);
  store.close();
});

test("a restore without secrets that stopped while those of the box came back is taken up where it was", async () => {
  const from = box(2);
  await backUp(from);
  const to = box(9);
  writeFileSync(join(to.stateDir, "audit.key"), "own");
  await stageRestore({ file: from.out, stateDir: to.stateDir, clock });
  const staging = join(to.stateDir, STAGING);
  const ready = JSON.parse(readFileSync(join(staging, "ready.json"), "utf8")) as object;
  takeUpRestore(to.stateDir, to.siteFile);
  // As a power cut would leave it: everything has come but the last secret.
  rmSync(join(to.stateDir, "audit.key"));
  mkdirSync(staging);
  const left = { ...ready, replaced: "replaced/1", phase: "in" };
  writeFileSync(join(staging, "ready.json"), JSON.stringify(left));
  takeUpRestore(to.stateDir, to.siteFile);
  expect(readFileSync(join(to.stateDir, "audit.key"), "utf8")).toBe("own");
  expect(readFileSync(join(to.stateDir, "pseudonym.key"), "utf8")).toBe(`${SECRET}-2`);
  expect(existsSync(staging)).toBe(false);
});

test("a sealed secret opens with its passphrase alone", async () => {
  const from = box(3);
  await backUp(from, PHRASE);
  expect(gunzipSync(readFileSync(from.out)).toString()).not.toContain(
    Buffer.from(SECRET).toString("base64").slice(0, 20),
  );
  await expect(restored(from.out, "another one entirely")).rejects.toThrow(/is not the one/);
  await expect(restored(from.out)).rejects.toThrow(/is missing/);
  await expect(backUp(from, "short")).rejects.toThrow(/too short/);
});

test("a byte changed or missing anywhere is refused, and nothing is left of it", async () => {
  const from = box(20);
  await backUp(from);
  const whole = readFileSync(from.out);
  const random = new Random(3);
  const file = join(from.dir, "bad.backup");
  for (let i = 0; i < 60; i++) {
    const at = random.int(20, whole.length - 1);
    const bad = i % 2 === 0 ? whole.subarray(0, at) : Buffer.from(whole);
    if (i % 2 === 1) bad[at] = (bad[at] ?? 0) ^ 0x10;
    writeFileSync(file, bad);
    const stateDir = join(tempDir(), "new");
    await expect(stageRestore({ file, stateDir, clock }), `byte ${at}`).rejects.toThrow(ConfigError);
    expect(readdirSync(stateDir)).toEqual([]);
  }
});

test("names that leave their folder, or are the store's own, are refused", async () => {
  const from = box(1);
  await backUp(from);
  const head = linesOf(from.out)[0] ?? "";
  const file = join(from.dir, "bad.backup");
  const names = [
    "../x",
    "a/../../x",
    "/etc/x",
    "a//b",
    "./a",
    "a\\b",
    "C:x",
    "a\u0000",
    "gatehouse.db",
    "lock",
    ".hidden",
  ];
  for (const name of [...names, ".restoring/x", "numbers.json", "a/".repeat(13)]) {
    const piece = { root: "state", file: name, piece: 0, last: true, sealed: false, data: "eA==" };
    forge(file, [head, JSON.stringify(piece)]);
    await expect(restored(file), name).rejects.toThrow(/is no whole backup/);
  }
  const twice = JSON.stringify({ root: "site", file: "a", piece: 0, last: true, sealed: false, data: "eA==" });
  forge(file, [head, twice, twice]);
  await expect(restored(file)).rejects.toThrow(/stands twice/);
});

test("bombs end early: too long a line, too much in all, too large a file", async () => {
  const from = box(1);
  await backUp(from);
  const file = join(from.dir, "bomb.backup");
  writeFileSync(file, gzipSync(Buffer.alloc(50_000_000, 0x20)));
  const stateDir = join(tempDir(), "new");
  await expect(stageRestore({ file, stateDir, clock })).rejects.toThrow(/a line of it is longer/);
  const head = linesOf(from.out)[0] ?? "";
  const rows = Array.from({ length: 10_000 }, (_, n) => JSON.stringify(["rejection", n, 1, "d", "x".repeat(10_000)]));
  writeFileSync(file, gzipSync(`${head}\n${rows.join("\n")}\n`));
  await expect(stageRestore({ file, stateDir, clock, maxBytes: 1_000_000 })).rejects.toThrow(/unpacks to more/);
});

test("rows that are not what their table holds are refused", async () => {
  const from = box(1);
  await backUp(from);
  const head = linesOf(from.out)[0] ?? "";
  const file = join(from.dir, "bad.backup");
  const bad = [
    ["sqlite_schema", 1],
    ["journal", 1, 1, "reading", null, "{}", 7],
    ["rejection", "1; DROP TABLE journal", 1, "d", "r"],
    ["rejection", 1, 1, "d"],
    ["uplink", 5, "city"],
    ["outbox", 1, 1, null],
  ];
  for (const cells of bad) {
    forge(file, [head, JSON.stringify(cells)]);
    await expect(restored(file), JSON.stringify(cells)).rejects.toThrow(/is no whole backup/);
  }
});

test("links are not followed, and what is there already goes aside when a restore is taken up", async () => {
  const from = box(2);
  symlinkSync("/etc/hostname", join(from.stateDir, "configs/link"));
  await backUp(from, PHRASE);
  expect(gunzipSync(readFileSync(from.out)).toString()).not.toContain("configs/link");
  const to = box(9);
  const journal = () => {
    const store = new DirectStore({ dir: to.stateDir, budgetBytes: 1e9, ballastBytes: 0 });
    const { length } = store.journal(0, 100);
    store.close();
    return length;
  };
  const rows = journal();
  const before = readFileSync(to.siteFile, "utf8");
  writeFileSync(to.siteFile, `${before}# mine\n`);
  await stageInThread(
    { file: from.out, stateDir: to.stateDir, passphrase: PHRASE },
    { signal: new AbortController().signal, onProgress: () => {} },
  );
  const taken = takeUpRestore(to.stateDir, to.siteFile);
  const aside = join(to.stateDir, "replaced/1");
  expect(taken?.replaced).toBe(aside);
  expect(readFileSync(join(aside, "site-file/site.yaml"), "utf8")).toContain("# mine");
  expect(existsSync(join(aside, "state/gatehouse.db"))).toBe(true);
  expect(readFileSync(to.siteFile, "utf8")).toBe(before);
  expect(takeUpRestore(to.stateDir, to.siteFile)).toBeUndefined();
  expect(journal()).toBe(4);
  takeBack(to.stateDir, { ...(taken as TakenUp), replaced: aside });
  expect(takeUpRestore(to.stateDir, to.siteFile)?.replaced).toBe(aside);
  expect(journal()).toBe(rows);
  expect(readFileSync(to.siteFile, "utf8")).toContain("# mine");
});

test("a restore that stopped half-way is taken up where it was, and one that was not read whole goes", async () => {
  const from = box(2);
  await backUp(from, PHRASE);
  const to = box(9);
  await stageRestore({ file: from.out, stateDir: to.stateDir, passphrase: PHRASE, clock });
  // As a power cut would leave it: some of the old moved, nothing of the new.
  const ready = JSON.parse(readFileSync(join(to.stateDir, STAGING, "ready.json"), "utf8")) as object;
  writeFileSync(join(to.stateDir, STAGING, "ready.json"), JSON.stringify({ ...ready, replaced: "replaced/1" }));
  mkdirSync(join(to.stateDir, "replaced/1/state"), { recursive: true });
  expect(takeUpRestore(to.stateDir, to.siteFile)?.replaced).toBe(join(to.stateDir, "replaced/1"));
  const store = new DirectStore({ dir: to.stateDir, budgetBytes: 1e9, ballastBytes: 0 });
  expect(store.journal(0, 100)).toHaveLength(4);
  store.close();
  mkdirSync(join(to.stateDir, STAGING, "state"), { recursive: true });
  expect(takeUpRestore(to.stateDir, to.siteFile)).toBeUndefined();
  expect(existsSync(join(to.stateDir, STAGING))).toBe(false);
});

test("a backup in a thread of its own says how far it is, and leaves nothing when it is cancelled", async () => {
  const from = box(30_000);
  const { clock: _, ...options } = { ...from, release: "1", clock };
  const stop = new AbortController();
  const shares: number[] = [];
  const cancelled = backUpInThread(options, {
    signal: stop.signal,
    onProgress: (share) => {
      shares.push(share);
      stop.abort();
    },
  });
  await expect(cancelled).rejects.toThrow();
  expect(readdirSync(from.dir).filter((name) => name.includes("backup"))).toEqual([]);
  const whole = await backUpInThread(options, {
    signal: new AbortController().signal,
    onProgress: (share) => shares.push(share),
  });
  expect(whole.rows).toBeGreaterThan(60_000);
  expect(shares.at(-1)).toBe(1);
});
