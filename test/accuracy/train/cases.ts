/** What the trainer learns from and the judge judges: every space of a site on every morning, with the truth beside it. */
import type { LabelledSite } from "@gatehouse/device-sim";
import { emptyState } from "gatehouse/testing";
import { runCore } from "../run-core.ts";

/** One space on one morning. */
export interface Case {
  /** Local days since the site's start. */
  readonly day: number;
  readonly values: Float32Array;
  readonly residents: number;
  readonly over: boolean;
}

export interface SpaceCases {
  readonly id: string;
  readonly limit: number;
  /** As the site file says. */
  readonly registered: number | undefined;
  readonly scenario: string;
  readonly over: readonly { readonly startMs: number; readonly endMs: number | null }[];
  readonly cases: Case[];
}

export interface SiteCases {
  /** Group folds by it: two recordings may be of the same people. */
  readonly site: string;
  readonly name: string;
  readonly kind: string;
  readonly days: number;
  readonly startMs: number;
  readonly spaces: readonly SpaceCases[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SHANGHAI_MS = 8 * HOUR_MS;
/** Mornings before this one say too little to learn from. */
const FIRST_DAY = 2;
const NIGHT_END_HOUR = 6;

/** Runs the site through the gateway's own core and keeps what the residency model would have seen. */
export function casesOf(
  name: string,
  kind: string,
  labelled: Pick<LabelledSite, "site" | "truth" | "readings">,
): SiteCases {
  const { truth } = labelled;
  const said = new Map(labelled.site.spaces.map(({ id, registered }) => [id, registered]));
  const startMs = Date.parse(truth.start);
  const spaces = new Map(
    Object.entries(truth.spaces).map(([id, { limit, scenario, overLimit }]): [string, SpaceCases] => {
      const over = overLimit.map(({ start, end }) => ({
        startMs: Date.parse(start),
        endMs: end === null ? null : Date.parse(end),
      }));
      return [id, { id, limit, registered: said.get(id), scenario, over, cases: [] }];
    }),
  );
  const state = emptyState();
  state.runs = "mornings";
  // Sites start at local midnight.
  const startDay = Math.round((startMs + SHANGHAI_MS) / DAY_MS);
  state.residencyModel = (space, values, day) => {
    const own = spaces.get(space.space.id);
    const since = day - startDay;
    if (own !== undefined && since >= FIRST_DAY && since <= truth.days) {
      const nowMs = startMs + since * DAY_MS + NIGHT_END_HOUR * HOUR_MS;
      const over = own.over.some(
        ({ startMs: from, endMs }) => from <= nowMs && (endMs ?? Number.POSITIVE_INFINITY) > nowMs,
      );
      const residents = truth.spaces[own.id]?.residentsPerDay[since - 1] ?? 0;
      own.cases.push({ day: since, values: Float32Array.from(values), residents, over });
    }
    return { residing: 0, low: 0, high: 0, pOver: 0, evidence: [] };
  };
  runCore(state, labelled.site, startMs, labelled.readings);
  return { site: labelled.site.site.id, name, kind, days: truth.days, startMs, spaces: [...spaces.values()] };
}
