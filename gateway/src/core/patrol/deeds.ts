/** A patrol that is told by a person, proved by the plate at the door. */
import { RejectedError } from "@gatehouse/protocol";
import type { Doing } from "../deeds/deed.ts";
import { modelOf } from "../state.ts";
import { patrolMemo, prove } from "./patrol.ts";

export const donePatrol: Doing<"patrol"> = (state, { space, plate, note }, { by, nowMs }) => {
  const known = modelOf(state).spaces.get(space);
  if (known === undefined) throw new RejectedError(`there is no space ${space}`);
  if (patrolMemo(state, space) === undefined) {
    throw new RejectedError(`no patrol goes to ${space}: list it under patrols.checkpoints`);
  }
  const hangs = known.address.plate;
  if (hangs === undefined) throw new RejectedError(`${space} has no plate: write its number as address.plate`);
  if (hangs !== plate) throw new RejectedError(`the plate at ${space} is not ${plate}`);
  return { alerts: prove(state, space, { how: "plate", by, ...(note === undefined ? {} : { note }) }, nowMs) };
};
