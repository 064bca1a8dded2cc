/** The report's plots: what was believed of a room night by night, drawn into a frame it shares with rooms alike. */
import type { Night } from "../nights.ts";
import { chanceFrame, type Days, type Frame, nightsFrame, tenths } from "./frames.ts";
import { escapeHtml } from "./html.ts";

const DAY_MS = 86_400_000;

/** Two drawings of each plot, so that its letters have their size on a desk and on a phone. */
const SIZES = [
  { name: "wide", width: 840, font: 12 },
  { name: "narrow", width: 340, font: 12 },
] as const;

export interface Plotted {
  readonly nights: readonly Night[];
  readonly limit: number;
  /** Limits of what it is compared with. */
  readonly otherLimits: readonly number[];
  /** Times alerts stood, local ms. */
  readonly alerts: readonly { readonly fromMs: number; readonly toMs: number }[];
}

/** Draws for one page: numbers the drawings, so that their inner names do not meet. */
export class Plotter implements Disposable {
  readonly #days: Days;
  /** By size and by what else makes them differ. */
  readonly #frames = new Map<string, Frame>();
  #count = 0;

  constructor(days: Days) {
    this.#days = days;
  }

  [Symbol.dispose](): void {
    for (const frame of this.#frames.values()) frame[Symbol.dispose]();
  }

  /** People living there with the band around it, people present at 03:00, the limit, alerts. */
  nights(plotted: Plotted, label: string): string {
    const { nights, limit, otherLimits } = plotted;
    const top = Math.max(limit, ...otherLimits, ...nights.map(({ high, present }) => Math.max(high, present)));
    const others = [...new Set(otherLimits)].filter((other) => other !== limit);
    const make: Make = (width, font) => nightsFrame(this.#days, { limit, others, top }, width, font);
    return this.#draw(`${limit}|${others}|${top}`, make, plotted, label, (frame) => {
      const low = pointsOf(frame, nights, (night) => night.low);
      const high = pointsOf(frame, nights, (night) => night.high);
      return {
        band: area(high, low),
        low: line(low),
        high: line(high),
        residing: line(pointsOf(frame, nights, ({ residing }) => residing)),
        present: nights.map(({ day, present }) => dot(frame.x(day * DAY_MS), frame.y(present))).join(""),
      };
    });
  }

  /** The probability of being over the limit. */
  chance(plotted: Plotted, label: string): string {
    const make: Make = (width, font) => chanceFrame(this.#days, width, font);
    return this.#draw("chance", make, plotted, label, (frame) => {
      const chance = pointsOf(frame, plotted.nights, ({ pOver }) => Math.round(pOver * 1000) / 10);
      const none = pointsOf(frame, plotted.nights, () => 0);
      return { area: area(chance, none), line: line(chance) };
    });
  }

  /** `kind`: plots of the same share a frame. */
  #draw(
    kind: string,
    make: Make,
    { alerts }: Plotted,
    label: string,
    pathsIn: (frame: Frame) => Readonly<Record<string, string>>,
  ): string {
    return SIZES.map(({ name, width, font }) => {
      const key = `${name}|${kind}`;
      const frame = this.#frames.get(key) ?? make(width, font);
      this.#frames.set(key, frame);
      this.#count += 1;
      const shades = alerts.map(({ fromMs, toMs }) => frame.shade(fromMs, toMs)).join("");
      const filling = { id: String(this.#count), label: escapeHtml(label), shades, paths: pathsIn(frame) };
      return `<div class="plot ${name}">${frame.fill(filling)}</div>`;
    }).join("");
  }
}

type Make = (width: number, font: number) => Frame;
type Point = readonly [x: number, y: number];

/** As exact as ECharts keeps its points. */
const pointsOf = (frame: Frame, nights: readonly Night[], value: (night: Night) => number): Point[] =>
  nights.map((night) => [Math.fround(frame.x(night.day * DAY_MS)), Math.fround(frame.y(value(night)))]);

/** Steps are left out that are too short to see: a square of pixels. */
const TOO_SHORT = 0.5;

/** Draws the outline of one path. */
class Pen {
  path = "";
  #x = Number.NaN;
  #y = Number.NaN;

  /** Goes to the first of the points, and on through the others. */
  through(points: readonly Point[]): this {
    for (const [index, [x, y]] of points.entries()) {
      const [dx, dy] = [x - this.#x, y - this.#y];
      const square = dx * dx + dy * dy;
      if (index === 0 ? square === 0 : square < TOO_SHORT) continue;
      this.path += `${this.path === "" ? "M" : "L"}${tenths(x)} ${tenths(y)}`;
      this.#x = x;
      this.#y = y;
    }
    return this;
  }
}

const line = (points: readonly Point[]): string => new Pen().through(points).path;

const area = (upper: readonly Point[], lower: readonly Point[]): string =>
  `${new Pen().through(upper).through(lower.toReversed()).path}Z`;

/** A line without length: round ends make it a dot. */
const dot = (x: number, y: number): string => `M${tenths(fine(x))} ${fine(y)}h0`;

const fine = (pixels: number): number => Math.round(pixels * 1e4) / 1e4;
