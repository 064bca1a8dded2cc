/** By when an alert must be acknowledged and resolved. */
import type { AlertKind, AlertLevel } from "@gatehouse/protocol";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export interface Deadlines {
  readonly acknowledgeMs: number;
  readonly resolveMs: number;
}

/** Emergencies: respond within 10 min, dispose within 30 min (the town's published service level). */
const EMERGENCY: Deadlines = { acknowledgeMs: 10 * MINUTE_MS, resolveMs: 30 * MINUTE_MS };
/** Task response within 15 min; rectification within 30 days. */
const FINDING: Deadlines = { acknowledgeMs: 15 * MINUTE_MS, resolveMs: 30 * DAY_MS };
/** Task response within 15 min; key-area state brought up to date within 24 h. */
const INCIDENT: Deadlines = { acknowledgeMs: 15 * MINUTE_MS, resolveMs: 24 * HOUR_MS };
/** Supplier responds within 2 h; device repaired or replaced within 48 h. */
const FAULT: Deadlines = { acknowledgeMs: 2 * HOUR_MS, resolveMs: 48 * HOUR_MS };

export function deadlinesFor(kind: AlertKind, level: AlertLevel): Deadlines {
  if (level === "emergency") return EMERGENCY;
  if (kind === "group-rental" || kind === "unregistered-residents") return FINDING;
  return kind === "device-fault" ? FAULT : INCIDENT;
}
