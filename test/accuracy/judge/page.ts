/** The results as a page with plots: accuracy beside the simple ways, delays, and how far a stated probability can be believed. */
import { BASELINES } from "./baselines.ts";
import { figuresOf, type Score, wilson } from "./score.ts";
import { baselineScore, type Group, gatewayScore, meanError, number, shareText } from "./tables.ts";

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export function accuracyPage(groups: readonly Group[]): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Accuracy of the group-rental alert</title>
<style>
:root{color-scheme:light dark;--bar:#2f6f9f;--other:#9aa5b1;--line:#c2410c}
body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:1.5rem auto;max-width:62rem;padding:0 1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}td,th{padding:.15rem .7rem .15rem 0;text-align:left;white-space:nowrap}
svg{width:100%;height:auto;max-width:46rem}text{fill:currentColor;font-size:12px}
</style>
<h1>Accuracy of the group-rental alert</h1>
<p>Spaces judged over each site's whole time. "labelled" sites were made by an independent generator, "made" ones by the simulator with seeds the model was not
fitted on. Intervals are Wilson's at 95 %. How an alert counts as right stands in docs/estimation.md.</p>
${table(groups)}
<h2>Right spaces, beside four simple ways</h2>
${groups.map(barsOf).join("\n")}
<h2>Days from the breach to the alert</h2>
${histogram(groups.flatMap((group) => gatewayScore(group).delays))}
<h2>How far a stated probability can be believed</h2>
<p>Mornings by the stated probability of being over the limit; on the dashed line the share that was over is the one stated.</p>
${reliability(groups)}
<h2>What came out wrong</h2>
<ul>${groups.flatMap(({ sites }) => sites.flatMap(({ name, gateway }) => gateway.wrong.map((text) => `<li>${escapeHtml(`${name}: ${text}`)}</li>`))).join("")}</ul>
</html>
`;
}

function table(groups: readonly Group[]): string {
  const head = [
    "group",
    "sites",
    "right",
    "false",
    "missed",
    "quiet",
    "accuracy",
    "precision",
    "recall",
    "false per room-month",
    "median delay, days",
    "present error",
  ];
  const rows = groups.map((group) => {
    const score = gatewayScore(group);
    const { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn } = score;
    const figures = figuresOf(score);
    return [
      group.name,
      String(group.sites.length),
      ...[tp, fp, fn, tn].map(String),
      shareText(tp + tn, figures.spaces),
      shareText(tp, tp + fp),
      shareText(tp, tp + fn),
      number(figures.falsePerRoomMonth, 4),
      number(figures.medianDelay, 1),
      number(meanError(group, (site) => site.present)),
    ];
  });
  const line = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="wide" tabindex="0"><table>${line("th", head)}${rows.map((row) => line("td", row)).join("")}</table></div>`;
}

const WIDTH = 640;
const LEFT = 190;
const ROW = 20;

function barsOf(group: Group): string {
  const rows: readonly (readonly [string, Score, string])[] = [
    ["gateway", gatewayScore(group), "var(--bar)"],
    ...BASELINES.map((name) => [name, baselineScore(group, name), "var(--other)"] as const),
  ];
  const x = (share: number): number => LEFT + share * (WIDTH - LEFT - 50);
  const bars = rows.map(([name, score, colour], index) => {
    const { truePositive: tp, trueNegative: tn } = score;
    const { spaces, accuracy } = figuresOf(score);
    const [low, high] = wilson(tp + tn, spaces);
    const y = index * ROW + 4;
    return `<text x="0" y="${y + 11}">${escapeHtml(name)}</text><rect x="${LEFT}" y="${y}" width="${number(x(accuracy) - LEFT, 1)}" height="14" fill="${colour}"/>
<line x1="${number(x(low), 1)}" x2="${number(x(high), 1)}" y1="${y + 7}" y2="${y + 7}" stroke="currentColor"/><text x="${WIDTH - 40}" y="${y + 11}">${number(accuracy)}</text>`;
  });
  return `<h3>${escapeHtml(group.name)}</h3><svg viewBox="0 0 ${WIDTH} ${rows.length * ROW + 6}" role="img" aria-label="${escapeHtml(group.name)}">${bars.join("")}</svg>`;
}

const WEEKS = 8;

function histogram(delays: readonly number[]): string {
  const counts = new Array<number>(WEEKS * 7).fill(0);
  for (const delay of delays) {
    const bin = Math.min(counts.length - 1, Math.floor(delay));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const top = Math.max(1, ...counts);
  const step = (WIDTH - 30) / counts.length;
  const bars = counts.map((count, day) => {
    const height = (count / top) * 120;
    return `<rect x="${number(30 + day * step, 1)}" y="${number(130 - height, 1)}" width="${number(step - 1, 1)}" height="${number(height, 1)}" fill="var(--bar)"/>`;
  });
  const marks = Array.from(
    { length: WEEKS },
    (_, week) => `<text x="${number(30 + week * 7 * step, 1)}" y="146">${week * 7}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} 150" role="img" aria-label="days from breach to alert">${bars.join("")}${marks.join("")}<text x="0" y="14">${top}</text></svg>`;
}

function reliability(groups: readonly Group[]): string {
  const given = new Array<number>(10).fill(0);
  const came = new Array<number>(10).fill(0);
  for (const { sites } of groups) {
    for (const { reliability: own } of sites) {
      for (let tenth = 0; tenth < 10; tenth++) {
        given[tenth] = (given[tenth] ?? 0) + (own.given[tenth] ?? 0);
        came[tenth] = (came[tenth] ?? 0) + (own.true[tenth] ?? 0);
      }
    }
  }
  const size = 260;
  const at = (share: number): string => number(30 + share * size, 1);
  const up = (share: number): string => number(10 + (1 - share) * size, 1);
  const dots = given.flatMap((count, tenth) =>
    count === 0
      ? []
      : [
          `<circle cx="${at((tenth + 0.5) / 10)}" cy="${up((came[tenth] ?? 0) / count)}" r="5" fill="var(--bar)"><title>${count} mornings</title></circle>`,
        ],
  );
  const marks = [0, 0.5, 1].map(
    (share) =>
      `<text x="${at(share)}" y="${size + 26}">${share}</text><text x="0" y="${Number(up(share)) + 4}">${share}</text>`,
  );
  return `<svg viewBox="0 0 ${size + 60} ${size + 32}" style="max-width:24rem" role="img" aria-label="stated probability against what came true"><line x1="${at(0)}" y1="${up(0)}" x2="${at(1)}" y2="${up(1)}" stroke="var(--line)" stroke-dasharray="5 4"/>${dots.join("")}${marks.join("")}</svg>`;
}
