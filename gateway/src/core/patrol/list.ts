/** Every checkpoint, as a person asks about it. Pure. */
import { formatTime } from "@gatehouse/protocol";
import { isStanding, recordOf } from "../alerts/life.ts";
import { type CoreState, modelOf } from "../state.ts";
import { graceMs, type PatrolMemo, patrolMemo, periodMs } from "./patrol.ts";

export interface PatrolLine {
  readonly space: string;
  readonly name?: string;
  readonly risk: string;
  readonly everyDays: number;
  readonly last: PatrolMemo["proof"] | null;
  readonly dueBy: string;
  readonly overdue: boolean;
  readonly done: number;
  readonly missed: number;
}

export function patrolList(state: CoreState): PatrolLine[] {
  const model = modelOf(state);
  return [...model.spaces].flatMap(([id, space]) => {
    const every = periodMs(model, space);
    const memo = patrolMemo(state, id);
    if (every === undefined || memo === undefined || model.patrols === undefined) return [];
    const { name } = space.space;
    return [
      {
        space: id,
        ...(name === undefined ? {} : { name }),
        risk: space.risk,
        everyDays: every / 86_400_000,
        last: memo.proof ?? null,
        dueBy: formatTime(memo.lastAtMs + every + graceMs(model.patrols), model.zone),
        overdue: isStanding(recordOf(state, { kind: "patrol-overdue", space: id })),
        done: memo.done,
        missed: memo.missed,
      },
    ];
  });
}
