/** What people do to prompts. */
import type { Doing } from "../deeds/deed.ts";
import { handle } from "./prompts.ts";

export const handlePrompt: Doing<"handle-prompt"> = (state, { prompt, note }, { by, nowMs }) => {
  handle(state, prompt, by, note, nowMs);
  return {};
};

/** Somebody is there; the deed itself is the sign. */
export const reportPresent: Doing<"report-present"> = () => ({});
