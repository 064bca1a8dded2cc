import { expect, it } from "vitest";
import type { Night } from "../nights.ts";
import { Plotter } from "./plots.ts";

const DAY_MS = 86_400_000;
const FIRST = 20_500;
const night = (at: number, present: number, low: number, residing: number, high: number, pOver: number): Night => ({
  day: FIRST + at,
  present,
  low,
  residing,
  high,
  pOver,
});
const room = {
  nights: [night(0, 0, 1, 2, 3, 0.1), night(1, 5, 2, 2, 4, 0.55), night(2, 1, 3, 3, 3, 0.725)],
  limit: 2,
  otherLimits: [],
  alerts: [{ fromMs: (FIRST + 1.25) * DAY_MS, toMs: (FIRST + 2) * DAY_MS }],
};
const DAYS = { fromDay: FIRST, toDay: FIRST + 4 };

const drawingsIn = (plots: string): string[] => plots.split(/(?=<div class="plot )/);
const all = (text: string, pattern: RegExp): string[] => Array.from(text.matchAll(pattern), ([found]) => found);

/** What differs from room to room. */
const pathsIn = (drawing: string): string[] => [
  ...all(drawing, /(?<=<polygon points=")[^"]*/g),
  ...all(drawing, /<g clip-path[\s\S]*?<\/g>/g).flatMap((group) => all(group, /(?<= d=")[^"]*/g)),
  ...all(drawing, /(?<= d=")[^"]*h0(?=")/g),
];

it("draws into a frame what ECharts draws of the same nights", () => {
  using plotter = new Plotter(DAYS);
  const [wide = "", narrow = ""] = drawingsIn(plotter.nights(room, "F1"));
  expect(pathsIn(wide)).toEqual([
    "272.5 166 418 166 418 10 272.5 10",
    // The two ends of the band meet in one point.
    "M30 88L224 62L418 88L224 114L30 140Z",
    "M30 140L224 114L418 88",
    "M30 88L224 62L418 88",
    "M30 114L224 114L418 88",
    "M30 166h0M224 36h0M418 140h0",
  ]);
  expect(pathsIn(narrow)[3]).toBe("M30 88L99 62L168 88");
  const [chance = ""] = drawingsIn(plotter.chance(room, "F1"));
  expect(pathsIn(chance)).toEqual([
    "273.3 82 418.6 82 418.6 8 273.3 8",
    "M31.2 74.6L224.9 41.3L418.6 28.4L418.6 82L224.9 82L31.2 82Z",
    "M31.2 74.6L224.9 41.3L418.6 28.4",
  ]);
});

it("leaves out steps too short to see, as ECharts does", () => {
  const nights = Array.from({ length: 400 }, (_, at) => night(at, 0, 1, 1, at > 200 && at % 2 === 0 ? 2 : 1, 0.3));
  using plotter = new Plotter({ fromDay: FIRST, toDay: FIRST + 400 });
  const [, narrow = ""] = drawingsIn(plotter.nights({ ...room, nights, alerts: [] }, "F1"));
  const counts = pathsIn(narrow).map((path) => path.match(/[MLh]/g)?.length);
  expect(counts).toEqual([498, 200, 299, 200, 800]);
});

it("gives each drawing on the page names of its own, and a room what is its own", () => {
  using plotter = new Plotter(DAYS);
  const drawn = ["F1", "A<$&"].flatMap((label) =>
    drawingsIn(plotter.nights({ ...room, alerts: label === "F1" ? room.alerts : [] }, label)),
  );
  expect(drawn.map((each) => [...new Set(each.match(/p\d+-/g))])).toEqual([["p1-"], ["p2-"], ["p3-"], ["p4-"]]);
  expect(drawn[2]).toContain('aria-label="A&#60;$&#38;"');
  expect(drawn.map((each) => each.includes("<polygon"))).toEqual([true, true, false, false]);
});
