/** What people said about a finding, as the rules of the mornings take it. Pure. */
import { localDay } from "@gatehouse/protocol";
import { isContested } from "../alerts/life.ts";
import { type AlertRecord, type CoreState, modelOf } from "../state.ts";

/** People say that they have put it right, or are about to: the sensors are to prove it. */
export const isProving = (record: AlertRecord | undefined): boolean =>
  record?.alert.state === "rectifying" || record?.alert.state === "verifying";

/** Local day up to which a person's word counts: they closed it although the sensors saw it, so only later mornings speak against them. */
export function lastTrusted(state: CoreState, record: AlertRecord | undefined): number {
  if (record === undefined || typeof record.closedMs !== "number" || !isContested(record))
    return Number.NEGATIVE_INFINITY;
  return localDay(record.closedMs, modelOf(state).zone);
}
