/** The report of a replay: one page a person can open offline, with each judged space's nights against its limit. */
import type { Alert } from "@gatehouse/protocol";
import type { CoreState } from "../core/state.ts";
import { modelOf } from "../core/state.ts";
import type { EstimateLine, ReplaySummary } from "./replay.ts";

/** Nightly values of a space, as they were believed at 03:00. */
export type Nights = ReadonlyMap<string, readonly EstimateLine[]>;

const WIDTH = 720;
const HEIGHT = 90;
const LEFT = 28;

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

export function reportPage(summary: ReplaySummary, state: CoreState, nights: Nights, alerts: readonly Alert[]): string {
  const model = modelOf(state);
  const rows = [...model.spaces].flatMap(([id, { limit, space }]) => {
    const series = nights.get(id);
    if (limit === undefined || series === undefined) return [];
    const own = alerts.filter((alert) => alert.space === id);
    const title = space.name === undefined || space.name === id ? id : `${id} ${space.name}`;
    return [
      `<section><h3>${escapeHtml(title)}</h3><p>limit ${limit.persons}: ${escapeHtml(limit.basis)}</p>${plot(series, limit.persons)}${own.map(alertLine).join("")}</section>`,
    ];
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Replay of ${escapeHtml(model.config.site.site.name)}</title>
<style>
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;margin:1.5rem auto;max-width:52rem;padding:0 1rem}
svg{width:100%;height:auto}table{border-collapse:collapse}td{padding:.1rem 1rem .1rem 0}h3{margin:1.5rem 0 0}p{margin:.2rem 0}
.bar{fill:#5b8dbf}.over{fill:#d1495b}.limit{stroke:currentColor;stroke-dasharray:4 3}text{font-size:10px;fill:currentColor}.alert{border-left:4px solid #d1495b;padding-left:.6rem}
</style>
<h1>${escapeHtml(model.config.site.site.name)}</h1>
<table>${[
    ["from 起", summary.from],
    ["to 止", summary.to],
    ["readings 读数", summary.readings],
    ["rejected 拒收", summary.rejected],
    ["alerts 告警", summary.alerts],
  ]
    .map(([name, value]) => `<tr><td>${name}</td><td>${escapeHtml(String(value ?? "-"))}</td></tr>`)
    .join("")}</table>
<p>People present at 03:00 of each night; the dashed line is the limit. 每晚凌晨三点在室人数，虚线为限额。</p>
${rows.join("\n")}
</html>
`;
}

function plot(series: readonly EstimateLine[], limit: number): string {
  const top = Math.max(limit + 1, ...series.map((line) => line.present));
  const step = (WIDTH - LEFT) / Math.max(1, series.length);
  const y = (persons: number) => HEIGHT - 14 - (persons / top) * (HEIGHT - 20);
  const n = (value: number) => value.toFixed(1);
  const bars = series.map((line, i) => {
    const kind = line.present > limit ? "over" : "bar";
    const height = HEIGHT - 14 - y(line.present);
    return `<rect class="${kind}" x="${n(LEFT + i * step)}" y="${n(y(line.present))}" width="${n(Math.max(1, step - 1))}" height="${n(height)}"><title>${escapeHtml(line.at)}: ${line.present}</title></rect>`;
  });
  const dates = [series[0], series.at(-1)].map(
    (line, i) =>
      `<text x="${i === 0 ? LEFT : WIDTH}" y="${HEIGHT - 2}" text-anchor="${i === 0 ? "start" : "end"}">${escapeHtml(line?.at.slice(0, 10) ?? "")}</text>`,
  );
  const line = `<line class="limit" x1="${LEFT}" x2="${WIDTH}" y1="${n(y(limit))}" y2="${n(y(limit))}"/><text x="0" y="${n(y(limit) + 3)}">${limit}</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${bars.join("")}${line}${dates.join("")}</svg>`;
}

function alertLine(alert: Alert): string {
  const evidence = alert.evidence.map(({ source, says }) => `${source}: ${says}`).join("; ");
  return `<p class="alert"><b>${alert.kind}</b> ${escapeHtml(alert.raisedAt)} to ${escapeHtml(alert.clearedAt ?? "…")}, offence ${alert.offence}. ${escapeHtml(evidence)}</p>`;
}
