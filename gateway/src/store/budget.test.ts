import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DirectStore } from "../testing/direct-store.ts";
import { entry, owedEvent, readings } from "../testing/store-rows.ts";

const BUDGET = 2e6;
let dir: string;
let store: DirectStore;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-budget-"));
  store = new DirectStore({ dir, budgetBytes: BUDGET, ballastBytes: 0 });
});

afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true });
});

const snapshotAt = (seq: number) => ({ snapshot: { seq, pieces: [] } });
const journalOf = (from: number, to: number) => ({ journal: readings(from, to, 1_000).journal ?? [] });
const seqs = (rows: readonly { readonly seq: number }[]) => rows.map((row) => row.seq);
/** Rows of 1 kB: 3,000 are well over the budget. */
const MANY = 3_000;

test("within the budget nothing is evicted", () => {
  store.write({ ...journalOf(1, 500), ...snapshotAt(500) });
  expect(store.keepHouse()).toEqual([]);
  expect(store.stats().journalRows).toBe(500);
});

test("history goes first, oldest first, and is counted in one record that nobody is told", () => {
  store.write({ ...journalOf(1, MANY), ...snapshotAt(MANY) });
  expect(store.keepHouse()).toEqual([]);
  expect(store.stats().usedBytes).toBeLessThan(BUDGET);
  const left = seqs(store.journal());
  expect(left.length).toBeGreaterThan(500);
  expect(left).toEqual(Array.from({ length: left.length }, (_, i) => MANY - left.length + 1 + i));
  store.write({ ...journalOf(MANY + 1, 2 * MANY), ...snapshotAt(2 * MANY) });
  store.keepHouse();
  const gone = 2 * MANY - store.stats().journalRows;
  store.close();
  store = new DirectStore({ dir, budgetBytes: BUDGET, ballastBytes: 0 });
  expect(store.recovered.gaps).toMatchObject([
    { lane: "telemetry", fromMs: entry(1).nowMs, toMs: entry(gone).nowMs, count: gone },
  ]);
  expect(store.recovered.gaps[0]?.uplink).toBeUndefined();
});

test("what the snapshot does not cover yet is never evicted, and being over the budget is said once and taken back", () => {
  store.write({ ...journalOf(1, 10), ...snapshotAt(10) });
  store.write(journalOf(11, MANY));
  expect(store.keepHouse()).toEqual([{ overBytes: expect.any(Number) }]);
  expect(store.keepHouse()).toEqual([]);
  expect(seqs(store.journal(0, 1))).toEqual([11]);
  expect(store.stats().journalRows).toBe(MANY - 10);
  store.write(snapshotAt(MANY));
  expect(store.keepHouse()).toEqual([{ overBytes: 0 }]);
  expect(store.stats().usedBytes).toBeLessThan(BUDGET);
});

test("history between owed readings goes before any owed reading", () => {
  const owed = Array.from({ length: MANY / 100 }, (_, i) => (i + 1) * 100);
  const outbox = owed.map((journalSeq, i) => ({ uplink: "city", lane: "telemetry" as const, seq: i + 1, journalSeq }));
  store.write({ ...journalOf(1, MANY), outbox, ...snapshotAt(MANY) });
  expect(store.keepHouse()).toEqual([]);
  expect(store.stats().usedBytes).toBeLessThan(BUDGET);
  expect(store.waiting("city", "telemetry").map((row) => row.reading?.seq)).toEqual(owed);
});

test("owed telemetry goes oldest first, and its platform is told what and when in one gap", () => {
  store.write({ ...readings(1, MANY, 1_000), ...snapshotAt(MANY) });
  const notices = store.keepHouse();
  const left = seqs(store.waiting("city", "telemetry"));
  const gone = MANY - left.length;
  expect(left[0]).toBe(gone + 1);
  expect(store.stats().usedBytes).toBeLessThan(BUDGET);
  expect(notices.reduce((sum, notice) => sum + (notice.evicted ?? 0), 0)).toBe(gone);
  const told = notices.flatMap((notice) => notice.gaps ?? []);
  expect(told).toMatchObject([{ count: gone, fromMs: entry(1).nowMs, toMs: entry(gone).nowMs }]);
  store.close();
  store = new DirectStore({ dir, budgetBytes: BUDGET, ballastBytes: 0 });
  const owedGap = store.recovered.gaps.find((gap) => gap.uplink === "city");
  expect(owedGap).toMatchObject({ n: told[0]?.n, lane: "telemetry", count: gone });
  store.write({ gapsDone: [told[0]?.n ?? 0] });
  store.close();
  store = new DirectStore({ dir, budgetBytes: BUDGET, ballastBytes: 0 });
  expect(store.recovered.gaps.filter((gap) => gap.uplink !== undefined)).toEqual([]);
});

test("a store at its limit tells what it evicts once a minute, not with every item", () => {
  const told: number[][] = [];
  const evictSome = (from: number) => {
    store.write({ ...readings(from, from + 199, 1_000), ...snapshotAt(from + 199) });
    told.push(store.keepHouse().flatMap((notice) => (notice.gaps ?? []).map(({ count }) => count)));
  };
  store.write({ ...readings(1, MANY, 1_000), ...snapshotAt(MANY) });
  store.keepHouse();
  const before = MANY - store.waiting("city", "telemetry").length;
  for (let i = 0; i < 10; i++) evictSome(MANY + 1 + i * 200);
  expect(told.flat()).toEqual([]);
  store.uptimeMs += 60_000;
  evictSome(MANY + 2_001);
  const evicted = MANY + 2_200 - store.waiting("city", "telemetry").length;
  expect(told.flat()).toEqual([evicted - before]);
});

test("presence goes after telemetry, alerts and emergencies never", () => {
  const big = (seq: number, lane: Parameters<typeof owedEvent>[1]) => ({
    ...owedEvent(seq, lane),
    text: `${"x".repeat(1_000)}${seq}`,
  });
  const ALL = 2_400;
  const lanes = ["alert", "presence", "telemetry", "emergency"] as const;
  const outbox = Array.from({ length: ALL }, (_, i) => big(i + 1, lanes[i % 4]));
  store.write({ outbox });
  store.keepHouse();
  const count = (lane: (typeof lanes)[number]) => store.waiting("city", lane).length;
  expect([count("emergency"), count("alert")]).toEqual([ALL / 4, ALL / 4]);
  expect(count("telemetry")).toBe(0);
  expect(count("presence")).toBeGreaterThan(0);
  expect(count("presence")).toBeLessThan(ALL / 4);
});

test("accepted telemetry in its grace period goes before waiting telemetry", () => {
  store.write({ ...readings(1, MANY, 1_000), ...snapshotAt(MANY) });
  const accepted = Array.from({ length: 2_000 }, (_, i) => i + 1);
  store.settle({ uplink: "city", lane: "telemetry", accepted, keepUntilMs: 1e6, rejected: [] });
  expect(store.keepHouse().filter((notice) => notice.evicted !== undefined)).toEqual([]);
  expect(store.stats().backlog).toMatchObject([{ count: 1_000 }]);
  expect(store.stats().usedBytes).toBeLessThan(BUDGET);
});

test("the uplink whose oldest item is older gives way first", () => {
  store.write({ ...readings(1, 600, 1_000) });
  const later = readings(601, 1_600, 1_000);
  const outbox = (later.outbox ?? []).map((row) => ({ ...row, uplink: "town", seq: row.seq - 600 }));
  store.write({ journal: later.journal ?? [], outbox, ...snapshotAt(1_600) });
  store.keepHouse();
  expect(store.waiting("town", "telemetry").length).toBe(1_000);
  expect(store.waiting("city", "telemetry").length).toBeLessThan(600);
});

test("rows settled since the last pass are thinned in the next", () => {
  store.write({ ...readings(1, 1_600, 1_000), ...snapshotAt(1_600) });
  store.keepHouse();
  const [oldest, ...others] = seqs(store.waiting("city", "telemetry"));
  store.settle({ uplink: "city", lane: "telemetry", accepted: others.slice(0, -1), rejected: [] });
  store.write({ ...readings(1_601, 2_100, 1_000), ...snapshotAt(2_100) });
  expect(store.keepHouse().filter((notice) => notice.evicted !== undefined)).toEqual([]);
  expect(store.waiting("city", "telemetry").length).toBe(502);
  expect(seqs(store.journal(0, 1))).toEqual([oldest]);
  expect(store.stats().usedBytes).toBeLessThan(BUDGET);
});

test("no step of an eviction holds a commit up for long", () => {
  store.write({ ...readings(1, MANY, 1_000), ...snapshotAt(MANY) });
  const steps = [];
  for (let more = true; more; ) {
    const before = systemClock.monoMs();
    ({ more } = store.engine.idleStep());
    steps.push(systemClock.monoMs() - before);
  }
  expect(steps.length).toBeGreaterThan(3);
  // The median: a busy machine may stop a single step for any time.
  expect(steps.sort((a, b) => a - b)[steps.length >> 1]).toBeLessThan(20);
});
