/** Alerts as text for people, in Chinese or English. Pure. */
import {
  ALERT_KIND_WORDS,
  ALERT_LEVEL_WORDS,
  ALERT_MEASURE_WORDS,
  ALERT_STATE_WORDS,
  type Alert,
} from "@gatehouse/protocol";
import { alertIn } from "../words/alert-in.ts";
import { shortTime, textTable } from "./text-table.ts";

export type Lang = "zh" | "en";
type Pair = readonly [zh: string, en: string];

const say = ([zh, en]: Pair, lang: Lang): string => (lang === "zh" ? zh : en);

const WORDS = {
  none: ["没有未结预警", "no alert is open"],
  id: ["编号", "id"],
  level: ["等级", "level"],
  kind: ["类型", "kind"],
  place: ["位置", "place"],
  state: ["状态", "state"],
  raised: ["预警时间", "raised"],
  by: ["时限", "by"],
  sensors: ["感知", "sensors"],
  still: ["仍在持续", "still seen"],
  over: ["已解除", "over"],
  late: ["超时", "late"],
  measure: ["处置", "measure"],
  offence: ["窗口期内第几次", "offence"],
  episode: ["第几轮", "episode"],
  since: ["起始", "since"],
  limit: ["上限", "limit"],
  persons: ["居住人数", "residents"],
  answerBy: ["响应时限", "acknowledge by"],
  resolveBy: ["处置时限", "resolve by"],
  told: ["已升级告知", "passed on to"],
  closed: ["办结依据", "closed"],
  contested: ["与感知数据不符", "against the sensors"],
  address: ["地址", "address"],
  why: ["依据", "why"],
  history: ["经过", "history"],
} as const satisfies Record<string, Pair>;

const isWaiting = ({ state }: Alert): boolean => state === "raised" || state === "reopened";

const placeOf = ({ space, portal, device }: Alert): string => [space, portal ?? device ?? ""].filter(Boolean).join("/");

const kindOf = ({ kind, title }: Alert, lang: Lang): string => title?.[lang] ?? ALERT_KIND_WORDS[kind][lang];

/** A line an alert. */
export function alertTable(alerts: readonly Alert[], lang: Lang): string {
  if (alerts.length === 0) return `${say(WORDS.none, lang)}\n`;
  const head = ["id", "level", "kind", "place", "state", "sensors", "raised", "by"] as const;
  const rows = alerts.map((alert) => [
    alert.id,
    ALERT_LEVEL_WORDS[alert.level][lang],
    kindOf(alert, lang),
    placeOf(alert),
    ALERT_STATE_WORDS[alert.state][lang],
    say(alert.clearedAt === null ? WORDS.still : WORDS.over, lang),
    shortTime(alert.raisedAt),
    `${shortTime(isWaiting(alert) ? alert.sla.acknowledgeBy : alert.sla.resolveBy)}${
      alert.escalation === undefined ? "" : ` ${say(WORDS.late, lang)}`
    }`,
  ]);
  return textTable([head.map((name) => say(WORDS[name], lang)), ...rows]);
}

/** Everything about one. */
export function alertSheet(asRaised: Alert, lang: Lang): string {
  const alert = alertIn(asRaised, lang);
  const { sla, escalation, closedBy, persons, limit, measure, address } = alert;
  const rows: (readonly [keyof typeof WORDS, string | undefined])[] = [
    ["place", placeOf(alert)],
    ["address", [address.text, address.code, address.grid, address.plate].filter(Boolean).join(" ")],
    ["state", `${ALERT_STATE_WORDS[alert.state][lang]}, ${say(WORDS.sensors, lang)}: ${sensorsOf(alert, lang)}`],
    ["measure", measure === undefined ? undefined : ALERT_MEASURE_WORDS[measure][lang]],
    ["offence", String(alert.offence)],
    ["episode", String(alert.episode)],
    ["since", shortTime(alert.since)],
    ["raised", shortTime(alert.raisedAt)],
    ["persons", persons === undefined ? undefined : `${persons.residing} (${persons.low}-${persons.high})`],
    ["limit", limit === undefined ? undefined : `${limit.persons} (${limit.basis})`],
    ["answerBy", shortTime(sla.acknowledgeBy)],
    ["resolveBy", shortTime(sla.resolveBy)],
    ["told", escalation === undefined ? undefined : [escalation.to, escalation.role].filter(Boolean).join(" ")],
    ["closed", closedBy === undefined ? undefined : closedText(closedBy, lang)],
  ];
  const facts = rows.flatMap(([name, text]) =>
    text === undefined || text === "" ? [] : [[say(WORDS[name], lang), text]],
  );
  const why = alert.evidence.map(({ source, says, zh = says }) => ["", source, lang === "zh" ? zh : says]);
  const history = alert.history.map(({ at, to, by, note = "" }) => [
    "",
    shortTime(at),
    ALERT_STATE_WORDS[to][lang],
    by,
    note,
  ]);
  const title = `${alert.id}  ${ALERT_LEVEL_WORDS[alert.level][lang]}  ${kindOf(alert, lang)}\n`;
  const part = (name: keyof typeof WORDS, table: string): string => `\n${say(WORDS[name], lang)}\n${table}`;
  return `${title}${textTable(facts)}${part("why", textTable(why))}${part("history", textTable(history))}`;
}

const sensorsOf = ({ clearedAt }: Alert, lang: Lang): string =>
  clearedAt === null ? say(WORDS.still, lang) : `${say(WORDS.over, lang)} ${shortTime(clearedAt)}`;

function closedText({ how, by, at, proof, contested }: NonNullable<Alert["closedBy"]>, lang: Lang): string {
  const way = say(
    how === "sensors" ? (["感知核验", "proved by sensors"] as const) : (["人工确认", "on a person's word"] as const),
    lang,
  );
  return `${shortTime(at)} ${by}, ${way}${contested ? ` (${say(WORDS.contested, lang)})` : ""}: ${proof}`;
}
