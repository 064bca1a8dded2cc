/** What the gateway can be asked about its uplinks over the control socket: how they stand, what was refused, and to send that again. */
import { LANES, RejectedError } from "@gatehouse/protocol";
import { z } from "zod";
import type { HealthEntry } from "../core/health.ts";
import type { Target } from "../core/ledger.ts";
import type { AsideRow, Store } from "../core/ports.ts";
import { asideLine, resendAside } from "../core/set-aside.ts";
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
      run: async ({ uplink }) => ({ rejected: (await asideOf(parts, uplink)).map(asideLine) }),
    }),
    controlRequest({
      name: "uplink-resend",
      params: Resend,
      deadlineMs: DEADLINE_MS,
      run: ({ uplink, sequences }) => resendAside(parts.store, targetOf(parts, uplink).outbox, uplink, sequences),
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
