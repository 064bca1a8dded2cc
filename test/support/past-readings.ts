/** A history for a gateway that is not running: readings of days gone by, written into its state folder by the store's own functions. */
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { HealthBoard, type JournalEntry, openStore } from "gatehouse";
import { MemoryLog } from "gatehouse/testing";

export interface PastReading {
  readonly atMs: number;
  readonly device: string;
  readonly kind: string;
  readonly value: number;
}

const DAY_MS = 86_400_000;
const WALKS_A_DAY = 8;
const ROWS_A_WRITE = 2_000;

/** At each of these counters somebody comes and goes all day, up to `untilMs`. */
export function comingsAndGoings(counters: readonly string[], days: number, untilMs: number): readonly PastReading[] {
  const random = new Random("comings and goings");
  const past: PastReading[] = [];
  for (const device of counters)
    for (let walk = 0; walk < days * WALKS_A_DAY; walk++) {
      const atMs = untilMs - Math.round(((walk + random.float()) / WALKS_A_DAY) * DAY_MS);
      past.push({ atMs, device, kind: walk % 2 === 0 ? "count.out" : "count.in", value: 1 });
    }
  return past.sort((a, b) => a.atMs - b.atMs);
}

/** Oldest first. The gateway must have run there once, and ended. */
export async function writePast(stateDir: string, past: readonly PastReading[]): Promise<void> {
  const clock = systemClock;
  const store = await openStore({
    dir: stateDir,
    budgetBytes: 1e9,
    ballastBytes: 0,
    clock,
    health: new HealthBoard(clock),
    log: new MemoryLog(),
  });
  const { lastSeq } = store.recovered;
  const arrival = { bootId: "past", monoMs: 0, clock: "synced" };
  const entries = past.map(
    ({ atMs, ...reading }, n): JournalEntry => ({
      seq: lastSeq + 1 + n,
      nowMs: atMs,
      type: "reading",
      body: JSON.stringify({ ...reading, epoch: 1, seq: n + 1, ...arrival }),
    }),
  );
  for (let at = 0; at < entries.length; at += ROWS_A_WRITE)
    await store.write({ journal: entries.slice(at, at + ROWS_A_WRITE) });
  await store.close();
}
