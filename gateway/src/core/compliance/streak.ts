/** How long a space, and the site, has been within its limits: rows of days, and the way off the list of those that were not. Pure. */
import { formatDay, localDay } from "@gatehouse/protocol";
import { waitingFor } from "../alerts/budget.ts";
import { recordOf } from "../alerts/life.ts";
import { memoOf, SITE_MEMO, setMemo } from "../memos.ts";
import { type Model, RAISE_AT } from "../model.ts";
import type { NightRule } from "../rules/rule.ts";
import { type CoreState, modelOf } from "../state.ts";

const NAME = "compliance";
/** Findings that keep a space from being within its limits. */
const FINDINGS = ["group-rental", "unregistered-residents", "overcrowded-now"] as const;

/** Of a space, in local days. */
interface SpaceStreak {
  readonly firstDay: number;
  readonly lastDay: number;
  /** Mornings it was judged on. */
  readonly judged: number;
  /** Latest night over the limit, and latest day with an open finding. */
  readonly nightDay?: number | undefined;
  readonly openDay?: number | undefined;
  readonly best: number;
  /** On the list since; or when it last went off, and how many days it had been on. */
  readonly listedDay?: number | undefined;
  readonly delistedDay?: number | undefined;
  readonly listedDays?: number | undefined;
}

const overDay = ({ nightDay, openDay }: SpaceStreak): number | undefined =>
  nightDay === undefined || (openDay !== undefined && openDay > nightDay) ? openDay : nightDay;

/** Days in a row, the latest judged one included. */
const daysOf = (streak: SpaceStreak): number =>
  Math.max(0, streak.lastDay - Math.max(overDay(streak) ?? Number.NEGATIVE_INFINITY, streak.firstDay - 1));

/** Looks at a space once its morning was judged; raises nothing. */
export const countCompliance: NightRule = (state, spaceId, nowMs) => {
  const model = modelOf(state);
  const space = model.spaces.get(spaceId);
  const mornings = state.beliefs.get(spaceId)?.mornings ?? [];
  const oldest = mornings[0]?.day;
  if (space?.limit === undefined || oldest === undefined) return [];
  const today = localDay(nowMs, model.zone);
  const known = memoOf<SpaceStreak>(state, NAME, spaceId);
  const raiseAt = space.nights.raiseAt ?? RAISE_AT;
  // A late reading may have changed what a remembered morning says; what is older stands as it was.
  const over = mornings.findLast(({ day, pOver }) => day <= today && pOver >= raiseAt)?.day;
  const older = known?.nightDay !== undefined && known.nightDay < oldest ? known.nightDay : undefined;
  // What this morning found is raised after it was counted, and may have to wait for the day's budget.
  const found = waitingFor(state, spaceId);
  const open = FINDINGS.some((kind) => found.includes(kind) || isUnsettled(state, kind, spaceId));
  const streak: SpaceStreak = {
    firstDay: Math.min(known?.firstDay ?? today, today),
    lastDay: today,
    judged: (known?.judged ?? 0) + (known?.lastDay === today ? 0 : 1),
    nightDay: over ?? older,
    openDay: open ? today : known?.openDay,
    best: known?.best ?? 0,
    listedDay: known?.listedDay ?? (open ? today : undefined),
    delistedDay: known?.delistedDay,
    listedDays: known?.listedDays,
  };
  setMemo(state, NAME, spaceId, delisted(model, { ...streak, best: Math.max(streak.best, daysOf(streak)) }));
  return [];
};

function isUnsettled(state: CoreState, kind: (typeof FINDINGS)[number], space: string): boolean {
  const alert = recordOf(state, { kind, space })?.alert;
  return alert !== undefined && (alert.clearedAt === null || alert.state !== "closed");
}

function delisted(model: Model, streak: SpaceStreak): SpaceStreak {
  const { listedDay, lastDay } = streak;
  if (listedDay === undefined || daysOf(streak) < model.compliance.delistAfterDays) return streak;
  return { ...streak, listedDay: undefined, delistedDay: lastDay, listedDays: lastDay - listedDay };
}

/** Once a day, after the mornings: the site's own longest row. */
export function countSite(state: CoreState): void {
  const { site } = modelOf(state).config.site;
  const { days } = siteDays(state);
  const best = memoOf<{ best: number }>(state, SITE_MEMO, site.id)?.best ?? 0;
  if (days > best) setMemo(state, SITE_MEMO, site.id, { best: days });
}

function siteDays(state: CoreState): { days: number; since: number | undefined } {
  const streaks = [...modelOf(state).spaces.keys()].flatMap((id) => memoOf<SpaceStreak>(state, NAME, id) ?? []);
  if (streaks.length === 0) return { days: 0, since: undefined };
  const lastDay = Math.max(...streaks.map((streak) => streak.lastDay));
  const firstDay = Math.min(...streaks.map((streak) => streak.firstDay));
  const over = Math.max(firstDay - 1, ...streaks.flatMap((streak) => overDay(streak) ?? []));
  return { days: Math.max(0, lastDay - over), since: over >= lastDay ? undefined : over + 1 };
}

/** As platforms and people are told; days as `2026-11-25`. */
export interface Compliance {
  /** Days in a row within the limit and without an open finding. */
  readonly days: number;
  readonly since: string | null;
  readonly best: number;
  /** Latest day that was not. */
  readonly lastOver: string | null;
}

export interface SpaceCompliance extends Compliance {
  readonly space: string;
  /** Mornings judged since it is counted: fewer than the days where the box was off. */
  readonly judged: number;
  readonly listed: { readonly since: string; readonly dueBy: string; readonly late: boolean } | null;
  /** When it last went off the list, and after how many days. */
  readonly delisted: { readonly at: string; readonly afterDays: number } | null;
}

const dayText = (day: number | undefined): string | null => (day === undefined ? null : formatDay(day));

export function complianceOf(state: CoreState, spaceId: string): SpaceCompliance | undefined {
  const streak = memoOf<SpaceStreak>(state, NAME, spaceId);
  if (streak === undefined) return undefined;
  const { lastDay, firstDay, listedDay, delistedDay, listedDays = 0, judged, best } = streak;
  const days = daysOf(streak);
  const over = overDay(streak);
  const dueDay = (listedDay ?? 0) + modelOf(state).compliance.delistWithinDays;
  return {
    space: spaceId,
    days,
    since: days === 0 ? null : formatDay(Math.max(over ?? Number.NEGATIVE_INFINITY, firstDay - 1) + 1),
    best,
    lastOver: dayText(over),
    judged,
    listed:
      listedDay === undefined
        ? null
        : { since: formatDay(listedDay), dueBy: formatDay(dueDay), late: lastDay > dueDay },
    delisted: delistedDay === undefined ? null : { at: formatDay(delistedDay), afterDays: listedDays },
  };
}

export interface SiteCompliance extends Compliance {
  readonly spaces: readonly SpaceCompliance[];
}

export function siteCompliance(state: CoreState): SiteCompliance {
  const { spaces, config } = modelOf(state);
  const { days, since } = siteDays(state);
  const best = memoOf<{ best: number }>(state, SITE_MEMO, config.site.site.id)?.best ?? 0;
  const all = [...spaces.keys()].flatMap((id) => complianceOf(state, id) ?? []);
  const overs = all.flatMap(({ lastOver }) => lastOver ?? []).sort();
  return { days, since: dayText(since), best: Math.max(best, days), lastOver: overs.at(-1) ?? null, spaces: all };
}
