/**
 * The frames of the report's plots: axes, letters and rules, with room for what differs from room to room. Rooms alike share a frame, for it takes a
 * hundred times as long to draw as what stands in it. The only place that knows ECharts; loaded by the replay's report alone.
 */
import type { EChartsCoreOption } from "echarts/core";
import { init } from "echarts/dist/echarts.esm.min.mjs";

const DAY_MS = 86_400_000;

/** Local day numbers of the whole replay, so that all rooms share their axis. */
export interface Days {
  readonly fromDay: number;
  readonly toDay: number;
}

export interface Filling {
  readonly id: string;
  readonly label: string;
  readonly shades: string;
  readonly paths: Readonly<Record<string, string>>;
}

/** Stands around the names of what is to be filled in. */
const MARK = "\0";

export class Frame implements Disposable {
  readonly #chart: ReturnType<typeof init>;
  readonly #pieces: readonly string[];
  readonly #xs = new Map<number, number>();
  readonly #ys = new Map<number, number>();
  /** The sample's alert. */
  readonly #shade: string;

  /** `paths`: names for those of its series, in the order in which they are drawn. */
  constructor(option: EChartsCoreOption, width: number, height: number, paths: readonly string[]) {
    this.#chart = init(null, null, { renderer: "svg", ssr: true, width, height });
    this.#chart.setOption({ animation: false, useUTC: true, ...option });
    const svg = tidy(this.#chart.renderToSVGString());
    const [shade = ""] = svg.match(/<polygon [\s\S]*?<\/polygon>\n/) ?? [];
    this.#shade = shade;
    const left = paths.values();
    const slotted = svg
      .replace(shade, slot("shades"))
      .replace(/<g clip-path[\s\S]*?<\/g>/g, (group) => group.replace(/(?<= d=")[^"]*/g, () => slot(left.next().value)))
      .replace(DOT, (_, radius, colour) => dots(slot(left.next().value), Number(radius), colour));
    this.#pieces = slotted.split(MARK);
  }

  [Symbol.dispose](): void {
    this.#chart.dispose();
  }

  /** Pixels from the left of a moment, ms of the local calendar. */
  x(ms: number): number {
    return kept(this.#xs, ms, () => this.#pixel(ms, 0)[0]);
  }

  /** Pixels from the top. */
  y(value: number): number {
    return kept(this.#ys, value, () => this.#pixel(0, value)[1]);
  }

  /** An alert that stood from one moment to another. */
  shade(fromMs: number, toMs: number): string {
    const [from, to] = [tenths(this.x(fromMs)), tenths(this.x(toMs))];
    return this.#shade.replace(
      /(?<=points=")\S+ (\S+) \S+ \S+ \S+ (\S+) [^"]*/,
      (_, bottom, top) => `${from} ${bottom} ${to} ${bottom} ${to} ${top} ${from} ${top}`,
    );
  }

  /** The whole plot. `id` keeps its inner names apart from those of others on the page; `paths` by their names. */
  fill({ id, label, shades, paths }: Filling): string {
    const parts: Readonly<Record<string, string>> = { ...paths, id, label, shades };
    return this.#pieces.map((piece, index) => (index % 2 === 0 ? piece : parts[piece])).join("");
  }

  #pixel(ms: number, value: number): [number, number] {
    return this.#chart.convertToPixel({ gridIndex: 0 }, [ms, value]) as [number, number];
  }
}

/** As exact as the frames themselves. */
export const tenths = (pixels: number): number => Math.round(pixels * 10) / 10;

const slot = (name = ""): string => `${MARK}${name}${MARK}`;

function kept(known: Map<number, number>, key: number, find: () => number): number {
  const value = known.get(key) ?? find();
  known.set(key, value);
  return value;
}

/** Leaves out what only a live page needs, and leaves room for the names that depend on the page. */
const tidy = (svg: string): string =>
  svg
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/ (?:ecmeta_\w+|class|pointer-events|xmlns:xlink|version|baseProfile)="[^"]*"/g, "")
    .replace(/<rect [^>]*fill="none"><\/rect>\n?/, "")
    .replace(/zr\d+-/g, `p${slot("id")}-`)
    .replace("<svg ", `<svg role="img" aria-label="${slot("label")}" `)
    .replace(/\n+/g, "\n")
    .trim();

const DOT = /<path d="M1 0A[^"]*" transform="matrix\(([\d.]+),[^"]*\)" fill="([^"]*)"[^>]*><\/path>/;

/** One path of round points instead of an element a night: a tenth of the bytes. */
const dots = (path: string, radius: number, colour: string): string =>
  `<path d="${path}" stroke="${colour}" stroke-width="${radius * 2}" stroke-linecap="round" fill="none"></path>`;

function timeAxis({ fromDay, toDay }: Days, font: number, labels: boolean): object {
  return {
    type: "time",
    min: fromDay * DAY_MS,
    max: Math.max(toDay, fromDay + 1) * DAY_MS,
    minInterval: DAY_MS,
    axisLine: { onZero: false, lineStyle: { color: "var(--axis)" } },
    axisTick: { lineStyle: { color: "var(--axis)" } },
    axisLabel: { show: labels, color: "var(--soft)", fontSize: font, hideOverlap: true, formatter: "{MM}-{dd}" },
    splitLine: { show: false },
  };
}

function valueAxis(max: number, interval: number, font: number): object {
  return {
    type: "value",
    min: 0,
    max,
    interval,
    axisLabel: { color: "var(--soft)", fontSize: font },
    splitLine: { lineStyle: { color: "var(--grid)" } },
  };
}

/** Whatever a series shows, it is drawn in its place: two days without anybody, and an alert on them. */
const sample = ({ fromDay }: Days): readonly (readonly [ms: number, value: number])[] => [
  [fromDay * DAY_MS, 0],
  [(fromDay + 1) * DAY_MS, 0],
];

const line = (days: Days, more: object): object => ({
  type: "line",
  silent: true,
  symbol: "none",
  data: sample(days),
  ...more,
});

function shaded(days: Days): object {
  return {
    silent: true,
    itemStyle: { color: "var(--alert)" },
    data: [sample(days).map(([ms]) => ({ xAxis: ms }))],
  };
}

/** A silent rule across the plot, with a word at its end. */
function rule(value: number, label: string, color: string, font: number, dashed: boolean): object {
  return {
    yAxis: value,
    lineStyle: { color, width: dashed ? 1 : 1.5, type: dashed ? [2, 3] : [6, 4] },
    label: { formatter: label, color, fontSize: font, position: "end", distance: 4, textBorderWidth: 0 },
  };
}

export interface Reach {
  readonly limit: number;
  /** Limits of what it is compared with. */
  readonly others: readonly number[];
  /** Most people to be shown. */
  readonly top: number;
}

/** People living there with the band around it, people present at 03:00, the limit, alerts. */
export function nightsFrame(days: Days, { limit, others, top }: Reach, width: number, font: number): Frame {
  const interval = Math.ceil((top + 0.6) / 4);
  const rules = [
    ...others.map((other) => rule(other, `≤ ${other}`, "var(--soft)", font, true)),
    rule(limit, `≤ ${limit}`, "var(--limit)", font, false),
  ];
  const option = {
    grid: { left: 30, right: 34, top: 10, bottom: 24 },
    xAxis: timeAxis(days, font, true),
    yAxis: valueAxis(interval * Math.ceil((top + 0.6) / interval), interval, font),
    series: [
      line(days, { stack: "band", lineStyle: { opacity: 0 } }),
      line(days, { stack: "band", lineStyle: { opacity: 0 }, areaStyle: { color: "var(--band)", opacity: 1 } }),
      line(days, {
        lineStyle: { color: "var(--line)", width: 2 },
        markLine: { silent: true, symbol: "none", data: rules },
        markArea: shaded(days),
      }),
      {
        type: "scatter",
        silent: true,
        z: 5,
        symbolSize: 5,
        itemStyle: { color: "var(--dot)" },
        data: sample(days).slice(0, 1),
      },
    ],
  };
  return new Frame(option, width, 190, ["band", "low", "high", "residing", "present"]);
}

/** The probability of being over the limit, in percent. */
export function chanceFrame(days: Days, width: number, font: number): Frame {
  const option = {
    grid: { left: 30, right: 34, top: 8, bottom: 8 },
    xAxis: timeAxis(days, font, false),
    yAxis: valueAxis(100, 50, font),
    series: [
      line(days, {
        lineStyle: { color: "var(--chance)", width: 1.5 },
        areaStyle: { color: "var(--chance-area)", opacity: 1 },
        markArea: shaded(days),
      }),
    ],
  };
  return new Frame(option, width, 90, ["area", "line"]);
}
