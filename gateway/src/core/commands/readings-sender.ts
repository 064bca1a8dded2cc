/** Sends readings of a period again, to the one uplink whose platform asked: read and handed on in small parts. */
import { RejectedError, type SendReadingsArgs } from "@gatehouse/protocol";
import { readingEvent } from "../events.ts";
import type { Outbox } from "../outbox.ts";
import type { JournalEntry, Store } from "../ports.ts";

export interface ReadingsTarget {
  readonly outbox: Pick<Outbox, "add" | "committed">;
  readonly credentials: "strip" | "pseudonym";
}

export interface ReadingsSent {
  readonly readings: number;
  /** Where to go on: `from` of the next request. Absent when the period is complete. */
  readonly next?: string;
}

/** One request hands on so many at the most. */
export const MAX_READINGS = 20_000;
const CHUNK = 500;

/** The store keeps the order of arrival, so the period is one of arrival. Throws RejectedError for a period that ends before it begins. */
export async function sendReadings(
  store: Pick<Store, "journal" | "write">,
  gateway: string,
  { outbox, credentials }: ReadingsTarget,
  { from, to, devices, spaces }: SendReadingsArgs,
  signal: AbortSignal,
): Promise<ReadingsSent> {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (!(toMs > fromMs)) throw new RejectedError("args.to: it is not behind `from`");
  const wanted = chooser(devices, spaces);
  let readings = 0;
  for (let after = await firstBefore(store, fromMs); ; ) {
    signal.throwIfAborted();
    const entries = await store.journal(after, CHUNK);
    const due = entries.filter((entry) => entry.nowMs >= fromMs && entry.nowMs < toMs && wanted(entry));
    const room = due.slice(0, MAX_READINGS - readings);
    const owed = room.map((entry) => outbox.add(readingEvent(gateway, entry, credentials)));
    if (owed.length > 0) await store.write({ outbox: owed });
    for (const entry of owed) outbox.committed(entry);
    readings += owed.length;
    const left = due[room.length];
    if (left !== undefined) return { readings, next: new Date(left.nowMs).toISOString() };
    const last = entries.at(-1);
    if (last === undefined || last.nowMs >= toMs + CLOCK_SET_BACK_MS) return { readings };
    after = last.seq;
  }
}

/** Entries may lie out of order where the clock was set: so far is looked beyond the period. */
const CLOCK_SET_BACK_MS = 600_000;

/** Halves the journal until it knows where the period begins. */
async function firstBefore(store: Pick<Store, "journal">, fromMs: number): Promise<number> {
  let low = 0;
  let high = Number.MAX_SAFE_INTEGER / 2;
  while (high - low > CHUNK) {
    const middle = Math.floor((low + high) / 2);
    const [entry] = await store.journal(middle, 1);
    if (entry === undefined || entry.nowMs >= fromMs - CLOCK_SET_BACK_MS) high = middle;
    else low = entry.seq;
  }
  return low;
}

function chooser(
  devices: readonly string[] | undefined,
  spaces: readonly string[] | undefined,
): (entry: JournalEntry) => boolean {
  const ofDevice = devices === undefined ? undefined : new Set(devices);
  const ofSpace = spaces === undefined ? undefined : new Set(spaces);
  return ({ type, body }) => {
    if (type !== "reading") return false;
    if (ofDevice === undefined && ofSpace === undefined) return true;
    const { device, space } = JSON.parse(body) as { readonly device: string; readonly space?: string };
    return (ofDevice?.has(device) ?? true) && (ofSpace === undefined || (space !== undefined && ofSpace.has(space)));
  };
}
