/** What a platform refused for good: shown, and sent again under new numbers. */
import { CloudEvent, type EventDraft } from "@gatehouse/protocol";
import type { Outbox } from "./outbox.ts";
import type { AsideRow, Store } from "./ports.ts";

/** As people are shown it. */
export interface AsideLine {
  readonly sequence: number;
  readonly lane: string;
  readonly at: string;
  readonly reason: string;
  readonly type: string;
  readonly id: string | undefined;
}

export function asideLine({ seq, lane, atMs, reason, text }: AsideRow): AsideLine {
  const event = eventOf(text);
  return {
    sequence: seq,
    lane,
    at: new Date(atMs).toISOString(),
    reason,
    type: event?.type ?? "gatehouse.reading",
    id: event?.id,
  };
}

export interface Resent {
  readonly resent: number;
  readonly sequences: readonly number[];
  /** Of which only journal entries were set aside: they cannot be sent again. */
  readonly readings: number;
}

/** Under new numbers and the same ids; without `sequences` all of them. What was set aside stays on record. */
export async function resendAside(
  store: Pick<Store, "setAside" | "write">,
  outbox: Pick<Outbox, "add" | "committed">,
  uplink: string,
  sequences: readonly number[] | undefined,
): Promise<Resent> {
  const rows = (await store.setAside(uplink)).filter(({ seq }) => sequences === undefined || sequences.includes(seq));
  const drafts = new Map<string, EventDraft>();
  for (const { text } of rows.toReversed()) {
    const event = eventOf(text);
    if (event !== undefined) drafts.set(event.id, draftOf(event));
  }
  const entries = [...drafts.values()].map((draft) => outbox.add(draft));
  await store.write({ outbox: entries });
  for (const entry of entries) outbox.committed(entry);
  return { resent: entries.length, sequences: entries.map(({ seq }) => seq), readings: rows.length - drafts.size };
}

/** Undefined for a reading, of which only the journal entry was set aside. */
function eventOf(text: string | null): CloudEvent | undefined {
  if (text === null) return undefined;
  return CloudEvent.safeParse(JSON.parse(text)).data;
}

function draftOf({ specversion: _, datacontenttype: __, sequence: ___, data, ...head }: CloudEvent): EventDraft {
  return { ...head, data: JSON.stringify(data) };
}
