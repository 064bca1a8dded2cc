/** The ways the city platform can be told to fail. */
import { Random } from "@gatehouse/protocol/testing";
import { z } from "zod";

export const FAIL_MODES = [
  "refuse",
  "hang",
  "5xx",
  "html",
  "lose-receipts",
  "partial",
  "slow",
  "busy",
  "redirect",
  "small",
] as const;
export const FailMode = z.enum(FAIL_MODES);
/**
 * `refuse`: nobody listens. `hang`: connections are taken, nothing is recorded or answered. `5xx`: HTTP 503, MQTT clients are thrown out;
 * nothing is recorded. `html`: a page with status 200 instead of a receipt; nothing is recorded. `lose-receipts`: recorded, then the connection
 * breaks before the answer (MQTT: no receipt). `partial`: a fraction is rejected with a reason, the same events at every attempt.
 * `slow`: recorded, answered late. `busy`: HTTP 429 with Retry-After; `redirect`: HTTP 302; nothing is recorded. `small`: bodies over 2,000
 * bytes get HTTP 413. Over MQTT the first two throw clients out, and `small` works as it should.
 */
export type FailMode = z.infer<typeof FailMode>;

export const Failure = z.strictObject({
  mode: FailMode.nullable().describe("null: work as it should"),
  fraction: z.number().min(0).max(1).default(0.1).describe("`partial`: share of events to reject"),
  delayMs: z.number().min(0).max(3_600_000).default(2_000).describe("`slow`: real ms before the answer"),
});
export type Failure = z.infer<typeof Failure>;

/** What a transport does with a batch. */
export interface Conduct {
  /** Is the batch looked at and recorded? */
  readonly records: boolean;
  readonly answer: "receipt" | "never" | "break" | "unavailable" | "html" | "busy" | "redirect";
  /** Larger bodies are refused. */
  readonly maxBytes?: number;
  readonly delayMs: number;
}

export function conductOf({ mode, delayMs }: Failure): Conduct {
  switch (mode) {
    case "hang":
      return { records: false, answer: "never", delayMs: 0 };
    case "5xx":
      return { records: false, answer: "unavailable", delayMs: 0 };
    case "busy":
    case "redirect":
      return { records: false, answer: mode, delayMs: 0 };
    case "small":
      return { records: true, answer: "receipt", delayMs: 0, maxBytes: 2_000 };
    case "html":
      return { records: false, answer: "html", delayMs: 0 };
    case "lose-receipts":
      return { records: true, answer: "break", delayMs: 0 };
    case "refuse":
      return { records: false, answer: "break", delayMs: 0 };
    case "slow":
      return { records: true, answer: "receipt", delayMs };
    case "partial":
    case null:
      return { records: true, answer: "receipt", delayMs: 0 };
  }
}

/** Whether `partial` rejects an event: the same answer for the same seed and id. */
export const rejects = (failure: Failure, seed: number | string, id: string): boolean =>
  failure.mode === "partial" && new Random(`${seed}/${id}`).chance(failure.fraction);

export const HTML_PAGE =
  "<!doctype html><html><head><title>Welcome</title></head><body><h1>Please sign in to the network</h1></body></html>\n";
