/** Answers about how the box is: health in words, metrics, storage, log. */
import { type Clock, formatTime } from "@gatehouse/protocol";
import type { Core } from "../../core/core.ts";
import type { HealthEntry } from "../../core/health.ts";
import { HEALTH_WORDS } from "../../core/health-codes.ts";
import type { Store } from "../../core/ports.ts";
import { type LogLine, type LogRing, RING_LEVELS } from "../../monitor/log-ring.ts";
import type { Metric } from "../../monitor/metrics.ts";
import { inLanguage, type Language } from "../../words/said.ts";
import type { Answers } from "../table/index.ts";
import type { HealthCodeRow } from "../table/uplinks.ts";
import { numberOf, pageOf } from "./page-of.ts";

export interface BoxParts {
  readonly core: Pick<Core, "model">;
  readonly store: Pick<Store, "stats">;
  readonly health: { readonly entries: readonly HealthEntry[] };
  readonly metrics: readonly Metric[];
  readonly logs: Pick<LogRing, "lines">;
  readonly clock: Clock;
  /** Of the disk the state folder is on. */
  disk(): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>;
}

type Keys = "GET /api/1/health" | "GET /api/1/metrics" | "GET /api/1/storage" | "GET /api/1/logs";

export function boxAnswers(parts: BoxParts): Answers<Keys> {
  const { store, health, core, logs } = parts;
  return {
    "GET /api/1/health": async (_, { language }) => {
      const codes = health.entries.map((entry) => healthRow(entry, core.model.zone, language));
      return { status: codes.length === 0 ? "ok" : "degraded", codes };
    },
    "GET /api/1/metrics": async () => ({ metrics: await Promise.all(parts.metrics.map(metricOf)) }),
    "GET /api/1/storage": async () => {
      const { usedBytes, budgetBytes, journalRows, quarantined, backlog } = await store.stats();
      const waiting = backlog.map(({ uplink, lane, count }) => ({ uplink, lane, count }));
      return { usedBytes, budgetBytes, journalRows, quarantined, backlog: waiting, disk: await parts.disk() };
    },
    "GET /api/1/logs": async ({ query }) => {
      const least = RING_LEVELS.indexOf(query.level);
      const part = query.search?.toLowerCase();
      const wanted = logs.lines.filter(({ level }) => RING_LEVELS.indexOf(level) >= least).reverse();
      const found = part === undefined ? wanted : wanted.filter((line) => says(line).includes(part));
      const before = query.after === undefined ? undefined : numberOf(query.after);
      const { items, next, total } = pageOf(
        found,
        query,
        ({ n }) => String(n),
        ({ n }) => n < (before ?? n + 1),
      );
      return { items: items.map((line) => ({ ...logRow(line), fields: { ...line.fields } })), next, total };
    },
  };
}

export function healthRow(
  { code, subject, detail, sinceMs }: HealthEntry,
  zone: string,
  language: Language,
): HealthCodeRow {
  const { meaning, fix } = HEALTH_WORDS[code];
  const since = formatTime(sinceMs, zone);
  return { code, subject, detail: inLanguage(detail, language), since, meaning: plain(meaning), fix: plain(fix) };
}

/** Marks of the handbook's pages mean nothing on a screen. */
const plain = ({ en, zh }: { readonly en: string; readonly zh: string }) => ({
  en: en.replaceAll("`", ""),
  zh: zh.replaceAll("`", ""),
});

export const logRow = ({ n, atMs, level, message }: LogLine) => ({
  n,
  at: new Date(atMs).toISOString(),
  level,
  message,
});

const says = ({ message, fields }: LogLine): string => `${message} ${JSON.stringify(fields)}`.toLowerCase();

async function metricOf({ name, help, type, read }: Metric) {
  const samples = await read();
  return { name, help, type, values: samples.map(({ labels = {}, value }) => ({ labels: { ...labels }, value })) };
}
