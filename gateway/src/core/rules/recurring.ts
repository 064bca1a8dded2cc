/** What comes back again and again in one place: a single alert that stays, until the trouble has kept away for a while. Pure. */
import type { AlertRecord } from "../state.ts";
import type { Words } from "./words.ts";

const DAY_MS = 86_400_000;
const TIMES = 3;
const WITHIN_MS = 30 * DAY_MS;
/** So long it must keep away: a door that is propped open every few days is one finding, not one every few days. */
export const QUIET_MS = 14 * DAY_MS;

/** Of the alert's latest episode: how many were raised within the days before it, this one included. */
const timesBefore = (offences: readonly number[], raisedMs: number): number =>
  offences.reduce((times, ms) => times + (ms > raisedMs - WITHIN_MS && ms <= raisedMs ? 1 : 0), 0);

/** True while its end must last before it is believed. Once a person has closed it, what they found out counts. */
export function isRecurring(record: AlertRecord | undefined): boolean {
  if (record === undefined || record.alert.state === "closed") return false;
  return timesBefore(record.offences, record.raisedMs) >= TIMES;
}

/** What is said of a finding that is raised now, if it is one of many; `until` says what ends it. */
export function recurrence(record: AlertRecord | undefined, nowMs: number, until: Words): Words | undefined {
  const times = timesBefore(record?.offences ?? [], nowMs) + 1;
  if (times < TIMES) return undefined;
  const days = WITHIN_MS / DAY_MS;
  return {
    says: `${times} times within ${days} days: this stays one alert until ${until.says}`,
    zh: `${days}天内第${times}次：${until.zh}前不再重复预警`,
  };
}
