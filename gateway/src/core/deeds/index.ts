/** The table of deeds. A new one is a row, and a shape in the protocol. */
import type { Deed, DeedKind } from "@gatehouse/protocol";
import { moveOn, noteOn } from "../alerts/deeds.ts";
import type { CoreState } from "../state.ts";
import type { Consequences, DeedContext, Doing } from "./deed.ts";

const doings: { readonly [Kind in DeedKind]: Doing<Kind> } = {
  acknowledge: moveOn("acknowledged"),
  rectify: moveOn("rectifying"),
  verify: moveOn("verifying"),
  close: moveOn("closed"),
  reopen: moveOn("reopened"),
  note: noteOn,
};

export function doDeed(state: CoreState, deed: Deed, context: DeedContext): Consequences {
  const doing = doings[deed.do] as Doing<typeof deed.do>;
  return doing(state, deed as never, context);
}
