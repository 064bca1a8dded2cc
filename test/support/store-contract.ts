/** What every Store promises, as tests: for the real one, and for any other that wants to stand in for it. */
import fc from "fast-check";
import type { GapRow, Store, Write } from "gatehouse";
import { alert, entry, owedEvent, owedReading, readings } from "gatehouse/testing";
import { expect, test } from "vitest";
import { commandsArbitrary, StoreModel } from "./store-model.ts";

/** A place that outlives its stores. */
export interface StoreHome {
  /** Opens what the last store left; the one before must be closed. */
  open(): Promise<Store>;
  remove(): Promise<void>;
}

const UPLINK = "city";
const all = [UPLINK, "telemetry", 0, 1_000, 1e9] as const;
const seqs = (rows: readonly { readonly seq: number }[]) => rows.map((row) => row.seq);

export function storeContract(name: string, makeHome: () => Promise<StoreHome>): void {
  const contract = (sentence: string, body: (store: Store, home: StoreHome) => Promise<Store>) =>
    test(`${name}: ${sentence}`, async () => {
      const home = await makeHome();
      const last = await body(await home.open(), home);
      await last.close();
      await home.remove();
    });

  contract("a new store is empty", async (store) => {
    expect(store.recovered).toMatchObject({
      lastSeq: 0,
      snapshot: undefined,
      gaps: [] as GapRow[],
      quarantine: undefined,
    });
    expect(store.recovered.nextSequence.size).toBe(0);
    expect(await store.waiting(...all)).toEqual([]);
    expect(await store.journal(0, 10)).toEqual([]);
    expect(await store.alerts()).toEqual([]);
    return store;
  });

  contract("what a resolved write held is read back, also by the next store", async (store, home) => {
    const write: Write = { ...readings(1, 3), alerts: [alert("alr_1")] };
    await store.write(write);
    await store.write({ outbox: [owedEvent(4)], snapshot: { seq: 2, pieces: [{ part: "p", id: "i", body: "{}" }] } });
    const check = async (opened: Store) => {
      expect(await opened.journal(1, 1)).toEqual([entry(2)]);
      expect(await opened.waiting(...all)).toEqual([1, 2, 3].map((seq) => ({ seq, reading: entry(seq) })));
      expect(await opened.waiting(UPLINK, "alert", 0, 1, 1)).toEqual([{ seq: 4, text: owedEvent(4).text }]);
      expect(await opened.alerts()).toEqual([alert("alr_1")]);
    };
    await check(store);
    await store.close();
    const next = await home.open();
    await check(next);
    expect(next.recovered).toMatchObject({ lastSeq: 3, lastNowMs: entry(3).nowMs });
    expect(next.recovered.nextSequence.get(UPLINK)).toBe(5);
    expect(next.recovered.snapshot).toEqual({ seq: 2, pieces: [{ part: "p", id: "i", body: "{}" }] });
    return next;
  });

  contract("writes made in one go are committed in call order", async (store) => {
    const done: number[] = [];
    const writes = [1, 2, 3, 4, 5].map(async (seq) => {
      await store.write(readings(seq, seq));
      done.push(seq);
    });
    expect(store.pendingBytes).toBeGreaterThan(0);
    await Promise.all(writes);
    expect(done).toEqual([1, 2, 3, 4, 5]);
    expect(store.pendingBytes).toBe(0);
    expect(seqs(await store.journal(0, 10))).toEqual([1, 2, 3, 4, 5]);
    return store;
  });

  contract("close commits what was written, and a write after it is rejected", async (store, home) => {
    const written = store.write(readings(1, 2));
    const closed = store.close();
    await expect(store.write(readings(3, 3))).rejects.toMatchObject({ name: "LinkError", code: "closed" });
    await written;
    await closed;
    const next = await home.open();
    expect(next.recovered.lastSeq).toBe(2);
    return next;
  });

  contract("a write repeated after it landed changes nothing", async (store) => {
    const write: Write = { ...readings(1, 3), alerts: [alert("alr_1")] };
    await store.write(write);
    await store.write({
      settle: [{ uplink: UPLINK, lane: "telemetry", accepted: [2], rejected: [] }],
      alerts: [alert("alr_1", "closed")],
    });
    await store.write(write);
    expect(seqs(await store.waiting(...all))).toEqual([1, 3]);
    expect(seqs(await store.journal(0, 10))).toEqual([1, 2, 3]);
    expect((await store.alerts()).map((row) => row.state)).toEqual(["closed"]);
    return store;
  });

  contract("accepted, rejected and kept are three different answers", async (store) => {
    await store.write(readings(1, 4));
    await store.write({
      settle: [{ uplink: UPLINK, lane: "telemetry", accepted: [1, 3], rejected: [{ seq: 4, reason: "no" }] }],
    });
    expect(seqs(await store.waiting(...all))).toEqual([2]);
    expect(await store.stats()).toMatchObject({
      quarantined: 1,
      backlog: [{ uplink: UPLINK, lane: "telemetry", count: 1, oldestSeq: 2 }],
    });
    return store;
  });

  contract("rows accepted for a grace period wait again when asked for", async (store) => {
    await store.write(readings(1, 3));
    const keepUntilMs = Number.MAX_SAFE_INTEGER;
    await store.write({ settle: [{ uplink: UPLINK, lane: "telemetry", accepted: [1, 2], keepUntilMs, rejected: [] }] });
    expect(seqs(await store.waiting(...all))).toEqual([3]);
    expect(await store.resend("nobody")).toBe(0);
    expect(await store.resend(UPLINK)).toBe(2);
    expect(seqs(await store.waiting(...all))).toEqual([1, 2, 3]);
    expect(await store.resend(UPLINK)).toBe(0);
    return store;
  });

  contract("waiting rows come oldest first, within the limits, and at least one", async (store) => {
    await store.write({ ...readings(1, 6, 500), outbox: [1, 2, 4, 6].map((seq) => owedReading(seq)) });
    expect(seqs(await store.waiting(UPLINK, "telemetry", 1, 2, 1e9))).toEqual([2, 4]);
    expect(seqs(await store.waiting(UPLINK, "telemetry", 0, 9, 1_200))).toEqual([1, 2]);
    expect(seqs(await store.waiting(UPLINK, "telemetry", 4, 9, 1))).toEqual([6]);
    return store;
  });

  contract("settling takes any order, twice, and numbers it never heard of", async (store) => {
    await store.write(readings(1, 5));
    const settle = (accepted: readonly number[]) =>
      store.write({ settle: [{ uplink: UPLINK, lane: "telemetry", accepted, rejected: [] }] });
    await settle([5, 1, 2, 2, 77]);
    await settle([5, 1]);
    await store.write({
      settle: [{ uplink: "nobody", lane: "alert", accepted: [3], rejected: [{ seq: 4, reason: "" }] }],
    });
    expect(seqs(await store.waiting(...all))).toEqual([3, 4]);
    return store;
  });

  test(`${name}: any sequence of writes and reopens reads as the model says`, async () => {
    const property = fc.asyncProperty(commandsArbitrary, async (commands) => {
      const home = await makeHome();
      const model = new StoreModel();
      let store = await home.open();
      for (const command of commands) {
        if (command.kind === "reopen") {
          await store.close();
          store = await home.open();
          model.checkRecovered(store.recovered);
        } else {
          await Promise.all(model.writesOf(command).map((write) => store.write(write)));
        }
      }
      await model.check(store);
      await store.close();
      await home.remove();
    });
    await fc.assert(property, { numRuns: 40 });
    expect.hasAssertions();
  }, 120_000);
}
