/** What the gateway can be asked about its uplinks over the control socket: how they stand, what was refused, and to send that again. */
import { CloudEvent, type EventDraft, LANES, RejectedError } from "@gatehouse/protocol";
import { z } from "zod";
import type { HealthEntry } from "../core/health.ts";
import type { Target } from "../core/ledger.ts";
import type { AsideRow, Store } from "../core/ports.ts";
import { type ControlRequest, controlRequest } from "./request.ts";

export interface UplinkControlParts {
  readonly store: Pick<Store, "stats" | "setAside" | "write">;
  readonly targets: readonly Target[];
  readonly health: { readonly entries: readonly HealthEntry[] };
}

const DEADLINE_MS = 10_000;
const NamedUplink = z.strictObject({ uplink: z.string().max(64) });
const Resend = z.strictObject({ uplink: z.string().max(64), sequences: z.array(z.int().min(0)).max(1_000).optional() });

export function uplinkRequests(parts: UplinkControlParts): readonly ControlRequest[] {
  return [
    controlRequest({
      name: "uplinks",
      params: z.strictObject({}),
      deadlineMs: DEADLINE_MS,
      run: () => statusOf(parts),
    }),
    controlRequest({
      name: "uplink-rejected",
      params: NamedUplink,
      deadlineMs: DEADLINE_MS,
      run: async ({ uplink }) => ({ rejected: (await asideOf(parts, uplink)).map(shown) }),
    }),
    controlRequest({
      name: "uplink-resend",
      params: Resend,
      deadlineMs: DEADLINE_MS,
      run: ({ uplink, sequences }) => resend(parts, uplink, sequences),
    }),
  ];
}

async function statusOf({ store, targets, health }: UplinkControlParts): Promise<object> {
  const { backlog } = await store.stats();
  const uplinks = targets.map(({ id, outbox }) => ({
    id,
    codes: health.entries
      .filter(({ code, subject }) => code.startsWith("uplink-") && subject === id)
      .map(({ code, detail, sinceMs }) => ({ code, detail, since: new Date(sinceMs).toISOString() })),
    lanes: Object.fromEntries(
      LANES.map((lane) => [
        lane,
        { waiting: backlog.find((row) => row.uplink === id && row.lane === lane)?.count ?? 0, ...outbox.tally[lane] },
      ]),
    ),
  }));
  return { uplinks };
}

function targetOf({ targets }: UplinkControlParts, uplink: string): Target {
  const target = targets.find(({ id }) => id === uplink);
  if (target !== undefined) return target;
  const known = targets.map(({ id }) => id).join(", ");
  throw new RejectedError(`there is no uplink "${uplink}"; there are: ${known === "" ? "none" : known}`);
}

function asideOf(parts: UplinkControlParts, uplink: string): Promise<readonly AsideRow[]> {
  return parts.store.setAside(targetOf(parts, uplink).id);
}

function shown({ seq, lane, atMs, reason, text }: AsideRow): object {
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

/** Undefined for a reading, of which only the journal entry was set aside. */
function eventOf(text: string | null): CloudEvent | undefined {
  if (text === null) return undefined;
  return CloudEvent.safeParse(JSON.parse(text)).data;
}

/** Under new numbers and the same ids. What was set aside stays on record. */
async function resend(
  parts: UplinkControlParts,
  uplink: string,
  sequences: readonly number[] | undefined,
): Promise<object> {
  const { outbox } = targetOf(parts, uplink);
  const rows = (await asideOf(parts, uplink)).filter(({ seq }) => sequences === undefined || sequences.includes(seq));
  const drafts = new Map<string, EventDraft>();
  for (const { text } of rows.toReversed()) {
    const event = eventOf(text);
    if (event !== undefined) drafts.set(event.id, draftOf(event));
  }
  const entries = [...drafts.values()].map((draft) => outbox.add(draft));
  await parts.store.write({ outbox: entries });
  for (const entry of entries) outbox.committed(entry);
  return { resent: entries.length, sequences: entries.map(({ seq }) => seq), readings: rows.length - drafts.size };
}

function draftOf({ specversion: _, datacontenttype: __, sequence: ___, data, ...head }: CloudEvent): EventDraft {
  return { ...head, data: JSON.stringify(data) };
}
