/** Answers about patrols: every checkpoint, the most urgent first. What records a visit is a deed. */
import type { Clock } from "@gatehouse/protocol";
import type { Core } from "../../core/core.ts";
import { patrolList } from "../../core/patrol/list.ts";
import type { CoreState } from "../../core/state.ts";
import type { PatrolRow } from "../table/duties.ts";
import type { Answers } from "../table/index.ts";
import { behindMoment, cursorOf, inOrder } from "./moments.ts";
import { pageOf } from "./page-of.ts";

export interface PatrolParts {
  readonly core: Pick<Core, "state">;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
/** Of its period: from then on it is due. */
const LAST_SHARE = 0.25;

export function patrolRows(state: CoreState, nowMs: number): PatrolRow[] {
  return patrolList(state).map(({ overdue, name, last, readers, ...line }) => {
    const soonMs = Math.min(DAY_MS, line.everyDays * DAY_MS * LAST_SHARE);
    const isDue = nowMs >= Date.parse(line.dueAt) - soonMs;
    return {
      ...line,
      name: name ?? line.space,
      last: last ?? null,
      readers: [...readers],
      state: overdue ? "overdue" : isDue ? "due" : "ahead",
    };
  });
}

const momentOf = ({ dueBy, space }: PatrolRow) => ({ ms: Date.parse(dueBy), id: space });

export function patrolAnswers({ core, clock }: PatrolParts): Answers<"GET /api/1/patrols"> {
  return {
    "GET /api/1/patrols": async ({ query }) => {
      const all = patrolRows(core.state, clock.nowMs());
      const counts = { overdue: 0, due: 0, ahead: 0 };
      for (const { state } of all) counts[state] += 1;
      const { state, risk, search, after } = query;
      const part = search?.toLowerCase() ?? "";
      const wanted = all.filter(
        (row) =>
          (state === undefined || row.state === state) &&
          (risk === undefined || row.risk === risk) &&
          [row.space, row.name].some((text) => text.toLowerCase().includes(part)),
      );
      const behind = behindMoment(after, momentOf);
      return { ...pageOf(inOrder(wanted, momentOf), query, (row) => cursorOf(momentOf(row)), behind), counts };
    },
  };
}
