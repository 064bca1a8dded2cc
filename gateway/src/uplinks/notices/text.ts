/** Events in words for people, in Chinese or English: a row a kind or type, and a plain sentence for what no row knows. Pure. */
import { z } from "zod";

export const Language = z.enum(["zh", "en"]);
export type Language = z.infer<typeof Language>;

type Words = Readonly<Record<Language, string>>;

const KINDS: Readonly<Record<string, Words>> = {
  "group-rental": { zh: "疑似群租", en: "Group rental suspected" },
  "unregistered-residents": { zh: "有人未登记", en: "Unregistered residents" },
  "overcrowded-now": { zh: "当前人数超限", en: "Too many people inside now" },
  "door-forced": { zh: "门被强行打开", en: "Door forced" },
  "door-held": { zh: "门长时间未关", en: "Door held open" },
  tamper: { zh: "设备被拆动", en: "Device tampered with" },
  "device-fault": { zh: "设备故障", en: "Device fault" },
  fire: { zh: "火警", en: "Fire alarm" },
  panic: { zh: "紧急求助", en: "Panic button" },
  duress: { zh: "胁迫报警", en: "Duress alarm" },
  "patrol-overdue": { zh: "巡查逾期", en: "Patrol overdue" },
};

const CHANGES: Readonly<Record<string, Words>> = {
  raised: { zh: "新预警", en: "raised" },
  repeated: { zh: "再次发生", en: "happened again" },
  reopened: { zh: "重新打开", en: "reopened" },
  acknowledged: { zh: "已确认", en: "acknowledged" },
  rectifying: { zh: "整改中", en: "being rectified" },
  verifying: { zh: "验收中", en: "being verified" },
  closed: { zh: "已关闭", en: "closed" },
  cleared: { zh: "现场已恢复", en: "condition gone" },
  overdue: { zh: "逾期未处理", en: "overdue" },
  opened: { zh: "待处理", en: "to be done" },
  handled: { zh: "已处理", en: "done" },
  escalated: { zh: "已升级", en: "escalated" },
};

const LEVELS: Readonly<Record<string, Words>> = {
  emergency: { zh: "紧急", en: "EMERGENCY" },
  red: { zh: "红色", en: "red" },
  yellow: { zh: "黄色", en: "yellow" },
  blue: { zh: "蓝色", en: "blue" },
};

/** What people are told about; anything else an uplink for people takes in silence. */
const TOLD = /^gatehouse\.(alert|prompt)\.(.+)$/;

export interface Notice {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly emergency: boolean;
  readonly title: string;
  /** Lines below the title. */
  readonly lines: readonly string[];
  readonly link?: string;
}

const Told = z.looseObject({
  id: z.string(),
  type: z.string(),
  subject: z.string().default(""),
  time: z.string().default(""),
  lane: z.string().default("alert"),
  data: z.record(z.string(), z.unknown()).default({}),
});

/** Undefined for what people are not told. `link` holds `{alert}` where the id of the alert belongs. */
export function noticeOf(seq: number, text: string, language: Language, link?: string): Notice | undefined {
  const event = Told.safeParse(JSON.parse(text)).data;
  const isTest = event?.data["test"] === true;
  const [, group = isTest ? "test" : undefined, change = ""] = TOLD.exec(event?.type ?? "") ?? [];
  if (event === undefined || group === undefined) return undefined;
  const { id, type, time, lane, subject, data } = event;
  const alert = typeof data["id"] === "string" ? data["id"] : undefined;
  const where = link?.replaceAll("{alert}", encodeURIComponent(alert ?? id));
  return {
    seq,
    id,
    type,
    time,
    emergency: lane === "emergency",
    title: titleOf(language, group, change, data),
    lines: linesOf(language, subject, time, data),
    ...(where === undefined ? {} : { link: where }),
  };
}

function titleOf(language: Language, group: string, change: string, data: Readonly<Record<string, unknown>>): string {
  if (group === "test") return language === "zh" ? "测试消息，无需处理" : "A test, nothing to do";
  const own = wordsOf(data["title"], language) ?? wordsOf(data["text"], language);
  const kind = typeof data["kind"] === "string" ? (KINDS[data["kind"]]?.[language] ?? data["kind"]) : undefined;
  const what = own ?? kind ?? (language === "zh" ? (group === "alert" ? "预警" : "待办提示") : group);
  const level = typeof data["level"] === "string" ? LEVELS[data["level"]]?.[language] : undefined;
  const became = CHANGES[change]?.[language] ?? change;
  return `${level === undefined ? "" : language === "zh" ? `【${level}】` : `[${level}] `}${what}${language === "zh" ? "：" : ": "}${became}`;
}

/** `{ zh, en }`, or a plain text. */
function wordsOf(value: unknown, language: Language): string | undefined {
  if (typeof value === "string") return value;
  const words = z.looseObject({ zh: z.string().optional(), en: z.string().optional() }).safeParse(value).data;
  return words?.[language] ?? words?.zh ?? words?.en;
}

const Facts = z.looseObject({
  address: z.looseObject({ text: z.string().optional(), grid: z.string().optional() }).optional().catch(undefined),
  persons: z.looseObject({ residing: z.number() }).optional().catch(undefined),
  limit: z.looseObject({ persons: z.number() }).optional().catch(undefined),
});

function linesOf(language: Language, subject: string, time: string, data: Readonly<Record<string, unknown>>): string[] {
  const zh = language === "zh";
  const { address, persons, limit } = Facts.parse(data);
  const place = [subject, address?.text, address?.grid]
    .filter((part) => part !== undefined && part !== "")
    .join(zh ? "，" : ", ");
  const lines = [`${zh ? "地点：" : "Where: "}${place}`];
  if (time !== "") lines.push(`${zh ? "时间：" : "When: "}${time.slice(0, 19).replace("T", " ")}`);
  if (persons !== undefined && limit !== undefined)
    lines.push(
      zh
        ? `估计居住 ${persons.residing} 人，上限 ${limit.persons} 人`
        : `About ${persons.residing} live here, the limit is ${limit.persons}`,
    );
  return lines;
}

const SHOWN = 8;

/** Many notices in one. */
export function digestOf(notices: readonly Notice[], language: Language): Notice | undefined {
  const [first] = notices;
  if (first === undefined || notices.length === 1) return first;
  const titles = notices.slice(0, SHOWN).map(({ title, lines }) => `${title} (${lines[0] ?? ""})`);
  const rest = notices.length - titles.length;
  const more = rest <= 0 ? [] : [language === "zh" ? `……另有 ${rest} 条` : `… and ${rest} more`];
  return {
    ...first,
    emergency: notices.some(({ emergency }) => emergency),
    title: language === "zh" ? `汇总：${notices.length} 条消息` : `Digest: ${notices.length} messages`,
    lines: [...titles, ...more],
  };
}
