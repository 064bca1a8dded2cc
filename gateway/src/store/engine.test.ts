import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DirectStore } from "../testing/direct-store.ts";
import { alert, entry, owedEvent, owedReading, readings } from "../testing/store-rows.ts";
import { Engine } from "./engine.ts";

let dir: string;
let store: DirectStore;
const open = () => new DirectStore({ dir, budgetBytes: 100e6, ballastBytes: 0 });
const file = () => join(dir, "gatehouse.db");

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-engine-"));
  store = open();
});

afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

function reopen(): void {
  store.close();
  store = open();
}

test("a new store has nothing and numbers from one", () => {
  expect(store.recovered).toEqual({
    lastSeq: 0,
    lastNowMs: 0,
    snapshot: undefined,
    nextSequence: new Map(),
    gaps: [],
    quarantine: undefined,
  });
});

test("what was written is there after a reopen", () => {
  store.write({ ...readings(1, 3), alerts: [alert("alr_1")] }, { outbox: [owedEvent(4)] });
  reopen();
  expect(store.recovered.lastSeq).toBe(3);
  expect(store.recovered.lastNowMs).toBe(entry(3).nowMs);
  expect(store.recovered.nextSequence).toEqual(new Map([["city", 5]]));
  expect(store.journal()).toEqual([entry(1), entry(2), entry(3)]);
  expect(store.waiting("city", "telemetry")).toEqual([1, 2, 3].map((seq) => ({ seq, reading: entry(seq) })));
  expect(store.waiting("city", "alert")).toEqual([{ seq: 4, text: owedEvent(4).text }]);
  expect(store.alerts()).toEqual([alert("alr_1")]);
});

test("a batch that is on disk already is skipped whole", () => {
  const batch = store.pack(readings(1, 2));
  store.commit(batch);
  store.settle({ uplink: "city", lane: "telemetry", accepted: [1], rejected: [] });
  store.commit(batch);
  expect(store.waiting("city", "telemetry").map((row) => row.seq)).toEqual([2]);
});

test("a write repeated after it landed changes nothing, not even once it was settled", () => {
  store.write({ ...readings(1, 2), alerts: [alert("alr_1")] });
  store.write({ alerts: [alert("alr_1", "closed")] });
  store.settle({ uplink: "city", lane: "telemetry", accepted: [1, 2], rejected: [] });
  reopen();
  store.write({ ...readings(1, 2), alerts: [alert("alr_1")] });
  expect(store.waiting("city", "telemetry")).toEqual([]);
  expect(store.alerts()).toEqual([alert("alr_1", "closed")]);
  expect(store.stats().journalRows).toBe(2);
});

test("waiting rows stop at the byte limit, but one always comes", () => {
  store.write(readings(1, 5, 1_000));
  expect(store.waiting("city", "telemetry", 0, 10, 2_500).length).toBe(2);
  expect(store.waiting("city", "telemetry", 0, 10, 1).length).toBe(1);
  expect(store.waiting("city", "telemetry", 2, 2, 1e6).map((row) => row.seq)).toEqual([3, 4]);
});

test("accepted rows go, rejected rows are set aside without their credential, the rest waits", () => {
  store.write(readings(1, 6));
  store.settle({
    uplink: "city",
    lane: "telemetry",
    accepted: [1, 2, 5],
    rejected: [{ seq: 4, reason: "no such device" }],
  });
  expect(store.waiting("city", "telemetry").map((row) => row.seq)).toEqual([3, 6]);
  expect(store.stats()).toMatchObject({
    quarantined: 1,
    backlog: [{ uplink: "city", lane: "telemetry", count: 2, oldestSeq: 3 }],
  });
  store.close();
  const db = new DatabaseSync(file());
  expect(db.prepare("SELECT seq, reason, body FROM quarantine").all()).toMatchObject([
    { seq: 4, reason: "no such device", body: entry(4).body },
  ]);
  db.close();
  store = open();
});

test("a settlement said twice, or of rows that never were, changes nothing", () => {
  store.write(readings(1, 3));
  const settlement = { uplink: "city", lane: "telemetry", accepted: [2], rejected: [{ seq: 9, reason: "?" }] } as const;
  store.settle(settlement);
  store.settle(settlement);
  store.settle({ ...settlement, uplink: "nobody" });
  expect(store.stats()).toMatchObject({ quarantined: 0, backlog: [{ count: 2 }] });
});

test("kept rows do not wait, come back when asked for, and go for good past their time", () => {
  store.write({ ...readings(1, 4), outbox: [...[1, 2, 3].map((seq) => owedReading(seq)), owedEvent(4)] });
  const kept = { uplink: "city", keepUntilMs: 1_000, rejected: [] };
  store.settle({ ...kept, lane: "telemetry", accepted: [1, 2, 3] });
  store.settle({ ...kept, lane: "alert", accepted: [4], keepUntilMs: 60_000 });
  expect(store.waiting("city", "telemetry")).toEqual([]);
  expect(store.resend("city", 2)).toBe(2);
  expect(store.waiting("city", "alert").map((row) => row.seq)).toEqual([4]);
  expect(store.waiting("city", "telemetry").map((row) => row.seq)).toEqual([1]);
  store.uptimeMs = 2_000;
  expect(store.resend("city")).toBe(0);
  expect(store.resend("city")).toBe(0);
});

test("rows in their grace period are counted while one of their lane is in it", () => {
  store.write(readings(1, 3));
  store.settle({ uplink: "city", lane: "telemetry", accepted: [1, 2], keepUntilMs: 1_000, rejected: [] });
  expect(store.stats().inGrace).toEqual([{ uplink: "city", count: 2 }]);
  store.uptimeMs = 1_001;
  store.write({});
  expect(store.stats().inGrace).toEqual([]);
});

test("grace periods go by the time the store was in use, whatever the wall clock says", () => {
  store.write(readings(1, 1));
  store.settle({ uplink: "city", lane: "telemetry", accepted: [1], keepUntilMs: 1_000, rejected: [] });
  store.uptimeMs = 900;
  store.write({});
  reopen();
  expect(store.uptimeMs).toBe(900);
  expect(store.resend("city")).toBe(1);
});

test("a row the platform refuses after its broker took it is set aside out of the grace period", () => {
  store.write(readings(1, 2));
  store.settle({ uplink: "city", lane: "telemetry", accepted: [1, 2], keepUntilMs: 1_000, rejected: [] });
  store.settle({ uplink: "city", lane: "telemetry", accepted: [], rejected: [{ seq: 1, reason: "late no" }] });
  expect(store.resend("city")).toBe(1);
  expect(store.stats().quarantined).toBe(1);
});

test("a snapshot replaces its pieces and leaves the others", () => {
  store.write(readings(1, 5));
  const piece = (id: string, body: string | null) => ({ part: "space", id, body });
  store.write({ snapshot: { seq: 3, pieces: [piece("F1", "{}"), piece("F2", "{}")] } });
  store.write({ snapshot: { seq: 5, pieces: [piece("F1", null), piece("F3", '{"n":3}')] } });
  reopen();
  expect(store.recovered.snapshot?.seq).toBe(5);
  expect(store.recovered.snapshot?.pieces).toEqual([piece("F2", "{}"), piece("F3", '{"n":3}')]);
});

test("rejected items are a ring of ten thousand", () => {
  const rejections = Array.from({ length: 6_000 }, (_, i) => ({ atMs: i, device: "d", reason: `r${i}` }));
  store.write({ rejections });
  store.write({ rejections });
  store.close();
  const db = new DatabaseSync(file());
  expect(db.prepare("SELECT count(*) AS n, min(n) AS low FROM rejection").get()).toMatchObject({
    n: 10_000,
    low: 2_001,
  });
  db.close();
  store = open();
});

test("times may have fractions, as a scaled clock gives them", () => {
  store.write({ journal: [{ ...entry(1), nowMs: 1.5 }] });
  reopen();
  expect(store.journal()[0]?.nowMs).toBe(1.5);
});

test("state files are for their owner alone", () => {
  store.write(readings(1, 1));
  for (const name of readdirSync(dir)) expect([name, statSync(join(dir, name)).mode & 0o777]).toEqual([name, 0o600]);
  expect(readdirSync(dir)).toContain("gatehouse.db-wal");
});

test("a schema of a later release is refused with both versions, and left alone", () => {
  store.write(readings(1, 1));
  store.close();
  const db = new DatabaseSync(file());
  db.exec("PRAGMA user_version = 7; UPDATE state SET body = json_set(body, '$.schema', 7)");
  db.close();
  const refused = Engine.open({ dir, budgetBytes: 1e6, ballastBytes: 0 });
  expect(refused).toMatchObject({ refused: { reason: expect.stringMatching(/schema 7.*knows 1/) } });
  const back = new DatabaseSync(file());
  back.exec("PRAGMA user_version = 1; UPDATE state SET body = json_set(body, '$.schema', 1)");
  back.close();
  store = open();
  expect(store.recovered).toMatchObject({ lastSeq: 1, quarantine: undefined });
});

test("a log that a killed process left behind is read", () => {
  store.write(readings(1, 3));
  const left = mkdtempSync(join(tmpdir(), "gatehouse-left-"));
  for (const name of readdirSync(dir)) copyFileSync(join(dir, name), join(left, name));
  const killed = new DirectStore({ dir: left, budgetBytes: 100e6, ballastBytes: 0 });
  expect(killed.recovered.lastSeq).toBe(3);
  killed.close();
  rmSync(left, { recursive: true });
});
