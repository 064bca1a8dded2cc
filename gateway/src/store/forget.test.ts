import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DirectStore } from "../testing/direct-store.ts";
import { entry, owedReading } from "../testing/store-rows.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "gatehouse-forget-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const OLD = 1_000_000 + 1_000 * 10;

/** 1,200 readings of seven devices with a snapshot behind the first `seen`; number 8 is still owed to the city. */
function filled(seen = 1_200): DirectStore {
  const store = new DirectStore({ dir, budgetBytes: 64e6, ballastBytes: 0 });
  const journal = Array.from({ length: 1_200 }, (_, index) => entry(index + 1));
  store.write({ journal, outbox: [owedReading(1, 8)], snapshot: { seq: seen, pieces: [] } });
  return store;
}

function forgetAll(store: DirectStore, devices: readonly string[], others = false): number {
  let removed = 0;
  for (let after: number | null = 0; after !== null; ) {
    const answer = store.engine.forget({ after, beforeMs: OLD, devices, others });
    removed += answer.removed;
    after = answer.last;
  }
  return removed;
}

describe("forgetting readings", () => {
  it("takes old ones of the devices it is told, and leaves what is younger, owed, or of others", () => {
    const store = filled();
    const before = store.journal();
    const due = before.filter(({ seq, nowMs }) => nowMs < OLD && seq % 7 === 1 && seq !== 8);
    expect(forgetAll(store, ["lock-1"])).toBe(due.length);
    const left = store.journal();
    expect(left).toEqual(before.filter((row) => !due.includes(row)));
    expect(store.stats().journalRows).toBe(left.length);
    expect(forgetAll(store, ["lock-1"])).toBe(0);
    store.close();
    const again = new DirectStore({ dir, budgetBytes: 64e6, ballastBytes: 0 });
    expect(again.journal()).toEqual(left);
    expect(again.waiting("city", "telemetry")).toHaveLength(1);
    again.close();
  });

  it("does not wait for a platform that is gone: what it took is over with its grace period", () => {
    const store = filled();
    const accepted = [1];
    store.settle({ uplink: "city", lane: "telemetry", accepted, keepUntilMs: 1_000, rejected: [] });
    forgetAll(store, ["lock-1"]);
    const left = () => store.journal().some(({ seq }) => seq === 8);
    expect(left()).toBe(true);
    store.uptimeMs = 1_001;
    store.write({});
    forgetAll(store, ["lock-1"]);
    expect(left()).toBe(false);
    store.close();
  });

  it("never touches what a restart would step again", () => {
    const store = filled(100);
    const removed = forgetAll(store, ["lock-0", "lock-1", "lock-2", "lock-3", "lock-4", "lock-5", "lock-6"]);
    expect(removed).toBe(99);
    expect(store.journal(100)).toHaveLength(1_100);
    store.close();
  });

  it("takes all but the devices it is told, so that one that has left the site is forgotten too", () => {
    const store = filled();
    const known = ["lock-0", "lock-1", "lock-2", "lock-3", "lock-4", "lock-5"];
    const due = store.journal().filter(({ seq, nowMs }) => nowMs < OLD && seq % 7 === 6);
    expect(forgetAll(store, known, true)).toBe(due.length);
    store.close();
  });

  it("is not held up by a row whose clock ran ahead, and says up to where nothing is left to look at", () => {
    const store = new DirectStore({ dir, budgetBytes: 64e6, ballastBytes: 0 });
    const journal = Array.from({ length: 40 }, (_, index) => entry(index + 1, { device: "lock-1" }));
    const ahead = { ...entry(5, { device: "lock-1" }), nowMs: OLD * 2 };
    store.write({ journal: journal.map((row) => (row.seq === 5 ? ahead : row)), snapshot: { seq: 40, pieces: [] } });
    const answer = store.engine.forget({ after: 0, beforeMs: OLD, devices: ["lock-1"], others: false });
    expect(answer).toEqual({ removed: 39, last: null, settled: 4 });
    expect(store.journal().map(({ seq }) => seq)).toEqual([5]);
    store.close();
  });
});
