/** Replay: the core on recorded readings, in virtual time. No network, no database; the same input gives the same output. */
import { type Alert, formatTime, Pseudonym, parseReading } from "@gatehouse/protocol";
import type { CoreConfig } from "../core/model.ts";
import { estimateOf } from "../core/occupancy/estimate-of.ts";
import { type CoreState, emptyState, modelOf } from "../core/state.ts";
import { type Effects, type Input, step } from "../core/step.ts";

/** A line of estimates.ndjson. Numbers are persons. */
export interface EstimateLine {
  readonly space: string;
  readonly at: string;
  readonly present: number;
  readonly presentLow: number;
  readonly presentHigh: number;
  readonly residing: number;
  readonly low: number;
  readonly high: number;
  readonly pOver: number;
}

export interface ReplaySummary {
  readonly readings: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The first few, by line. */
  readonly problems: readonly string[];
  readonly from: string | null;
  readonly to: string | null;
  readonly alerts: number;
  readonly alertsByKind: Readonly<Record<string, number>>;
}

export interface ReplayOptions {
  readonly config: CoreConfig;
  readonly onEstimate: (line: EstimateLine) => void;
  /** Nothing after it is looked at; timers run up to it. */
  readonly untilMs?: number | undefined;
}

const MAX_PROBLEMS = 20;

export class Replay {
  readonly #options: ReplayOptions;
  readonly #state: CoreState = emptyState();
  /** Final form of each episode, in order of raising. */
  readonly #episodes = new Map<string, Alert>();
  readonly #present = new Map<string, number>();
  readonly #problems: string[] = [];
  #lines = 0;
  #accepted = 0;
  #duplicates = 0;
  #rejected = 0;
  #firstMs: number | undefined;
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  get state(): CoreState {
    return this.#state;
  }

  get episodes(): readonly Alert[] {
    return [...this.#episodes.values()];
  }

  /** One line of the input. False when it lies beyond `until` and nothing more need be read. */
  line(text: string): boolean {
    if (text === "") return true;
    this.#lines += 1;
    let item: unknown;
    try {
      item = JSON.parse(text);
    } catch {
      return this.#problem("not JSON");
    }
    const received = item !== null && typeof item === "object" && "receivedAt" in item ? item.receivedAt : undefined;
    const receivedMs = typeof received === "string" ? Date.parse(received) : Number.NaN;
    if (Number.isNaN(receivedMs)) return this.#problem("receivedAt: must be an RFC 3339 time");
    if (receivedMs > (this.#options.untilMs ?? Number.POSITIVE_INFINITY)) return false;
    const parsed = parseReading(item);
    if (!parsed.ok) return this.#problem(parsed.reason);
    const { credential } = parsed.reading;
    if (credential !== undefined && !Pseudonym.safeParse(credential).success) {
      return this.#problem("credential: must be a pseudonym like c_5f2a91d0c4, a replay takes no card numbers");
    }
    this.#advance(receivedMs);
    const effects = this.#step({ type: "reading", reading: parsed.reading, clock: "synced" }, this.#nowMs);
    if (effects.outcome === "duplicate") this.#duplicates += 1;
    else if (effects.outcome === "rejected") return this.#problem(effects.reason ?? "rejected");
    else this.#accepted += 1;
    return true;
  }

  /** Lets the remaining time pass and adds up. */
  finish(): ReplaySummary {
    const { untilMs } = this.#options;
    if (untilMs !== undefined && this.#firstMs !== undefined) this.#advance(untilMs);
    const byKind: Record<string, number> = {};
    for (const { kind } of this.#episodes.values()) byKind[kind] = (byKind[kind] ?? 0) + 1;
    const at = (ms: number | undefined) => (ms === undefined ? null : formatTime(ms, modelOf(this.#state).zone));
    return {
      readings: this.#lines,
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      rejected: this.#rejected,
      problems: this.#problems,
      from: at(this.#firstMs),
      to: at(this.#firstMs === undefined ? undefined : this.#nowMs),
      alerts: this.#episodes.size,
      alertsByKind: byKind,
    };
  }

  /** Virtual time moves to `ms`, stopping at every timer on the way; it never runs backwards. */
  #advance(ms: number): void {
    if (this.#firstMs === undefined) {
      this.#firstMs = ms;
      this.#nowMs = ms;
      step(this.#state, { type: "config", config: this.#options.config, installation: "r" }, ms);
    }
    while (this.#state.nextDueMs <= ms) {
      this.#nowMs = Math.max(this.#nowMs, this.#state.nextDueMs);
      this.#step({ type: "tick" }, this.#nowMs);
    }
    this.#nowMs = Math.max(this.#nowMs, ms);
  }

  #step(input: Input, nowMs: number): Effects {
    const effects = step(this.#state, input, nowMs);
    for (const { alert } of effects.alerts) this.#episodes.set(`${alert.id}/${alert.episode}`, alert);
    for (const space of effects.spaces) this.#estimate(space, nowMs, effects.sampled === true);
    return effects;
  }

  #estimate(id: string, nowMs: number, always: boolean): void {
    const whole = estimateOf(this.#state, id);
    if (whole === undefined) return;
    const { evidence: _, ...estimate } = whole;
    if (!always && this.#present.get(id) === estimate.present) return;
    this.#present.set(id, estimate.present);
    this.#options.onEstimate({ space: id, at: formatTime(nowMs, modelOf(this.#state).zone), ...estimate });
  }

  #problem(reason: string): true {
    this.#rejected += 1;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(`line ${this.#lines}: ${reason}`);
    return true;
  }
}
