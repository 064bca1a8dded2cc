/** What alerts are called, in both languages. */
import type { AlertKind, AlertLevel, AlertState } from "@gatehouse/protocol";

export type Pair = readonly [zh: string, en: string];

export const KIND_WORDS: Readonly<Record<AlertKind, Pair>> = {
  "group-rental": ["群租", "group rental"],
  "unregistered-residents": ["未登记居住", "unregistered residents"],
  "overcrowded-now": ["当前超员", "overcrowded now"],
  "door-forced": ["强行开门", "door forced"],
  "door-held": ["门未关", "door held open"],
  tamper: ["设备被拆动", "tamper"],
  "device-fault": ["设备故障", "device fault"],
  fire: ["火警", "fire"],
  panic: ["紧急求助", "panic"],
  duress: ["胁迫", "duress"],
  "patrol-overdue": ["巡查超时", "patrol overdue"],
  custom: ["本场规则", "rule of the site"],
};

export const LEVEL_WORDS: Readonly<Record<AlertLevel, Pair>> = {
  red: ["红色", "red"],
  yellow: ["黄色", "yellow"],
  blue: ["蓝色", "blue"],
  emergency: ["紧急", "emergency"],
};

export const STATE_WORDS: Readonly<Record<AlertState | "cleared", Pair>> = {
  raised: ["待响应", "raised"],
  acknowledged: ["已响应", "acknowledged"],
  rectifying: ["整改中", "rectifying"],
  verifying: ["待验收", "verifying"],
  closed: ["已办结", "closed"],
  reopened: ["再次发生", "reopened"],
  cleared: ["感知解除", "cleared"],
};

export const MEASURE_WORDS: Readonly<Record<"warning" | "referral", Pair>> = {
  warning: ["首次警告", "first warning"],
  referral: ["移送处罚", "referral for penalty"],
};
