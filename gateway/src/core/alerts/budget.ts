/**
 * The alert budget: how many new findings about people one grid gets in a local day. What is over it waits in the state, in order of risk and
 * probability, and is raised on a later day if it still holds. Emergencies, doors and devices never ask here.
 *
 * A rule calls `propose` each time its condition holds and nothing of it stands, `withdraw` when it no longer holds; whoever ran the rules
 * calls `settleBudgets` once all of them have spoken.
 */
import { localDay } from "@gatehouse/protocol";
import type { Model } from "../model.ts";
import { type CoreState, modelOf } from "../state.ts";
import { type AlertEvent, type Finding, isOpen, raise, recordOf, subjectOf } from "./life.ts";

export interface Waiting {
  readonly finding: Finding;
  /** Local day the rule last said so. */
  readonly day: number;
}

/** Of one grid. */
export interface Budget {
  /** Local day that `used` counts. */
  day: number;
  used: number;
  waiting: readonly Waiting[];
}

/** Judged once a morning: what yesterday's morning said must be said again before it is raised. */
const MORNING_KINDS: readonly string[] = ["group-rental", "unregistered-residents"];

const LEVELS = ["emergency", "red", "yellow", "blue"] as const;

/** Puts the finding in line, or brings up to date what it says there. */
export function propose(state: CoreState, finding: Finding, nowMs: number): void {
  const model = modelOf(state);
  const grid = model.spaces.get(finding.space)?.grid;
  if (grid === undefined || isOpen(recordOf(state, finding))) return;
  const day = localDay(nowMs, model.zone);
  const budget = state.budgets.get(grid) ?? { day, used: 0, waiting: [] };
  const subject = subjectOf(finding);
  const others = budget.waiting.filter((waiting) => subjectOf(waiting.finding) !== subject);
  state.budgets.set(grid, { ...budget, waiting: [...others, { finding, day }] });
  state.dirty.add(`budget/${grid}`);
}

/** The condition no longer holds: there is nothing to wait for. */
export function withdraw(state: CoreState, subject: Pick<Finding, "kind" | "space">): void {
  const grid = state.model?.spaces.get(subject.space)?.grid;
  const budget = grid === undefined ? undefined : state.budgets.get(grid);
  if (grid === undefined || budget === undefined || budget.waiting.length === 0) return;
  const wanted = subjectOf(subject);
  const isMeant = ({ finding }: Waiting): boolean => finding.space === subject.space && subjectOf(finding) === wanted;
  if (!budget.waiting.some(isMeant)) return;
  const left = budget.waiting.filter((waiting) => !isMeant(waiting));
  state.budgets.set(grid, { ...budget, waiting: left });
  state.dirty.add(`budget/${grid}`);
}

/** After the site changed: what waits for a space that is gone or no longer judged is dropped, and what has another grid now waits there. */
export function sortWaiting(state: CoreState, model: Model): void {
  const moved: (readonly [grid: string, waiting: Waiting])[] = [];
  for (const [grid, budget] of state.budgets) {
    const left = budget.waiting.filter((waiting) => {
      const space = model.spaces.get(waiting.finding.space);
      if (space?.limit === undefined) return false;
      if (space.grid !== grid) moved.push([space.grid, waiting]);
      return space.grid === grid;
    });
    state.budgets.set(grid, { ...budget, waiting: left });
    state.dirty.add(`budget/${grid}`);
  }
  for (const [grid, waiting] of moved) {
    const budget = state.budgets.get(grid) ?? { day: waiting.day, used: 0, waiting: [] };
    state.budgets.set(grid, { ...budget, waiting: [...budget.waiting, waiting] });
    state.dirty.add(`budget/${grid}`);
  }
  const grids = new Set([...model.spaces.values()].map((space) => space.grid));
  for (const grid of [...state.budgets.keys()]) if (!grids.has(grid)) state.budgets.delete(grid);
}

/** Raises what is in line as far as the day's budget goes, the gravest first. */
export function settleBudgets(state: CoreState, nowMs: number): AlertEvent[] {
  const model = modelOf(state);
  const day = localDay(nowMs, model.zone);
  const events: AlertEvent[] = [];
  for (const [grid, budget] of [...state.budgets].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (budget.waiting.length === 0) continue;
    let used = budget.day === day ? budget.used : 0;
    const left: Waiting[] = [];
    for (const waiting of budget.waiting.toSorted(byGravity)) {
      const { finding } = waiting;
      const space = model.spaces.get(finding.space);
      const current = waiting.day === day || !MORNING_KINDS.includes(finding.kind);
      if (space !== undefined && current && used < space.alertsPerDay) {
        used += 1;
        events.push(raise(state, finding, nowMs));
      } else left.push(waiting);
    }
    state.budgets.set(grid, { day, used, waiting: left });
    state.dirty.add(`budget/${grid}`);
  }
  return events;
}

function byGravity(a: Waiting, b: Waiting): number {
  return (
    LEVELS.indexOf(a.finding.level) - LEVELS.indexOf(b.finding.level) ||
    b.finding.probability - a.finding.probability ||
    a.finding.sinceMs - b.finding.sinceMs ||
    (subjectOf(a.finding) < subjectOf(b.finding) ? -1 : 1)
  );
}

/** How many findings wait, by grid; grids without any are left out. */
export function waitingByGrid(state: CoreState): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [grid, { waiting }] of state.budgets) if (waiting.length > 0) counts.set(grid, waiting.length);
  return counts;
}

/** Kinds of finding that wait for the space, for whoever looks at its estimate. */
export function waitingFor(state: CoreState, space: string): string[] {
  const grid = state.model?.spaces.get(space)?.grid;
  const waiting = grid === undefined ? [] : (state.budgets.get(grid)?.waiting ?? []);
  return waiting.filter(({ finding }) => finding.space === space).map(({ finding }) => finding.kind);
}
