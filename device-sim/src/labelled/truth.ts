/** The truth of a labelled site: residents by day and the intervals over the limit. */
import { DAY_MS } from "./draws.ts";
import type { Person } from "./person.ts";
import type { ScenarioName, Story } from "./scenarios.ts";

export interface OverLimit {
  readonly start: string;
  readonly end: string | null;
  readonly maxResidents: number;
}

export interface SpaceTruth {
  readonly limit: number;
  readonly registered: number;
  readonly scenario: ScenarioName;
  readonly overLimit: readonly OverLimit[];
  /** Who lives there at noon of each day, present or not. */
  readonly residentsPerDay: readonly number[];
}

export interface SiteTruth {
  readonly start: string;
  readonly days: number;
  readonly spaces: Readonly<Record<string, SpaceTruth>>;
}

export function spaceTruth(
  story: Story,
  people: readonly Person[],
  days: number,
  timeOf: (ms: number) => string,
): SpaceTruth {
  const { limit, registered, scenario } = story;
  const at = (ms: number) => people.filter(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs).length;
  return {
    limit,
    registered,
    scenario,
    overLimit: overLimit(limit, people, at, days * DAY_MS, timeOf),
    residentsPerDay: Array.from({ length: days }, (_, day) => at((day + 0.5) * DAY_MS)),
  };
}

function overLimit(
  limit: number,
  people: readonly Person[],
  at: (ms: number) => number,
  endMs: number,
  timeOf: (ms: number) => string,
): OverLimit[] {
  const changes = people.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]).filter((ms) => ms > 0 && ms < endMs);
  const moments = [...new Set([0, ...changes])].sort((a, b) => a - b);
  const found: OverLimit[] = [];
  let open: { start: number; most: number } | undefined;
  for (const ms of moments) {
    const residents = at(ms);
    if (residents > limit) open = { start: open?.start ?? ms, most: Math.max(open?.most ?? 0, residents) };
    else if (open !== undefined) {
      found.push({ start: timeOf(open.start), end: timeOf(ms), maxResidents: open.most });
      open = undefined;
    }
  }
  if (open !== undefined) found.push({ start: timeOf(open.start), end: null, maxResidents: open.most });
  return found;
}
