/** Replay: the core on recorded readings, in virtual time. No network, no database; the same input gives the same output. */
import type { Alert } from "@gatehouse/protocol";
import type { CoreConfig } from "../core/model.ts";
import type { Assessor } from "../core/occupancy/assess.ts";
import type { Estimate } from "../core/occupancy/estimate.ts";
import { estimateOf, presentOf } from "../core/occupancy/estimate-of.ts";
import { type CoreState, emptyState, modelOf, type Runs } from "../core/state.ts";
import { type Effects, type Input, step } from "../core/step.ts";
import type { Recorded } from "./recorded.ts";

export interface ReplayOptions {
  readonly config: CoreConfig;
  /** How the spaces of a morning are assessed, where not one after the other. */
  readonly assessor?: Assessor | undefined;
  /** Default "replay". */
  readonly runs?: Runs;
  /** At every change of `present`, and at 03:00 and 12:00 local time (`sampled`). */
  readonly onEstimate: (space: string, nowMs: number, estimate: Estimate, sampled: boolean) => void;
  /** At every change of an alert. */
  readonly onAlert: (alert: Alert) => void;
}

export class Replay {
  readonly #options: ReplayOptions;
  readonly #state: CoreState = emptyState();
  readonly #present = new Map<string, number>();
  #nowMs = Number.NaN;

  constructor(options: ReplayOptions) {
    this.#options = options;
    if (options.assessor !== undefined) this.#state.assessor = options.assessor;
    this.#state.runs = options.runs ?? "replay";
  }

  get state(): CoreState {
    return this.#state;
  }

  /** Virtual time, ms; NaN before the first reading. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Virtual time moves to the reading's arrival, then the core has it. */
  take({ receivedMs, reading, clock, toldMs }: Recorded): Effects {
    this.advance(receivedMs);
    return this.#step({ type: "reading", reading, clock, toldMs }, this.#nowMs);
  }

  /** Virtual time moves to `ms`, stopping at every timer on the way; it never runs backwards. */
  advance(ms: number): void {
    if (Number.isNaN(this.#nowMs)) {
      this.#nowMs = ms;
      step(this.#state, { type: "config", config: this.#options.config, installation: "r" }, ms);
    }
    while (this.#state.timers.nextDueMs <= ms) {
      this.#nowMs = Math.max(this.#nowMs, this.#state.timers.nextDueMs);
      this.#step({ type: "tick" }, this.#nowMs);
    }
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  #step(input: Input, nowMs: number): Effects {
    const effects = step(this.#state, input, nowMs);
    for (const { alert } of effects.alerts) this.#options.onAlert(alert);
    for (const space of effects.spaces) this.#estimate(space, nowMs, effects.sampled === true);
    return effects;
  }

  #estimate(space: string, nowMs: number, sampled: boolean): void {
    const present = presentOf(this.#state, space);
    if (present === undefined || (!sampled && this.#present.get(space) === present)) return;
    const estimate = estimateOf(this.#state, space);
    if (estimate === undefined) return;
    this.#present.set(space, present);
    this.#options.onEstimate(space, nowMs, estimate, sampled);
  }
}

/** The zone virtual time is told in. */
export const zoneOf = (config: CoreConfig): string => config.site.site.timezone;

export const limitsOf = (state: CoreState): ReadonlyMap<string, number> =>
  new Map([...modelOf(state).spaces].flatMap(([id, { limit }]) => (limit === undefined ? [] : [[id, limit.persons]])));
