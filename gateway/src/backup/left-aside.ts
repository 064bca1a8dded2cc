/** Readings that a run with a restored state has taken and acknowledged: they go aside with that state when the restore is undone. */
import type { Store } from "../core/ports.ts";

export interface LeftAside {
  readonly readings: number;
  /** When they were received. */
  readonly fromMs: number;
  readonly toMs: number;
}

const PAGE = 1_000;

/** Behind journal number `after`; undefined where there are none. Rejects when the store is closed. */
export async function readingsBehind(store: Pick<Store, "journal">, after: number): Promise<LeftAside | undefined> {
  let left: LeftAside | undefined;
  for (let seq = after; ; ) {
    const page = await store.journal(seq, PAGE);
    for (const { type, nowMs } of page) {
      if (type !== "reading") continue;
      left = { readings: (left?.readings ?? 0) + 1, fromMs: left?.fromMs ?? nowMs, toMs: nowMs };
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return left;
    seq = last.seq;
  }
}

/** For people; `folder` is where they lie. */
export function asideText({ readings, fromMs, toMs }: LeftAside, folder: string): string {
  const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
  return `${readings} readings received from ${from} to ${to} lie in ${folder}`;
}
