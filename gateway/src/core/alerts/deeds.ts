/** What people do to an alert. */
import type { AlertState } from "@gatehouse/protocol";
import type { DeedContext, Doing } from "../deeds/deed.ts";
import type { CoreState } from "../state.ts";
import { annotate, move } from "./life.ts";

interface OnAlert {
  readonly alert: string;
  readonly note?: string | undefined;
}

export const moveOn =
  (to: AlertState) =>
  (state: CoreState, { alert, note }: OnAlert, { by, nowMs }: DeedContext) => ({
    alerts: [move(state, alert, to, by, note, nowMs)],
  });

export const noteOn: Doing<"note"> = (state, { alert, note }, { by, nowMs }) => ({
  alerts: [annotate(state, alert, by, note, nowMs)],
});
