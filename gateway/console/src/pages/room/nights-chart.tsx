/** People residing night by night against the limit, with the band they lie in. Loaded with its drawing library only when a room is opened. */
import { LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import type { AnswerOf } from "../../../../src/console/table/index.ts";
import { type Scheme, useScheme } from "../../shell/theme.ts";
import { useWords, type WordsOf } from "../../words/language.ts";
import { roomWords } from "../../words/room.ts";

use([LineChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, CanvasRenderer]);

type Nights = AnswerOf<"GET /api/1/spaces/:id/nights">["nights"];

const COLOURS: Readonly<
  Record<Scheme, { text: string; line: string; people: string; band: string; limit: string; card: string }>
> = {
  light: {
    text: "#474f5a",
    line: "#d5dae1",
    people: "#0b57d0",
    band: "rgba(11,87,208,0.18)",
    limit: "#b3261e",
    card: "#ffffff",
  },
  dark: {
    text: "#c2c9d4",
    line: "#353b47",
    people: "#8ab4f8",
    band: "rgba(138,180,248,0.25)",
    limit: "#f5a59e",
    card: "#1f232c",
  },
};

const one = (n: number) => Math.round(n * 10) / 10;

function optionOf(nights: Nights, words: WordsOf<typeof roomWords>, scheme: Scheme) {
  const colours = COLOURS[scheme];
  const axis = { axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.text } };
  const hidden = { type: "line", stack: "band", symbol: "none", lineStyle: { opacity: 0 }, silent: true } as const;
  return {
    animation: false,
    aria: { enabled: true },
    grid: { left: 34, right: 14, top: 36, bottom: 26 },
    legend: {
      data: [words.residing, words.band, words.limit],
      textStyle: { color: colours.text },
      top: 0,
      selectedMode: false,
    },
    tooltip: {
      trigger: "axis",
      // As a picture: as HTML it would need styles that the page's policy forbids.
      renderMode: "richText",
      backgroundColor: colours.card,
      textStyle: { color: colours.text },
      formatter: (points: unknown) =>
        said(nights[(points as readonly { dataIndex: number }[])[0]?.dataIndex ?? 0], words),
    },
    xAxis: { type: "category", data: nights.map(({ date }) => date.slice(5)), ...axis },
    yAxis: { type: "value", minInterval: 1, min: 0, splitLine: { lineStyle: { color: colours.line } }, ...axis },
    series: [
      { ...hidden, name: "low", data: nights.map(({ low }) => one(low)), tooltip: { show: false } },
      {
        ...hidden,
        name: words.band,
        itemStyle: { color: colours.band },
        areaStyle: { color: colours.band },
        data: nights.map(({ low, high }) => one(high - low)),
      },
      {
        type: "line",
        name: words.residing,
        symbolSize: 5,
        itemStyle: { color: colours.people },
        lineStyle: { width: 2.5 },
        data: nights.map(({ residing }) => one(residing)),
      },
      {
        type: "line",
        name: words.limit,
        step: "middle",
        symbol: "none",
        itemStyle: { color: colours.limit },
        lineStyle: { type: "dashed", width: 2 },
        data: nights.map(({ limit }) => limit),
      },
    ],
  };
}

function said(night: Nights[number] | undefined, words: WordsOf<typeof roomWords>): string {
  if (night === undefined) return "";
  const { date, residing, low, high, limit } = night;
  return [
    date,
    `${words.residing}: ${one(residing)}`,
    `${words.band}: ${one(low)} – ${one(high)}`,
    `${words.limit}: ${limit ?? words.noLimit}`,
  ].join("\n");
}

export function NightsChart({ nights }: { readonly nights: Nights }) {
  const words = useWords(roomWords);
  const scheme = useScheme();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = init(element, null, { renderer: "canvas" });
    chart.setOption(optionOf(nights, words, scheme));
    const resized = new ResizeObserver(() => chart.resize());
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.dispose();
    };
  }, [nights, words, scheme]);
  return <div className="nights-chart" ref={place} role="img" aria-label={words.nights} />;
}
