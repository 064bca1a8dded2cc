/** What makes prompts: alerts that wait for people, fields nobody filled in, a site without an operator. Pure. */
import {
  ALERT_KIND_WORDS,
  type Alert,
  type AlertKind,
  JUDGED_KINDS,
  type Prompt,
  UNOWNED_GRID,
} from "@gatehouse/protocol";
import type { AlertEvent } from "../alerts/life.ts";
import { type CoreState, modelOf, setTimer } from "../state.ts";
import { ask, openPrompt, settle } from "./prompts.ts";

type OfAlert = "acknowledge-alert" | "unregistered-residents" | "device-repair";

/** These stay until the cause has gone, the rest until somebody has taken the alert on. */
const OF_KIND: Partial<Record<AlertKind, OfAlert>> = {
  "unregistered-residents": "unregistered-residents",
  "device-fault": "device-repair",
};

const TEXTS: Readonly<Record<OfAlert, (what: NonNullable<Alert["title"]>, where: string) => Prompt["text"]>> = {
  "acknowledge-alert": (what, where) => ({
    en: `acknowledge the alert at ${where}: ${what.en}`,
    zh: `${where}有预警待响应：${what.zh}`,
  }),
  "unregistered-residents": (_, where) => ({
    en: `more people live in ${where} than are registered: register them, or correct the number`,
    zh: `${where}实住人数多于登记人数：请办理登记或更正人数`,
  }),
  "device-repair": (_, where) => ({
    en: `a device needs repair: ${where} (answer within 2 h, repair within 48 h)`,
    zh: `设备需要维修：${where}（2小时内响应，48小时内修复）`,
  }),
};

const PERSON: readonly AlertEvent["change"][] = ["raised", "reopened"];

/** Follows what just happened to alerts. */
export function followAlerts(state: CoreState, events: readonly AlertEvent[], nowMs: number): void {
  for (const { change, alert } of events) {
    const kind = OF_KIND[alert.kind] ?? "acknowledge-alert";
    const cause = { kind, subject: alert.id };
    if (PERSON.includes(change)) {
      const { space } = alert;
      const what = alert.title ?? ALERT_KIND_WORDS[alert.kind];
      ask(state, { ...cause, space, text: TEXTS[kind](what, alert.device ?? placeName(state, space)) }, nowMs);
    } else if (isOver(kind, alert.state, alert.clearedAt !== null)) settle(state, cause, nowMs);
  }
  if (events.some(({ change }) => change === "raised")) settleForgotten(state, nowMs);
}

const isOver = (kind: OfAlert, state: string, cleared: boolean): boolean =>
  kind === "acknowledge-alert" ? state !== "raised" && state !== "reopened" : cleared || state === "closed";

/** Alerts that a newer one of their place replaced. */
function settleForgotten(state: CoreState, nowMs: number): void {
  for (const { kind, subject, state: stands } of [...state.prompts.values()].sort((a, b) => (a.id < b.id ? -1 : 1)))
    if (stands === "open" && subject.startsWith("alr_") && !state.alerts.has(subject))
      settle(state, { kind, subject }, nowMs);
}

const placeName = (state: CoreState, space: string): string => modelOf(state).spaces.get(space)?.space.name ?? space;

const NAMED = 10;

/** One prompt for the site: which spaces lack what is needed to report on them. */
export function checkFields(state: CoreState, nowMs: number): void {
  const model = modelOf(state);
  const missing = new Map<string, { zh: string; spaces: string[] }>();
  const note = (field: string, zh: string, space: string): void => {
    const known = missing.get(field);
    if (known === undefined) missing.set(field, { zh, spaces: [space] });
    else known.spaces.push(space);
  };
  for (const [id, { space, address, grid }] of model.spaces) {
    if (!JUDGED_KINDS.includes(space.kind)) continue;
    if (space.registered === undefined) note("registered people", "登记人数", id);
    if (address.code === undefined) note("address code", "地址编码", id);
    if (grid === UNOWNED_GRID) note("grid", "网格编号", id);
    if (space.areaM2 === undefined && space.rooms === undefined && space.limit === undefined) note("area", "面积", id);
  }
  const cause = { kind: "fields-missing", subject: model.config.site.site.id } as const;
  if (missing.size === 0) {
    settle(state, cause, nowMs);
    return;
  }
  const list = (spaces: readonly string[], more: string): string =>
    spaces.length <= NAMED ? spaces.join(", ") : `${spaces.slice(0, NAMED).join(", ")} ${more}`;
  const parts = [...missing];
  const en = parts.map(([field, { spaces }]) => `${field} of ${list(spaces, `and ${spaces.length - NAMED} more`)}`);
  const zh = parts.map(([, { zh: name, spaces }]) => `${name}（${list(spaces, `等${spaces.length}处`)}）`);
  const text = { en: `fields are missing: ${en.join("; ")}`, zh: `信息缺失：${zh.join("；")}` };
  ask(state, { ...cause, text }, nowMs);
}

export const OPERATOR_TIMER = "operator";
const DAY_MS = 86_400_000;

/** A person did something here: the site is not without an operator. */
export function seeOperator(state: CoreState, nowMs: number): void {
  settle(state, { kind: "no-operator", subject: modelOf(state).config.site.site.id }, nowMs);
  watchOperator(state, nowMs);
}

/** Counts the days without one from now, unless they are counted already. */
export function watchOperator(state: CoreState, nowMs: number, onlyIfUnwatched = false): void {
  if (onlyIfUnwatched && (state.timers.has(OPERATOR_TIMER) || noOperator(state))) return;
  const { noOperatorDays } = modelOf(state).config.site.prompts;
  setTimer(state, OPERATOR_TIMER, { dueMs: nowMs + noOperatorDays * DAY_MS, calendar: false });
}

const noOperator = (state: CoreState): boolean =>
  openPrompt(state, { kind: "no-operator", subject: modelOf(state).config.site.site.id }) !== undefined;

export function missOperator(state: CoreState, nowMs: number): void {
  const { site, prompts } = modelOf(state).config.site;
  const days = prompts.noOperatorDays;
  const text = {
    en: `nobody on site has done anything here for ${days} days: is there an operator?`,
    zh: `现场已有${days}天无人操作：请确认值守人员`,
  };
  ask(state, { kind: "no-operator", subject: site.id, text }, nowMs);
}
