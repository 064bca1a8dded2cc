/** The gateway's retained state, as this process reads it from the broker. Bounded and checked: what does not fit is left out and said. */
import { Alert } from "@gatehouse/protocol";
import { z } from "zod";

/** Larger than any state the gateway publishes. */
const MAX_BYTES = 512 * 1024;

const count = z.number().min(0).max(1e9);

export const SpaceState = z.object({
  space: z.string().max(64),
  at: z.iso.datetime({ offset: true }),
  present: count,
  presentLow: count,
  presentHigh: count,
  residing: count,
  low: count,
  high: count,
  pOver: z.number().min(0).max(1),
  limit: z.number().nullable(),
  /** Why nothing is claimed about who lives there. */
  abstains: z.object({ says: z.string(), zh: z.string().optional() }).nullable().optional(),
});
export type SpaceState = z.infer<typeof SpaceState>;

export const HealthState = z.object({
  status: z.string(),
  codes: z.array(z.object({ code: z.string(), subject: z.string(), detail: z.string() })).max(50_000),
});
export type HealthState = z.infer<typeof HealthState>;

export type StateMessage =
  | { readonly kind: "space"; readonly state: SpaceState }
  | { readonly kind: "alert"; readonly alert: Alert }
  | { readonly kind: "gone"; readonly alert: string }
  | { readonly kind: "health"; readonly health: HealthState }
  /** Nothing this process shows: prompts, compliance, what comes later. */
  | { readonly kind: "other" }
  | { readonly kind: "unreadable"; readonly reason: string };

const OTHER = { kind: "other" } as const;

/** Never throws. */
export function readState(topic: string, payload: Uint8Array): StateMessage {
  const [, , state, what, id = "", more] = topic.split("/");
  if (state !== "state" || more !== undefined) return OTHER;
  if (what === "alerts" && payload.length === 0) return { kind: "gone", alert: id };
  if (what !== "spaces" && what !== "alerts" && what !== "health") return OTHER;
  if (payload.length > MAX_BYTES) return { kind: "unreadable", reason: `${payload.length} bytes are too many` };
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    if (what === "health") return { kind: "health", health: HealthState.parse(value) };
    if (what === "spaces") return { kind: "space", state: SpaceState.parse(value) };
    return { kind: "alert", alert: Alert.parse(value) };
  } catch (error) {
    const reason = error instanceof z.ZodError ? (error.issues[0]?.message ?? "no such shape") : "not JSON";
    return { kind: "unreadable", reason };
  }
}
