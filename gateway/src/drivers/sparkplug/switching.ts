/** Lock metrics: what they are written, and what they tell. Pure. */
import { type HostMetric, RejectedError, type SparkplugType, type SparkplugValue } from "@gatehouse/protocol";
import type { MetricUse } from "./config.ts";
import { MEANING_ROWS } from "./meanings.ts";
import { yesOrNo } from "./point.ts";

/** Throws RejectedError for a type that no lock has. */
export function lockValue(locked: boolean, use: MetricUse, type: SparkplugType): SparkplugValue {
  const value = locked !== (use.invert === true);
  if (type === "Boolean") return value;
  if (type === "String" || type === "Text") return value ? (use.on?.[0] ?? "LOCK") : (use.off?.[0] ?? "UNLOCK");
  if (/^U?Int/.test(type) && !type.endsWith("Array")) return value ? 1 : 0;
  throw new RejectedError(`a metric of type ${type} cannot be told to lock`);
}

/** Undefined where these metrics do not say. */
export function lockTold(
  lock: { readonly name: string; readonly use: MetricUse } | undefined,
  metrics: readonly HostMetric[],
): boolean | undefined {
  const metric = metrics.findLast(({ name, historical, good }) => name === lock?.name && !historical && good);
  if (lock === undefined || metric === undefined) return undefined;
  const value = yesOrNo(metric.value, lock.use, MEANING_ROWS.lock.words);
  return value === undefined ? undefined : value !== (lock.use.invert === true);
}
