/** What a platform that is added would be sent of what the box still has for a removed one of its name. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import type { UplinkDraft } from "./uplink-draft.ts";

export type LeftBehind = AnswerOf<"GET /api/1/uplinks">["removed"][number];

export interface Inherited {
  readonly waiting: number;
  /** Delivered to the one before, a short while ago. */
  readonly again: number;
}

/** Undefined where there is nothing to ask about. */
export function inheritedBy(
  { id, type, receipt }: Pick<UplinkDraft, "id" | "type" | "receipt">,
  removed: readonly LeftBehind[],
): Inherited | undefined {
  const left = removed.find((one) => one.id === id);
  if (left === undefined) return undefined;
  // What only a broker has acknowledged is sent again over each new link.
  const again = type === "nats" || receipt === "broker" ? left.inGrace : 0;
  return left.waiting + again === 0 ? undefined : { waiting: left.waiting, again };
}
