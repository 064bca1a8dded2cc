import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ConfigError, type InvariantError, LinkError, systemClock } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HealthBoard } from "../core/health.ts";
import type { GapRow, Write } from "../core/ports.ts";
import { MemoryLog } from "../testing/log.ts";
import { entry, owedEvent, readings } from "../testing/store-rows.ts";
import { openStore, type StoreOptions } from "./store.ts";

let dir: string;
let health: HealthBoard;
let log: MemoryLog;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-store-"));
  health = new HealthBoard(systemClock);
  log = new MemoryLog();
});

afterEach(() => rmSync(dir, { recursive: true }));

const open = (change: Partial<StoreOptions> = {}) =>
  openStore({ dir, budgetBytes: 100e6, ballastBytes: 0, clock: systemClock, health, log, ...change });
const codes = () => health.entries.map(({ code, subject }) => `${code} ${subject}`);

test("writes of one turn share a transaction, the next gather while it is in flight", async () => {
  const store = await open();
  const numbers = Array.from({ length: 200 }, (_, i) => i + 1);
  await Promise.all(numbers.map((seq) => store.write(readings(seq, seq))));
  await store.write(readings(201, 201));
  await store.close();
  const db = new DatabaseSync(join(dir, "gatehouse.db"));
  expect(db.prepare("SELECT json_extract(body, '$.batch') AS n FROM state").get()).toMatchObject({ n: 2 });
  db.close();
});

test("a long queue is cut into transactions of bounded size, in order", async () => {
  const store = await open();
  const writes = Array.from({ length: 40 }, (_, i) => store.write(readings(i * 50 + 1, i * 50 + 50, 2_000)));
  expect(store.pendingBytes).toBeGreaterThan(4e6);
  await Promise.all(writes);
  await store.close();
  const db = new DatabaseSync(join(dir, "gatehouse.db"));
  const batches = db.prepare("SELECT json_extract(body, '$.batch') AS n FROM state").get()?.["n"];
  expect(batches).toBeGreaterThan(3);
  expect(batches).toBeLessThan(8);
  db.close();
});

const settled = (...accepted: number[]): Write => ({
  settle: [{ uplink: "city", lane: "telemetry", accepted, rejected: [] }],
});
const batchNumber = () => {
  const db = new DatabaseSync(join(dir, "gatehouse.db"), { readOnly: true });
  const n = db.prepare("SELECT json_extract(body, '$.batch') AS n FROM state").get()?.["n"];
  db.close();
  return n;
};

test("a write that may come soon rides with the next", async () => {
  const store = await open({ clock: new FakeClock() });
  await store.write(readings(1, 10));
  const soon = [store.write(settled(1, 2), "soon"), store.write(settled(3), "soon")];
  // Nothing is on its way, or this would come behind it.
  expect((await store.stats()).backlog).toMatchObject([{ count: 10 }]);
  expect(store.pendingBytes).toBeGreaterThan(0);
  await Promise.all([...soon, store.write(readings(11, 11))]);
  expect(batchNumber()).toBe(2);
  expect((await store.stats()).backlog).toMatchObject([{ count: 8, oldestSeq: 4 }]);
  expect(store.pendingBytes).toBe(0);
  await store.close();
});

test("a write that may come soon joins those that gather behind a transaction in flight, and causes none by itself", async () => {
  const store = await open({ clock: new FakeClock() });
  const first = store.write(readings(1, 10));
  await undefined;
  const soon = store.write(settled(1), "soon");
  await first;
  expect((await store.stats()).backlog).toMatchObject([{ count: 10 }]);
  await Promise.all([store.write(readings(11, 11)), soon]);
  expect(batchNumber()).toBe(2);
  await store.close();
});

test("a write that may come soon waits 50 ms at the most", async () => {
  const clock = new FakeClock();
  const store = await open({ clock });
  await store.write(readings(1, 10));
  const soon = store.write(settled(1, 2), "soon");
  await clock.advance(49);
  expect((await store.stats()).backlog).toMatchObject([{ count: 10 }]);
  const later = store.write(settled(3), "soon");
  await clock.advance(1);
  await Promise.all([soon, later]);
  expect((await store.stats()).backlog).toMatchObject([{ count: 7 }]);
  const next = store.write(settled(4), "soon");
  await clock.advance(49);
  expect((await store.stats()).backlog).toMatchObject([{ count: 7 }]);
  await clock.advance(1);
  await next;
  await store.close();
});

test("closing commits what may come soon", async () => {
  const store = await open({ clock: new FakeClock() });
  await store.write(readings(1, 10));
  const soon = store.write(settled(1, 2, 3), "soon");
  await store.close();
  await soon;
  const again = await open();
  expect((await again.stats()).backlog).toMatchObject([{ count: 7, oldestSeq: 4 }]);
  await again.close();
});

test("more kept rows than one step takes all come back", async () => {
  const store = await open();
  await store.write(readings(1, 12_000));
  const accepted = Array.from({ length: 12_000 }, (_, i) => i + 1);
  const keepUntilMs = systemClock.nowMs() + 3_600_000;
  await store.write({ settle: [{ uplink: "city", lane: "telemetry", accepted, keepUntilMs, rejected: [] }] });
  expect(await store.resend("city")).toBe(12_000);
  expect((await store.stats()).backlog).toMatchObject([{ count: 12_000, oldestSeq: 1 }]);
  await store.close();
});

test("a grace period is real time, whatever the scale of the clock", async () => {
  const fake = new FakeClock();
  const clock = { ...fake, nowMs: fake.nowMs, monoMs: fake.monoMs, sleep: fake.sleep, after: fake.after, scale: 60 };
  const store = await open({ clock });
  await store.write(readings(1, 2));
  const keepUntilMs = clock.nowMs() + 60_000;
  await store.write({ settle: [{ uplink: "city", lane: "telemetry", accepted: [1, 2], keepUntilMs, rejected: [] }] });
  await fake.advance(1_001);
  expect(await store.resend("city")).toBe(0);
  await store.close();
});

test("gaps are told as they come to be, with a health code that clears after a quiet while", async () => {
  const clock = new FakeClock();
  const told = Promise.withResolvers<readonly GapRow[]>();
  const store = await open({ clock, budgetBytes: 1e6, onGap: told.resolve });
  await store.write({ ...readings(1, 1_500, 1_000), snapshot: { seq: 1_500, pieces: [] } });
  const [gap] = await told.promise;
  expect(gap).toMatchObject({ uplink: "city", lane: "telemetry", fromMs: entry(1).nowMs });
  expect(codes()).toEqual([`storage-evicting ${dir}`]);
  expect((await store.stats()).backlog).toMatchObject([{ count: 1_500 - (gap?.count ?? 0) }]);
  await clock.advance(600_000);
  expect(codes()).toEqual([]);
  await store.close();
  const next = await open();
  expect(next.recovered.gaps.find((row) => row.uplink === "city")).toEqual(gap);
  await next.close();
});

test("a schema of a later release ends in ConfigError", async () => {
  await open().then((store) => store.close());
  const db = new DatabaseSync(join(dir, "gatehouse.db"));
  db.exec("PRAGMA user_version = 9; INSERT OR REPLACE INTO state VALUES (1, '{\"schema\":9}')");
  db.close();
  await expect(open()).rejects.toThrow(ConfigError);
  await expect(open()).rejects.toThrow(/schema 9.*knows 1/);
});

test("a state folder that cannot be one ends in ConfigError", async () => {
  writeFileSync(join(dir, "file"), "");
  await expect(open({ dir: join(dir, "file", "state") })).rejects.toThrow(ConfigError);
});

test("a damaged file is put aside at the start, with a health code that says where", async () => {
  writeFileSync(join(dir, "gatehouse.db"), "x".repeat(10_000));
  const store = await open();
  const aside = join(dir, "quarantine", "1", "gatehouse.db");
  expect(store.recovered.quarantine).toMatchObject({ file: aside });
  expect(codes()).toEqual([`storage-quarantined ${aside}`]);
  await store.close();
});

test("damage found at run time ends the store, and the next start puts the file aside", async () => {
  const first = await open();
  await first.write(readings(1, 500, 500));
  await first.write({ outbox: [owedEvent(501)] });
  await first.close();
  const path = join(dir, "gatehouse.db");
  const at = readFileSync(path).indexOf(readings(50, 50, 500).journal?.[0]?.body ?? "");
  const fd = openSync(path, "r+");
  writeSync(fd, Buffer.alloc(4096, 0xa5), 0, 4096, at - (at % 4096));
  closeSync(fd);
  const fatal = Promise.withResolvers<InvariantError>();
  const store = await open({ onFatal: fatal.resolve });
  await expect(store.journal(0, 1_000)).rejects.toThrow(LinkError);
  expect((await fatal.promise).message).toMatch(/damaged, the next start puts it aside/);
  await expect(store.write(readings(502, 502))).rejects.toThrow(LinkError);
  await store.close();
  const next = await open();
  expect(next.recovered.quarantine).toBeDefined();
  expect((await next.journal(0, 1_000)).length).toBeGreaterThan(450);
  expect((await next.waiting("city", "alert", 0, 10, 1e6)).length).toBe(1);
  await next.close();
});

test("a write that breaks the contract ends the store instead of being tried for ever", async () => {
  const fatal = Promise.withResolvers<InvariantError>();
  const store = await open({ onFatal: fatal.resolve });
  const twice = owedEvent(1);
  await expect(store.write({ outbox: [twice, twice] })).rejects.toThrow(LinkError);
  expect((await fatal.promise).message).toMatch(/UNIQUE/);
  await store.close();
});

test("the folder is made for its owner alone", async () => {
  const inner = join(dir, "new", "state");
  const store = await open({ dir: inner });
  await store.close();
  expect(statSync(inner).mode & 0o777).toBe(0o700);
  expect(log.lines.filter((line) => line.level !== "info")).toEqual([]);
});

test("alerts come a page at a time, newest first, narrowed by what is asked for", async () => {
  const store = await open();
  const one = (n: number, kind: string, level: string, state = "raised") => {
    const id = `alr_${String(n).padStart(3, "0")}`;
    // Several of one moment keep the order of their ids.
    const raisedMs = 1_000 + Math.floor(n / 3);
    return { id, space: `F${n % 2}`, kind, state, raisedMs, body: JSON.stringify({ id, level, clearedAt: null }) };
  };
  const all = Array.from({ length: 20 }, (_, n) =>
    one(n, n < 10 ? "panic" : "tamper", n % 4 === 0 ? "red" : "blue", n < 5 ? "closed" : "raised"),
  );
  await store.write({ alerts: all });
  const ids = all.map(({ id }) => id).reverse();
  const found: string[] = [];
  for (let behind: { raisedMs: number; id: string } | undefined; ; ) {
    const { rows, total } = await store.alertPage({ limit: 7, behind });
    expect(total).toBe(20);
    found.push(...rows.map(({ id }) => id));
    behind = rows.at(-1);
    if (rows.length < 7) break;
  }
  expect(found).toEqual(ids);
  const count = async (wanted: object) => (await store.alertPage({ limit: 1, ...wanted })).total;
  expect(await count({ space: "F1" })).toBe(10);
  expect(await count({ kind: "panic", level: "red" })).toBe(3);
  expect(await count({ state: "closed", without: ["alr_000", "alr_001"] })).toBe(3);
  expect((await store.alertPage({ id: "alr_007", limit: 1 })).rows).toEqual([all[7]]);
  expect(await count({ id: "' OR 1=1 --" })).toBe(0);
  await store.close();
});

test("what an uplink is owed outlasts its removal from the site, and waits for one of its name", async () => {
  const first = await open();
  await first.write(readings(1, 3));
  await first.close();
  // Runs without it: nobody asks for its items.
  const without = await open();
  await without.write({ settle: [] });
  expect((await without.stats()).backlog).toMatchObject([{ uplink: "city", count: 3 }]);
  await without.close();
  const again = await open();
  expect(again.recovered.nextSequence.get("city")).toBe(4);
  expect((await again.waiting("city", "telemetry", 0, 10, 1e6)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  await again.close();
});
