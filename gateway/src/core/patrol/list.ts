/** Every checkpoint, as a person asks about it. Pure. */
import { formatTime } from "@gatehouse/protocol";
import { isStanding, recordOf } from "../alerts/life.ts";
import { type CoreState, modelOf } from "../state.ts";
import { graceMs, type PatrolMemo, patrolMemo, periodMs } from "./patrol.ts";

export interface PatrolLine {
  readonly space: string;
  readonly name?: string;
  readonly risk: "red" | "yellow" | "blue";
  readonly everyDays: number;
  readonly last: PatrolMemo["proof"] | null;
  /** End of the period, without grace. */
  readonly dueAt: string;
  /** Behind it, it is overdue. */
  readonly dueBy: string;
  readonly overdue: boolean;
  /** The alert that stands for it. */
  readonly alert: string | null;
  readonly done: number;
  readonly missed: number;
  /** Devices whose tag proves it, beside those of the space itself. */
  readonly readers: readonly string[];
  /** A plate hangs at its door, whose number proves it. */
  readonly plate: boolean;
}

export function patrolList(state: CoreState): PatrolLine[] {
  const model = modelOf(state);
  const { patrols, zone } = model;
  if (patrols === undefined) return [];
  const readers = new Map(patrols.checkpoints.map((point) => [point.space, point.readers]));
  return [...model.spaces].flatMap(([id, space]) => {
    const every = periodMs(model, space);
    const memo = patrolMemo(state, id);
    if (every === undefined || memo === undefined) return [];
    const { name } = space.space;
    const record = recordOf(state, { kind: "patrol-overdue", space: id });
    const overdue = isStanding(record);
    return [
      {
        space: id,
        ...(name === undefined ? {} : { name }),
        risk: space.risk,
        everyDays: every / 86_400_000,
        last: memo.proof ?? null,
        dueAt: formatTime(memo.lastAtMs + every, zone),
        dueBy: formatTime(memo.lastAtMs + every + graceMs(patrols), zone),
        overdue,
        alert: overdue ? (record?.alert.id ?? null) : null,
        done: memo.done,
        missed: memo.missed,
        readers: readers.get(id) ?? [],
        plate: space.address.plate !== undefined,
      },
    ];
  });
}
