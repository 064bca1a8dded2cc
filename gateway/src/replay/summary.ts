/** What a replay found, in numbers. */
import type { Intake, IntakeTally } from "./intake.ts";
import type { Outcome } from "./outcome.ts";

export interface ReplaySummary extends IntakeTally {
  readonly from: string | null;
  readonly to: string | null;
  readonly alerts: number;
  readonly alertsByKind: Readonly<Record<string, number>>;
  /** What the operator should know, in sentences. */
  readonly notes: readonly string[];
  /** In the order asked for; empty when nothing was compared. */
  readonly compared: readonly ComparedSummary[];
}

export interface ComparedSummary {
  /** As in "with limit 4". */
  readonly name: string;
  /** Its results, below `--out`. */
  readonly folder: string;
  readonly alerts: number;
  readonly alertsByKind: Readonly<Record<string, number>>;
  /** Alerts of every space where they differ from those of the site as it stands. */
  readonly spaces: Readonly<Record<string, { readonly asItIs: number; readonly compared: number }>>;
}

export function summaryOf(
  intake: Intake,
  outcomes: readonly [Outcome, ...Outcome[]],
  firstMs: number | undefined,
  timeOf: (ms: number) => string,
): ReplaySummary {
  const [base, ...compared] = outcomes;
  return {
    ...intake.tally,
    from: firstMs === undefined ? null : timeOf(firstMs),
    to: firstMs === undefined ? null : timeOf(base.replay.nowMs),
    alerts: base.episodes.count,
    alertsByKind: Object.fromEntries(base.episodes.byKind),
    notes: [...intake.notes(), ...new Set(outcomes.flatMap(({ variant }) => variant.notes))],
    compared: compared.map((outcome) => compare(base, outcome)),
  };
}

function compare(base: Outcome, { variant, episodes }: Outcome): ComparedSummary {
  const ids = [...new Set([...base.episodes.spaces.keys(), ...episodes.spaces.keys()])].sort();
  const spaces = ids.flatMap((id) => {
    const counts = { asItIs: alertsIn(base, id), compared: alertsIn({ episodes }, id) };
    return counts.asItIs === counts.compared ? [] : [[id, counts] as const];
  });
  return {
    name: variant.name,
    folder: variant.folder,
    alerts: episodes.count,
    alertsByKind: Object.fromEntries(episodes.byKind),
    spaces: Object.fromEntries(spaces),
  };
}

export function alertsIn({ episodes }: Pick<Outcome, "episodes">, space: string): number {
  let count = 0;
  for (const n of episodes.spaces.get(space)?.byKind.values() ?? []) count += n;
  return count;
}
