/** By when an alert must be acknowledged and resolved. */
import type { AlertKind, AlertLevel, ResponseClocks } from "@gatehouse/protocol";

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

function usual(kind: AlertKind, level: AlertLevel): Deadlines {
  if (level === "emergency") return EMERGENCY;
  if (kind === "group-rental" || kind === "unregistered-residents") return FINDING;
  return kind === "device-fault" ? FAULT : INCIDENT;
}

/** `clocks` in order of rank, the site's before the policy's. A device's repair has clocks of its own, which no level changes. */
export function deadlinesFor(kind: AlertKind, level: AlertLevel, clocks: readonly ResponseClocks[] = []): Deadlines {
  const known = usual(kind, level);
  if (kind === "device-fault") return known;
  const minutes = clocks.find((clock) => clock[level]?.acknowledgeMinutes !== undefined)?.[level]?.acknowledgeMinutes;
  const hours = clocks.find((clock) => clock[level]?.resolveHours !== undefined)?.[level]?.resolveHours;
  return {
    acknowledgeMs: minutes === undefined ? known.acknowledgeMs : Math.round(minutes * MINUTE_MS),
    resolveMs: hours === undefined ? known.resolveMs : Math.round(hours * HOUR_MS),
  };
}
