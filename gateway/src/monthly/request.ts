/** The control socket's question for a month. */
import { type Alert, type Clock, ConfigError, LANES } from "@gatehouse/protocol";
import { z } from "zod";
import { type ControlRequest, controlRequest } from "../control/request.ts";
import type { Core } from "../core/core.ts";
import type { Target } from "../core/ledger.ts";
import type { Store } from "../core/ports.ts";
import { type MonthFacts, monthFacts } from "./facts.ts";

const MONTH_MS = 10_000;
const Params = z.strictObject({
  month: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, "write a month as 2026-11"),
});

export interface MonthParts {
  readonly core: Pick<Core, "state">;
  readonly store: Pick<Store, "alerts" | "stats">;
  readonly targets: readonly Target[];
  readonly clock: Clock;
}

export function monthRequest(parts: MonthParts): ControlRequest {
  const run = ({ month }: z.infer<typeof Params>) => factsOfMonth(parts, month);
  return controlRequest({ name: "month", params: Params, deadlineMs: MONTH_MS, run });
}

/** Alerts read in one piece. */
const PIECE = 100;

/** For whoever waits: how far it is, from 0 to 1, and an end to it. */
export interface MonthProgress {
  readonly at: (share: number) => void;
  readonly signal: AbortSignal;
}

/** `month` as 2026-11. Throws ConfigError for one that has not begun, and the signal's reason. */
export async function factsOfMonth(
  { core, store, targets, clock }: MonthParts,
  month: string,
  progress?: MonthProgress,
): Promise<MonthFacts> {
  const nowMs = clock.nowMs();
  if (Date.parse(`${month}-01T00:00:00Z`) > nowMs + 86_400_000)
    throw new ConfigError({
      path: "month",
      reason: `${month} has not begun yet`,
      fix: "name this month or one before",
    });
  const { backlog } = await store.stats();
  const exchange = targets.map(({ id, outbox }) => {
    const sums = { sent: 0, rejected: 0, dropped: 0 };
    for (const lane of LANES)
      for (const key of ["sent", "rejected", "dropped"] as const) sums[key] += outbox.tally[lane][key];
    const waiting = backlog.filter(({ uplink }) => uplink === id).reduce((sum, { count }) => sum + count, 0);
    return { uplink: id, ...sums, waiting };
  });
  const rows = await store.alerts();
  const alerts: Alert[] = [];
  for (let from = 0; from < rows.length; from += PIECE) {
    for (const { body } of rows.slice(from, from + PIECE)) alerts.push(JSON.parse(body) as Alert);
    progress?.at(from / rows.length);
    progress?.signal.throwIfAborted();
    // Others have their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return monthFacts({ state: core.state, alerts, exchange, nowMs }, month);
}
