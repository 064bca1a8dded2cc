/** Months there may be a report of. Pure. */
import { formatDay, localDay } from "@gatehouse/protocol";
import { repairBookOf } from "../core/repair/repair.ts";
import { type CoreState, modelOf } from "../core/state.ts";

/** As long as the repair books reach back. */
const MOST = 14;

/** As `2026-11`, the running one first, back to the first thing that is remembered. */
export function monthsOf(state: CoreState, nowMs: number): string[] {
  const { zone, devices } = modelOf(state);
  const moments = [
    ...[...devices.keys()].flatMap((id) => repairBookOf(state, id)?.firstAtMs ?? []),
    ...[...state.alerts.values()].flatMap(({ alert }) => alert.history.slice(0, 1).map(({ at }) => Date.parse(at))),
    ...[...state.prompts.values()].map(({ openedAt }) => Date.parse(openedAt)),
  ];
  const first = moments.reduce((earliest, ms) => Math.min(earliest, ms), nowMs);
  const months: string[] = [];
  const [end, begin] = [monthNumber(nowMs, zone), monthNumber(first, zone)];
  for (let n = end; n >= begin && months.length < MOST; n--) months.push(named(n));
  return months;
}

function monthNumber(ms: number, zone: string): number {
  const [year, month] = formatDay(localDay(ms, zone)).split("-");
  return Number(year) * 12 + Number(month) - 1;
}

const named = (n: number): string => `${Math.floor(n / 12)}-${String((n % 12) + 1).padStart(2, "0")}`;
