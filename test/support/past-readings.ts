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
const HOUR_MS = 3_600_000;
/** Of Shanghai, which has no summer time. */
const ZONE_MS = 8 * HOUR_MS;
const RESIDENTS = 2;
const ROWS_A_WRITE = 2_000;

/** A resident's day, local hours: to work, home for lunch, back, home for the night. Each within the hour after it. */
const WALKS = [
  { hour: 7, kind: "count.out" },
  { hour: 11, kind: "count.in" },
  { hour: 13, kind: "count.out" },
  { hour: 18, kind: "count.in" },
] as const;

/** Behind each of these counters two people live, and sleep there each night of the days before `untilMs`, whatever the time of day is now. */
export function comingsAndGoings(counters: readonly string[], days: number, untilMs: number): readonly PastReading[] {
  const random = new Random("comings and goings");
  const today = Math.floor((untilMs + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
  const past: PastReading[] = [];
  for (const device of counters)
    for (let day = days; day >= 0; day--)
      for (const { hour, kind } of WALKS)
        for (let one = 0; one < RESIDENTS; one++) {
          const atMs = today - day * DAY_MS + Math.round((hour + random.float()) * HOUR_MS);
          if (atMs < untilMs) past.push({ atMs, device, kind, value: 1 });
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
