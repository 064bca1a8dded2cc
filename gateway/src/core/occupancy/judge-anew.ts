/** A limit or a register that changed: what the latest morning says of the space is asked again, against what counts now. */
import type { Model, SpaceModel } from "../model.ts";
import { type CoreState, modelOf, setTimer } from "../state.ts";
import { LATE_TIMER } from "../timers.ts";

/** Earlier mornings stay as they were judged: they say what was so against the limit of their day. */
export function judgeAnew(state: CoreState, before: Model | undefined, nowMs: number): void {
  if (before === undefined) return;
  let changed = false;
  for (const [id, space] of modelOf(state).spaces) {
    const earlier = before.spaces.get(id);
    const belief = state.beliefs.get(id);
    const last = belief?.mornings.at(-1)?.day;
    if (belief === undefined || last === undefined || earlier === undefined || factsOf(earlier) === factsOf(space))
      continue;
    belief.staleFrom = Math.min(belief.staleFrom ?? last, last);
    state.dirty.add(`belief/${id}`);
    changed = true;
  }
  if (changed) setTimer(state, LATE_TIMER, { dueMs: nowMs, calendar: false });
}

/** What a verdict rests on beside readings. */
const factsOf = ({ limit, space: { kind, registered, areaM2, rooms } }: SpaceModel): string =>
  JSON.stringify([limit?.persons, kind, registered, areaM2, rooms]);
