/** Judges the gateway, and the simple baselines beside it, on one labelled site. */
import type { LabelledSite, OccupancyStep } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { emptyState, estimateOf } from "gatehouse/testing";
import { runCore } from "../run-core.ts";
import { BASELINES, type BaselineName, baselineAlerts, type PlainReading } from "./baselines.ts";
import { type Score, type Span, scoreSite } from "./score.ts";

export type Judged = Pick<LabelledSite, "site" | "truth" | "readings" | "occupancy">;

/** Sums of |estimate - truth| in persons over samples, for the mean. */
export interface PresentError {
  readonly sum: number;
  readonly samples: number;
}

/** How often a probability was given, and how often it came true. */
export interface Reliability {
  readonly given: number[];
  readonly true: number[];
}

export interface SiteResult {
  readonly name: string;
  readonly gateway: Score;
  readonly baselines: Readonly<Record<BaselineName, Score>>;
  readonly present: PresentError;
  readonly presentAtThree: PresentError;
  /** Of the number residing, each morning. */
  readonly residing: PresentError;
  /** Mornings by stated probability of being over, in tenths. */
  readonly reliability: Reliability;
  readonly readings: number;
  readonly coreMs: number;
  /** The state's size as it would be stored, bytes, and judged spaces. */
  readonly spaces: number;
}

const DAY_MS = 86_400_000;
const SAMPLE_MS = 10 * 60_000;
const WARM_UP_DAYS = 3;
const NIGHT_MS = 3 * 3_600_000;

export function judgeSite(name: string, { site, truth, readings, occupancy }: Judged): SiteResult {
  const startMs = Date.parse(truth.start);
  const state = emptyState();
  state.runs = "replay";
  const alerts = new Map<string, Span>();
  const present = new PresentSampler(startMs, occupancy, (space) => estimateOf(state, space)?.present);
  const residing = { sum: 0, samples: 0 };
  const reliability: Reliability = { given: new Array(10).fill(0), true: new Array(10).fill(0) };
  let count = 0;
  const counted = function* () {
    for (const reading of readings) {
      count += 1;
      yield reading;
    }
  };
  const before = systemClock.monoMs();
  runCore(state, site, startMs, counted(), {
    onTime: (ms) => present.upTo(ms),
    onEffects: ({ alerts: events, dayEnded }, nowMs) => {
      for (const { alert } of events) {
        if (alert.kind !== "group-rental") continue;
        const clearedMs = alert.clearedAt === null ? Number.POSITIVE_INFINITY : Date.parse(alert.clearedAt);
        alerts.set(`${alert.id}/${alert.episode}`, {
          space: alert.space,
          raisedMs: Date.parse(alert.raisedAt),
          clearedMs,
        });
      }
      if (dayEnded === undefined) return;
      const day = Math.floor((nowMs - startMs) / DAY_MS);
      if (day < WARM_UP_DAYS) return;
      for (const [id, space] of Object.entries(truth.spaces)) {
        const estimate = estimateOf(state, id);
        const residents = space.residentsPerDay[day - 1];
        if (estimate === undefined || residents === undefined) continue;
        residing.sum += Math.abs(estimate.residing - residents);
        residing.samples += 1;
        const tenth = Math.min(9, Math.floor(estimate.pOver * 10));
        reliability.given[tenth] = (reliability.given[tenth] ?? 0) + 1;
        if (residents > space.limit) reliability.true[tenth] = (reliability.true[tenth] ?? 0) + 1;
      }
    },
  });
  const coreMs = systemClock.monoMs() - before;
  const spans = Object.entries(truth.spaces).map(([id, { scenario, overLimit }]) => ({
    id,
    scenario,
    breaches: overLimit.map(({ start, end }) => ({
      startMs: Date.parse(start),
      endMs: end === null ? Number.POSITIVE_INFINITY : Date.parse(end),
    })),
  }));
  const truthSpans = { days: truth.days, spaces: spans };
  const plain = {
    startMs,
    days: truth.days,
    limits: new Map(Object.entries(truth.spaces).map(([id, { limit }]) => [id, limit] as const)),
    portals: new Map((site.portals ?? []).map(({ id, to, from }) => [id, { to, from }] as const)),
  };
  const byBaseline = baselineAlerts(plain, plainReadings(readings));
  const baselines = Object.fromEntries(
    BASELINES.map((baseline) => [baseline, scoreSite(truthSpans, byBaseline[baseline])]),
  ) as Record<BaselineName, Score>;
  return {
    name,
    gateway: scoreSite(truthSpans, [...alerts.values()]),
    baselines,
    present: present.all,
    presentAtThree: present.atThree,
    residing,
    reliability,
    readings: count,
    coreMs,
    spaces: spans.length,
  };
}

function* plainReadings(readings: Judged["readings"]): Generator<PlainReading> {
  for (const { receivedAt, kind, portal, credential, value } of readings) {
    yield { receivedMs: Date.parse(receivedAt), kind, portal, credential, value };
  }
}

/** Compares what is believed with what is true every ten minutes, after three days of warm-up. */
class PresentSampler {
  readonly all = { sum: 0, samples: 0 };
  readonly atThree = { sum: 0, samples: 0 };
  readonly #steps = new Map<string, { readonly ms: number; readonly present: number }[]>();
  readonly #at = new Map<string, number>();
  readonly #startMs: number;
  readonly #believed: (space: string) => number | undefined;
  #nextMs: number;

  constructor(startMs: number, occupancy: Iterable<OccupancyStep>, believed: (space: string) => number | undefined) {
    this.#startMs = startMs;
    this.#nextMs = startMs + WARM_UP_DAYS * DAY_MS;
    this.#believed = believed;
    for (const { space, at, present } of occupancy) {
      const steps = this.#steps.get(space) ?? [];
      this.#steps.set(space, steps);
      steps.push({ ms: Date.parse(at), present });
    }
  }

  upTo(ms: number): void {
    for (; this.#nextMs <= ms; this.#nextMs += SAMPLE_MS) {
      const atThree = (this.#nextMs - this.#startMs) % DAY_MS === NIGHT_MS;
      for (const [space, steps] of this.#steps) {
        const error = Math.abs((this.#believed(space) ?? 0) - this.#truth(space, steps));
        this.all.sum += error;
        this.all.samples += 1;
        if (!atThree) continue;
        this.atThree.sum += error;
        this.atThree.samples += 1;
      }
    }
  }

  #truth(space: string, steps: readonly { readonly ms: number; readonly present: number }[]): number {
    let at = this.#at.get(space) ?? 0;
    while ((steps[at + 1]?.ms ?? Number.POSITIVE_INFINITY) <= this.#nextMs) at += 1;
    this.#at.set(space, at);
    return steps[at]?.present ?? 0;
  }
}
