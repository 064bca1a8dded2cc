/** The report's plots, drawn to SVG here and now. The only place that knows ECharts; loaded by the replay's report alone. */
import type { EChartsCoreOption } from "echarts/core";
import { init } from "echarts/dist/echarts.esm.min.mjs";
import type { Night } from "../nights.ts";
import { escapeHtml } from "./html.ts";

const DAY_MS = 86_400_000;

/** Two drawings of each plot, so that its letters have their size on a desk and on a phone. */
const SIZES = [
  { name: "wide", width: 840, font: 12 },
  { name: "narrow", width: 340, font: 12 },
] as const;

/** Drawings of one plot. */
export const DRAWINGS = SIZES.length;

export interface Plotted {
  readonly nights: readonly Night[];
  /** Local day numbers of the whole replay, so that all rooms share their axis. */
  readonly fromDay: number;
  readonly toDay: number;
  readonly limit: number;
  /** Limits of what it is compared with. */
  readonly otherLimits: readonly number[];
  /** Times alerts stood, local ms. */
  readonly alerts: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** Numbers the drawings of one page, so that their inner names do not meet. */
export class Plotter {
  #count: number;

  /** `count`: how many drawings stand before these. */
  constructor(count: number) {
    this.#count = count;
  }

  /** People living there with the band around it, people present at 03:00, the limit, alerts. */
  nights(plotted: Plotted, label: string): string {
    return this.#draw(label, 190, (font) => nightsOption(plotted, font));
  }

  /** The probability of being over the limit. */
  chance(plotted: Plotted, label: string): string {
    return this.#draw(label, 90, (font) => chanceOption(plotted, font));
  }

  #draw(label: string, height: number, option: (font: number) => EChartsCoreOption): string {
    return SIZES.map(({ name, width, font }) => {
      const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
      chart.setOption({ animation: false, useUTC: true, ...option(font) });
      const svg = chart.renderToSVGString();
      chart.dispose();
      this.#count += 1;
      return `<div class="plot ${name}">${tidy(svg, label, this.#count)}</div>`;
    }).join("");
  }
}

/** Leaves out what only a live page needs, and gives inner names that depend on this page alone. */
function tidy(svg: string, label: string, number: number): string {
  return joinDots(svg)
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/ (?:ecmeta_\w+|class|pointer-events|xmlns:xlink|version|baseProfile)="[^"]*"/g, "")
    .replace(/<rect [^>]*fill="none"><\/rect>\n?/, "")
    .replace(/<defs ?>\s*<\/defs>/g, "")
    .replace(/zr\d+-/g, `p${number}-`)
    .replace("<svg ", `<svg role="img" aria-label="${escapeHtml(label)}" `)
    .replace(/\n+/g, "\n")
    .trim();
}

const DOT =
  /<path d="M1 0A[^"]*" transform="matrix\(([\d.]+),0,0,[\d.]+,([\d.]+),([\d.]+)\)" fill="([^"]*)"[^>]*><\/path>\n?/g;

/** One path of round points instead of an element a night: a tenth of the bytes. */
function joinDots(svg: string): string {
  const dots = [...svg.matchAll(DOT)];
  const [first] = dots;
  if (first === undefined) return svg;
  const [, radius, , , colour] = first;
  const points = dots.map(([, , x, y]) => `M${Math.round(Number(x) * 10) / 10} ${y}h0`).join("");
  const path = `<path d="${points}" stroke="${colour}" stroke-width="${Number(radius) * 2}" stroke-linecap="round" fill="none"></path>\n`;
  let replaced = false;
  return svg.replace(DOT, () => {
    if (replaced) return "";
    replaced = true;
    return path;
  });
}

const at = (day: number): number => day * DAY_MS;

function timeAxis({ fromDay, toDay }: Plotted, font: number, labels: boolean): object {
  return {
    type: "time",
    min: at(fromDay),
    max: Math.max(at(toDay), at(fromDay) + DAY_MS),
    minInterval: DAY_MS,
    axisLine: { onZero: false, lineStyle: { color: "var(--axis)" } },
    axisTick: { lineStyle: { color: "var(--axis)" } },
    axisLabel: { show: labels, color: "var(--soft)", fontSize: font, hideOverlap: true, formatter: "{MM}-{dd}" },
    splitLine: { show: false },
  };
}

const line = (data: readonly (readonly [number, number])[], more: object): object => ({
  type: "line",
  silent: true,
  symbol: "none",
  data,
  ...more,
});

/** A silent rule across the plot, with a word at its end. */
function rule(value: number, label: string, color: string, font: number, dashed: boolean): object {
  return {
    yAxis: value,
    lineStyle: { color, width: dashed ? 1 : 1.5, type: dashed ? [2, 3] : [6, 4] },
    label: { formatter: label, color, fontSize: font, position: "end", distance: 4, textBorderWidth: 0 },
  };
}

function shaded({ alerts }: Plotted): object {
  return {
    silent: true,
    itemStyle: { color: "var(--alert)" },
    data: alerts.map(({ fromMs, toMs }) => [{ xAxis: fromMs }, { xAxis: toMs }]),
  };
}

function nightsOption(plotted: Plotted, font: number): EChartsCoreOption {
  const { nights, limit, otherLimits } = plotted;
  const top = Math.max(limit, ...otherLimits, ...nights.map(({ high, present }) => Math.max(high, present)));
  const interval = Math.ceil((top + 0.6) / 4);
  const others = [...new Set(otherLimits)].filter((other) => other !== limit);
  const rules = [
    ...others.map((other) => rule(other, `≤ ${other}`, "var(--soft)", font, true)),
    rule(limit, `≤ ${limit}`, "var(--limit)", font, false),
  ];
  return {
    grid: { left: 30, right: 34, top: 10, bottom: 24 },
    xAxis: timeAxis(plotted, font, true),
    yAxis: {
      type: "value",
      min: 0,
      max: interval * Math.ceil((top + 0.6) / interval),
      interval,
      axisLabel: { color: "var(--soft)", fontSize: font },
      splitLine: { lineStyle: { color: "var(--grid)" } },
    },
    series: [
      line(
        nights.map(({ day, low }) => [at(day), low] as const),
        { stack: "band", lineStyle: { opacity: 0 } },
      ),
      line(
        nights.map(({ day, low, high }) => [at(day), high - low] as const),
        {
          stack: "band",
          lineStyle: { opacity: 0 },
          areaStyle: { color: "var(--band)", opacity: 1 },
        },
      ),
      line(
        nights.map(({ day, residing }) => [at(day), residing] as const),
        {
          lineStyle: { color: "var(--line)", width: 2 },
          markLine: { silent: true, symbol: "none", data: rules },
          markArea: shaded(plotted),
        },
      ),
      {
        type: "scatter",
        silent: true,
        z: 5,
        symbolSize: 5,
        itemStyle: { color: "var(--dot)" },
        data: nights.map(({ day, present }) => [at(day), present]),
      },
    ],
  };
}

function chanceOption(plotted: Plotted, font: number): EChartsCoreOption {
  return {
    grid: { left: 30, right: 34, top: 8, bottom: 8 },
    xAxis: timeAxis(plotted, font, false),
    yAxis: {
      type: "value",
      min: 0,
      max: 100,
      interval: 50,
      axisLabel: { color: "var(--soft)", fontSize: font },
      splitLine: { lineStyle: { color: "var(--grid)" } },
    },
    series: [
      line(
        plotted.nights.map(({ day, pOver }) => [at(day), Math.round(pOver * 1000) / 10] as const),
        {
          lineStyle: { color: "var(--chance)", width: 1.5 },
          areaStyle: { color: "var(--chance-area)", opacity: 1 },
          markArea: shaded(plotted),
        },
      ),
    ],
  };
}
