/** What a rule says, in both languages: plain facts as evidence, and lengths of time for people. */
import type { Evidence } from "@gatehouse/protocol";

/** The same sentence twice. */
export interface Words {
  readonly says: string;
  readonly zh: string;
}

/** Evidence that is a fact: it moves no odds. */
export const fact = (source: string, { says, zh }: Words): Evidence => ({ source, says, zh, weight: 0 });

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A length of time, no finer than it matters. */
export function span(ms: number): Words {
  const minutes = Math.round(ms / MINUTE_MS);
  if (ms < 2 * HOUR_MS) return { says: `${minutes} min`, zh: `${minutes}分钟` };
  const hours = Math.round(ms / HOUR_MS);
  if (ms < 2 * DAY_MS) return { says: `${hours} h`, zh: `${hours}小时` };
  const days = Math.round(ms / DAY_MS);
  return { says: `${days} days`, zh: `${days}天` };
}
