/** The report's words for alerts and evidence, in both languages. */
import {
  ALERT_KIND_WORDS,
  ALERT_LEVEL_WORDS,
  type AlertKind,
  type AlertLevel,
  type Evidence,
} from "@gatehouse/protocol";
import { both, escapeHtml } from "./html.ts";

type Pair = readonly [zh: string, en: string];

/** Sources of evidence that have a name of their own in Chinese; others are shown as they are. */
const SOURCES: Readonly<Record<string, Pair>> = {
  counter: ["人数计数", "counter"],
  counters: ["人数计数", "counters"],
  credentials: ["门卡凭证", "credentials"],
  lock: ["门锁", "lock"],
  door: ["房门", "door"],
  contact: ["门磁", "door contact"],
  presence: ["人体传感", "presence sensor"],
  radar: ["雷达", "radar"],
  energy: ["用电", "electricity"],
  electricity: ["用电", "electricity"],
  "energy-meter": ["电表", "electricity meter"],
  water: ["用水", "water"],
  "water-meter": ["水表", "water meter"],
  turnstile: ["闸机", "turnstile"],
  register: ["登记与上限", "register and limit"],
  data: ["观测情况", "what is known"],
  residing: ["居住估计", "residents"],
  history: ["既往记录", "earlier episodes"],
  patrol: ["巡查", "patrol"],
};

export function kindName(kind: string): string {
  const { zh, en } = ALERT_KIND_WORDS[kind as AlertKind] ?? { zh: kind, en: kind };
  return pair([zh, en]);
}
export const levelName = (level: AlertLevel): string =>
  pair([ALERT_LEVEL_WORDS[level].zh, ALERT_LEVEL_WORDS[level].en]);
export const sourceName = (source: string): string =>
  pair((Object.hasOwn(SOURCES, source) ? SOURCES[source] : undefined) ?? [source, source]);

const pair = ([zh, en]: Pair): string => both(escapeHtml(zh), escapeHtml(en));

/** Weights are nats: 0.7 doubles the odds, 2.3 makes them ten times as large. */
const STRENGTHS: readonly (readonly [from: number, name: Pair])[] = [
  [3, ["非常有力", "very strong"]],
  [1.5, ["有力", "strong"]],
  [0.5, ["有一定份量", "some weight"]],
  [0, ["份量很小", "little weight"]],
];

/** What an evidence's weight means to somebody who knocks at the door. */
export function weightWords({ weight }: Evidence): string {
  if (weight === 0) return both("事实", "a plain fact");
  const [zh, en] = STRENGTHS.find(([from]) => Math.abs(weight) >= from)?.[1] ?? ["", ""];
  const figure = `${weight > 0 ? "+" : "−"}${Math.abs(weight).toFixed(1)}`;
  return weight > 0
    ? both(`支持，${zh}（${figure}）`, `speaks for it, ${en} (${figure})`)
    : both(`不支持，${zh}（${figure}）`, `speaks against it, ${en} (${figure})`);
}
