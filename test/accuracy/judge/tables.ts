/** The results as plain text: one row a group, then the simple ways beside it, then what came out wrong. */
import { BASELINES, type BaselineName } from "./baselines.ts";
import type { PresentError, SiteResult } from "./judge-site.ts";
import { type Figures, figuresOf, type Score, sumScores, wilson } from "./score.ts";

export interface Group {
  readonly name: string;
  readonly sites: readonly SiteResult[];
}

export const gatewayScore = (group: Group): Score => sumScores(group.sites.map(({ gateway }) => gateway));
export const baselineScore = (group: Group, name: BaselineName): Score =>
  sumScores(group.sites.map(({ baselines }) => baselines[name]));

export function meanError(group: Group, pick: (site: SiteResult) => PresentError): number {
  const errors = group.sites.map(pick);
  return errors.reduce((sum, error) => sum + error.sum, 0) / errors.reduce((sum, error) => sum + error.samples, 0);
}

export const number = (value: number, digits = 3): string => (Number.isNaN(value) ? "-" : value.toFixed(digits));

export function shareText(hits: number, of: number): string {
  const [low, high] = wilson(hits, of);
  return of === 0 ? "-" : `${number(hits / of)} (${number(low, 2)}-${number(high, 2)})`;
}

const COLUMNS = [
  "group",
  "sites",
  "right/false/missed/quiet",
  "accuracy (95 %)",
  "precision",
  "recall",
  "F1",
  "MCC",
  "false/room-month",
  "delay d",
  "p90 d",
  "cleared<=14d",
  "present MAE",
  "at 03:00",
  "residing MAE",
] as const;

export function tableText(groups: readonly Group[]): string {
  const rows = groups.map((group) => rowOf(group.name, gatewayScore(group), group));
  const beside = groups.flatMap((group) =>
    BASELINES.map((name) => rowOf(`  ${group.name}: ${name}`, baselineScore(group, name), undefined)),
  );
  const wrong = groups.flatMap((group) =>
    group.sites.flatMap(({ name, gateway }) => gateway.wrong.map((text) => `  ${name}: ${text}`)),
  );
  const readings = groups.flatMap(({ sites }) => sites);
  const total = readings.reduce((sum, site) => sum + site.readings, 0);
  const ms = readings.reduce((sum, site) => sum + site.coreMs, 0);
  return [
    ...align([[...COLUMNS], ...rows]),
    "",
    "simple ways on the same sites",
    ...align([COLUMNS.slice(0, 12), ...beside.map((row) => row.slice(0, 12))]),
    "",
    "came out wrong",
    ...wrong,
    "",
    `core: ${total.toLocaleString("en")} readings, ${number((1000 * ms) / total, 1)} us each with the mornings' verdicts in it`,
  ].join("\n");
}

function rowOf(name: string, score: Score, group: Group | undefined): string[] {
  const { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn } = score;
  const figures: Figures = figuresOf(score);
  return [
    name,
    group === undefined ? "" : String(group.sites.length),
    `${tp}/${fp}/${fn}/${tn}`,
    shareText(tp + tn, figures.spaces),
    shareText(tp, tp + fp),
    shareText(tp, tp + fn),
    number(figures.f1),
    number(figures.mcc),
    number(figures.falsePerRoomMonth, 4),
    number(figures.medianDelay, 1),
    number(figures.p90Delay, 1),
    `${score.clearedInTime}/${score.endedBreaches}`,
    ...(group === undefined
      ? []
      : [
          number(meanError(group, (site) => site.present)),
          number(meanError(group, (site) => site.presentAtThree)),
          number(meanError(group, (site) => site.residing)),
        ]),
  ];
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
