/** Whether an event is what it should be. Readings come by the thousand, so they get a hand-written check; all others the full schema. */
import { CloudEvent, LANES } from "@gatehouse/protocol";

export const READING_EVENT = "gatehouse.reading";
export const GAP_EVENT = "gatehouse.gap";

/** Undefined when there is no sequence number to answer for: such a batch cannot be receipted. */
export type Checked =
  | { readonly ok: true; readonly event: CloudEvent }
  | { readonly ok: false; readonly sequence: string | undefined; readonly reason: string };

const SEQUENCE = /^\d{1,16}$/;
const lanes: ReadonlySet<unknown> = new Set(LANES);

export function checkEvent(item: unknown): Checked {
  if (isReadingEvent(item)) return { ok: true, event: item };
  const parsed = CloudEvent.safeParse(item);
  if (parsed.success) return { ok: true, event: parsed.data };
  const issue = parsed.error.issues[0];
  const reason = `${issue?.path.join(".") || "event"}: ${issue?.message ?? "invalid"}`;
  const sequence = (item as { readonly sequence?: unknown } | null)?.sequence;
  return {
    ok: false,
    sequence: typeof sequence === "string" && SEQUENCE.test(sequence) ? sequence : undefined,
    reason,
  };
}

/** Everything the schema asks for but the exact form of times; what fails here is looked at with the schema. */
function isReadingEvent(item: unknown): item is CloudEvent {
  const event = item as Partial<Record<keyof CloudEvent, unknown>> | null;
  return (
    typeof event === "object" &&
    event !== null &&
    event.type === READING_EVENT &&
    event.specversion === "1.0" &&
    typeof event.id === "string" &&
    event.id !== "" &&
    typeof event.source === "string" &&
    event.source.startsWith("gatehouse/") &&
    typeof event.subject === "string" &&
    typeof event.time === "string" &&
    event.datacontenttype === "application/json" &&
    typeof event.sequence === "string" &&
    event.sequence.length === 16 &&
    SEQUENCE.test(event.sequence) &&
    lanes.has(event.lane) &&
    typeof event.severitynumber === "number" &&
    typeof event.recordedtime === "string" &&
    typeof event.dataclassification === "string" &&
    isReadingData(event.data)
  );
}

function isReadingData(data: unknown): boolean {
  const reading = data as Record<string, unknown> | null;
  return (
    typeof reading === "object" &&
    reading !== null &&
    typeof reading["id"] === "string" &&
    typeof reading["device"] === "string" &&
    typeof reading["kind"] === "string" &&
    typeof reading["journalSeq"] === "number"
  );
}
