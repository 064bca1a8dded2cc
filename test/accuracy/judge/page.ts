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
body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:1.5rem auto;max-width:74rem;padding:0 1rem}
p,ul{max-width:50rem}li{overflow-wrap:anywhere}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
td,th{padding:.2rem .9rem .2rem 0;text-align:left}td{white-space:nowrap}
thead th{position:sticky;top:0;background:Canvas;vertical-align:bottom;border-bottom:1px solid var(--other)}
tbody th{font-weight:600}
.bar{display:grid;grid-template-columns:11rem 1fr 3rem;gap:.5rem;align-items:center;max-width:46rem;font-size:.85rem}
.bar i{position:relative;height:.9rem;background:linear-gradient(var(--fill),var(--fill)) 0/calc(var(--share)*100%) no-repeat}
.bar i::after{content:"";position:absolute;top:50%;left:calc(var(--low)*100%);width:calc((var(--high) - var(--low))*100%);border-top:1px solid currentColor}
svg{width:100%;height:auto;max-width:46rem}text{fill:currentColor;font-size:12px}
@media(max-width:70rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td,tbody th{display:block}tr{padding:.6rem 0;border-bottom:1px solid var(--other)}tbody th{font-size:1rem}
td{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;padding:0}td::before{content:attr(data-of);opacity:.75}
}
@media(max-width:40rem){.days text{font-size:20px}.bar{grid-template-columns:8.5rem 1fr 2.6rem}}
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
  const heads = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`);
  const lines = rows.map(([name = "", ...cells]) => {
    // On a narrow screen every figure stands in a line of its own, behind its name.
    const figures = cells.map((cell, at) => `<td data-of="${escapeHtml(head[at + 1] ?? "")}">${escapeHtml(cell)}</td>`);
    return `<tr><th scope="row">${escapeHtml(name)}</th>${figures.join("")}</tr>`;
  });
  return `<table><thead><tr>${heads.join("")}</tr></thead><tbody>${lines.join("\n")}</tbody></table>`;
}

function barsOf(group: Group): string {
  const rows: readonly (readonly [string, Score, string])[] = [
    ["gateway", gatewayScore(group), "var(--bar)"],
    ...BASELINES.map((name) => [name, baselineScore(group, name), "var(--other)"] as const),
  ];
  const bars = rows.map(([name, score, colour]) => {
    const { truePositive: tp, trueNegative: tn } = score;
    const { spaces, accuracy } = figuresOf(score);
    const [low, high] = wilson(tp + tn, spaces);
    const style = `--fill:${colour};--share:${number(accuracy, 3)};--low:${number(low, 3)};--high:${number(high, 3)}`;
    return `<div class="bar"><span>${escapeHtml(name)}</span><i style="${style}"></i><b>${number(accuracy)}</b></div>`;
  });
  return `<h3>${escapeHtml(group.name)}</h3>${bars.join("\n")}`;
}

const WIDTH = 640;
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
  return `<svg class="days" viewBox="0 0 ${WIDTH} 150" role="img" aria-label="days from breach to alert">${bars.join("")}${marks.join("")}<text x="0" y="14">${top}</text></svg>`;
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
