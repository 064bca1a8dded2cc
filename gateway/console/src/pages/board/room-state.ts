/** What the board says of a room: its people against its limit, in one of five states. */
import type { AnswerOf } from "../../../../src/console/table/index.ts";

export type SpaceRow = AnswerOf<"GET /api/1/spaces">["items"][number];

export const ROOM_STATES = ["over", "suspect", "within", "unknown", "unjudged"] as const;
export type RoomState = (typeof ROOM_STATES)[number];

/** A shape each, for those who do not see the colours. */
export const SHAPES: Readonly<Record<RoomState, string>> = {
  over: "▲",
  suspect: "◆",
  within: "●",
  unknown: "?",
  unjudged: "–",
};

/** From this chance on a room stands out before the finding is confirmed. */
const SUSPECT = 0.5;

export function stateOf({ judged, limit, estimate }: SpaceRow): RoomState {
  if (!judged || limit === null) return "unjudged";
  if (estimate === null || estimate.abstains !== null) return "unknown";
  if (estimate.sign === "confirmed") return "over";
  return estimate.sign === "first" || estimate.pOver >= SUSPECT ? "suspect" : "within";
}

/** `4/6`: people who live here against the limit; a dash where nothing is claimed. */
export function figuresOf({ limit, estimate }: SpaceRow): string {
  const people = estimate === null || estimate.abstains !== null ? "–" : String(Math.round(estimate.residing));
  return limit === null ? people : `${people}/${limit.persons}`;
}
