/** What the control socket carries: a line of JSON each way. Shared by both ends. */
import { z } from "zod";

/** Grows when a line changes in a way an older end would misread. */
export const CONTROL_VERSION = 1;
export const CONTROL_SOCKET = "control.sock";

/** Longest request line. */
export const MAX_REQUEST_BYTES = 64 * 1024;
/** Longest answer line. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export const ControlRequestLine = z.strictObject({
  v: z.literal(CONTROL_VERSION, { error: `must be ${CONTROL_VERSION}, the version this gateway speaks` }),
  request: z.string().min(1).max(64),
  params: z.unknown().optional(),
});

/**
 * Why there is no result. `invalid`: what was asked is wrong, `path` says where. `refused`: understood and denied. `unavailable`: not now.
 * `fault`: the program is wrong.
 */
export const ControlFailure = z.object({
  code: z.enum(["invalid", "refused", "unavailable", "fault"]),
  message: z.string(),
  path: z.string().optional(),
  fix: z.string().optional(),
});
export type ControlFailure = z.infer<typeof ControlFailure>;

export const ControlAnswer = z.discriminatedUnion("ok", [
  z.object({ v: z.literal(CONTROL_VERSION), ok: z.literal(true), result: z.unknown() }),
  z.object({ v: z.literal(CONTROL_VERSION), ok: z.literal(false), error: ControlFailure }),
]);
export type ControlAnswer = z.infer<typeof ControlAnswer>;
