/** What alerts are called by people. */
import type { AlertKind, AlertLevel } from "./alert.ts";

export interface Words {
  readonly zh: string;
  readonly en: string;
}

export const ALERT_KIND_WORDS: Readonly<Record<AlertKind, Words>> = {
  "group-rental": { zh: "群租", en: "group rental" },
  "unregistered-residents": { zh: "未登记居住", en: "unregistered residents" },
  "overcrowded-now": { zh: "当前超员", en: "overcrowded now" },
  "door-forced": { zh: "强行开门", en: "door forced" },
  "door-held": { zh: "门未关", en: "door held open" },
  tamper: { zh: "设备被拆动", en: "tamper" },
  "device-fault": { zh: "设备故障", en: "device fault" },
  fire: { zh: "火警", en: "fire" },
  panic: { zh: "紧急求助", en: "panic" },
  duress: { zh: "胁迫", en: "duress" },
  "patrol-overdue": { zh: "巡查超时", en: "patrol overdue" },
  custom: { zh: "本场规则", en: "rule of the site" },
};

export const ALERT_LEVEL_WORDS: Readonly<Record<AlertLevel, Words>> = {
  red: { zh: "红色", en: "red" },
  yellow: { zh: "黄色", en: "yellow" },
  blue: { zh: "蓝色", en: "blue" },
  emergency: { zh: "紧急", en: "emergency" },
};
