/** Answers about what has to be done by when: clocks of alerts and repairs, rooms on the list, days within the limit. */
import { ALERT_KIND_WORDS, type Alert, type Clock, formatTime, localTimeMs } from "@gatehouse/protocol";
import { siteCompliance } from "../../core/compliance/streak.ts";
import type { Core } from "../../core/core.ts";
import type { ComplianceRow, Duty } from "../table/duties.ts";
import type { Answers } from "../table/index.ts";
import type { Role } from "../table/route.ts";
import { possibleDeeds } from "./deeds.ts";
import { behindMoment, cursorOf, inOrder } from "./moments.ts";
import { pageOf } from "./page-of.ts";
import { isOpenAlert } from "./space-rows.ts";

export interface DutyParts {
  readonly core: Pick<Core, "model" | "state">;
  readonly clock: Clock;
}

const momentOf = ({ dueBy, id }: Duty) => ({ ms: Date.parse(dueBy), id });

export function dutyAnswers(parts: DutyParts): Answers<"GET /api/1/duties" | "GET /api/1/compliance"> {
  return {
    "GET /api/1/duties": async ({ query }, { roles }) => {
      const all = dutiesOf(parts, roles);
      const counts = { all: all.length, late: all.filter(({ late }) => late).length };
      const { about, late, space } = query;
      const wanted = all.filter(
        (duty) =>
          (about === undefined || duty.about === about) &&
          (late === undefined || duty.late === late) &&
          (space === undefined || duty.space === space),
      );
      const behind = behindMoment(query.after, momentOf);
      return { ...pageOf(inOrder(wanted, momentOf), query, (duty) => cursorOf(momentOf(duty)), behind), counts };
    },
    "GET /api/1/compliance": async ({ query }) => {
      const { model, state } = parts.core;
      const { days, since, best, lastOver } = siteCompliance(state);
      const rows = complianceRows(parts);
      const onList = rows.flatMap(({ listed }) => listed ?? []);
      const { listed, search } = query;
      const part = search?.toLowerCase() ?? "";
      const wanted = rows.filter(
        (row) =>
          (listed === undefined || (row.listed !== null) === listed) &&
          [row.space, row.name].some((text) => text.toLowerCase().includes(part)),
      );
      const order = new Map(rows.map(({ space }, index) => [space, index]));
      const at = (space: string) => order.get(space) ?? rows.length;
      return {
        ...pageOf(
          wanted,
          query,
          ({ space }) => space,
          ({ space }, cursor) => at(space) > at(cursor),
        ),
        site: { days, since, best, lastOver, listed: onList.length, late: onList.filter(({ late }) => late).length },
        rules: { ...model.compliance },
      };
    },
  };
}

/** Those on the list first, by when they should be off it; then those with the shortest row of days. */
function complianceRows({ core }: DutyParts): ComplianceRow[] {
  const { model, state } = core;
  const rows = siteCompliance(state).spaces.flatMap((row) => {
    const place = model.spaces.get(row.space);
    return place === undefined ? [] : [{ ...row, name: place.space.name ?? row.space, risk: place.risk }];
  });
  const rank = ({ listed }: ComplianceRow) => listed?.dueBy ?? "~";
  return rows.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.days - b.days));
}

function dutiesOf(parts: DutyParts, roles: readonly Role[]): Duty[] {
  const nowMs = parts.clock.nowMs();
  const ofAlerts = [...parts.core.state.alerts.values()].flatMap(({ alert }) => {
    const about = isOpenAlert(alert) ? aboutOf(alert) : undefined;
    return about === undefined ? [] : [alertDuty(parts, alert, about, roles, nowMs)];
  });
  return [...ofAlerts, ...complianceRows(parts).flatMap((row) => listDuty(parts, row, nowMs) ?? [])];
}

/** What the sensors have cleared is resolved, but still waits for whoever takes note of it. */
function aboutOf({ state, kind, clearedAt }: Alert): Duty["about"] | undefined {
  if (state === "raised" || state === "reopened") return "acknowledge";
  if (state === "closed" || clearedAt !== null) return undefined;
  return kind === "device-fault" ? "repair" : "resolve";
}

function alertDuty(
  { core }: DutyParts,
  alert: Alert,
  about: Duty["about"],
  roles: readonly Role[],
  nowMs: number,
): Duty {
  const { id, kind, level, space, device = null, sla, title } = alert;
  const dueBy = about === "acknowledge" ? sla.acknowledgeBy : sla.resolveBy;
  return {
    id,
    about,
    kind,
    title: title ?? ALERT_KIND_WORDS[kind],
    level,
    space,
    name: core.model.spaces.get(space)?.space.name ?? space,
    device,
    since: alert.raisedAt,
    dueBy,
    late: Date.parse(dueBy) < nowMs,
    alert: id,
    can: possibleDeeds(alert, roles),
  };
}

/** Ends by itself, when the room has been within its limit for long enough. */
function listDuty({ core }: DutyParts, row: ComplianceRow, nowMs: number): Duty | undefined {
  const { listed, space, name, risk } = row;
  if (listed === null) return undefined;
  const { zone } = core.model;
  const dueMs = startOfDay(listed.dueBy, zone, 1);
  return {
    id: `list:${space}`,
    about: "delist",
    kind: null,
    title: { zh: "挂牌房间应摘牌", en: "a listed room should come off the list" },
    level: risk,
    space,
    name,
    device: null,
    since: formatTime(startOfDay(listed.since, zone), zone),
    dueBy: formatTime(dueMs, zone),
    late: dueMs < nowMs,
    alert: null,
    can: [],
  };
}

const startOfDay = (date: string, zone: string, daysOn = 0): number =>
  localTimeMs(Date.parse(`${date}T00:00:00Z`) / 86_400_000 + daysOn, 0, zone);
