/** The table of deeds. A new one is a row, and a shape in the protocol. */
import type { Deed, DeedKind } from "@gatehouse/protocol";
import { moveOn, noteOn } from "../alerts/deeds.ts";
import { acceptItem, cancelHandOver, startHandOver } from "../hand-over/hand-over.ts";
import { tellResidence } from "../presence/deeds.ts";
import { handlePrompt, reportPresent } from "../prompts/deeds.ts";
import type { CoreState } from "../state.ts";
import type { Consequences, DeedContext, Doing } from "./deed.ts";

const doings: { readonly [Kind in DeedKind]: Doing<Kind> } = {
  acknowledge: moveOn("acknowledged"),
  rectify: moveOn("rectifying"),
  verify: moveOn("verifying"),
  close: moveOn("closed"),
  reopen: moveOn("reopened"),
  note: noteOn,
  "handle-prompt": handlePrompt,
  "report-present": reportPresent,
  "start-hand-over": startHandOver,
  "accept-item": acceptItem,
  "cancel-hand-over": cancelHandOver,
  "tell-residence": tellResidence,
};

export function doDeed(state: CoreState, deed: Deed, context: DeedContext): Consequences {
  const doing = doings[deed.do] as Doing<typeof deed.do>;
  return doing(state, deed as never, context);
}
