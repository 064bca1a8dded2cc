/** Raw group commit: how many journal rows a second the store makes durable, without MQTT, core or uplinks. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "@gatehouse/protocol";
import { HealthBoard, type JournalEntry, openStore, type Store } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";

export interface StoreBenchOptions {
  readonly seconds: number;
  /** Journal rows of one write. */
  readonly batch: number;
  /** Writes waiting for the disk at any time; while one transaction is in flight the others gather for the next. */
  readonly writers?: number;
}

const BODY = JSON.stringify({
  device: "lock-302",
  epoch: 1,
  seq: 1841,
  at: "2026-11-25T08:00:00+08:00",
  kind: "access.granted",
  id: "lock-302:1:1841",
  receivedAt: "2026-11-25T08:00:00.123+08:00",
  bootId: "5f2a91d0",
  monoMs: 12_345.6,
  clock: "synced",
});

/** Rows a second. */
export async function benchStore({ seconds, batch, writers = 8 }: StoreBenchOptions): Promise<number> {
  const dir = await mkdtemp(join(tmpdir(), "gatehouse-bench-"));
  const clock = systemClock;
  const health = new HealthBoard(clock);
  const log = new MemoryLog();
  const store = await openStore({ dir, budgetBytes: 8e9, ballastBytes: 0, clock, health, log });
  try {
    await write(store, batch, writers, 0.2, 0);
    const { lastSeq, tookMs } = await write(store, batch, writers, seconds, 1_000_000_000);
    return (lastSeq - 1_000_000_000) / (tookMs / 1_000);
  } finally {
    await store.close();
    await rm(dir, { recursive: true });
  }
}

async function write(store: Store, batch: number, writers: number, seconds: number, firstSeq: number) {
  const startMs = systemClock.monoMs();
  const untilMs = startMs + seconds * 1_000;
  let seq = firstSeq;
  const writer = async () => {
    while (systemClock.monoMs() < untilMs) {
      const journal: JournalEntry[] = [];
      for (let i = 0; i < batch; i++) {
        seq += 1;
        journal.push({ seq, nowMs: 1.8e12 + seq, type: "reading", body: BODY, credential: "c_5f2a91d0c4" });
      }
      await store.write({ journal });
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return { lastSeq: seq, tookMs: systemClock.monoMs() - startMs };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { seconds: { type: "string", default: "3" }, batch: { type: "string", default: "50" } },
  });
  const rate = await benchStore({ seconds: Number(values.seconds), batch: Number(values.batch) });
  console.log(`${Math.round(rate)} rows/s in writes of ${values.batch}`);
}
