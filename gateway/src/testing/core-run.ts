/** A core in virtual time for tests: readings in, alert events out, every timer on the way fired as the gateway does. */
import type { AlertKind, Deed, RawReading } from "@gatehouse/protocol";
import type { AlertEvent } from "../core/alerts/life.ts";
import type { CoreConfig } from "../core/model.ts";
import type { Residency } from "../core/occupancy/estimate.ts";
import { type CoreState, emptyState, restoreState, takeSnapshot, touchAll } from "../core/state.ts";
import { type Effects, step } from "../core/step.ts";
import type { Fact, Order } from "../core/told.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export class CoreRun {
  state: CoreState = emptyState();
  nowMs: number;
  readonly events: AlertEvent[] = [];
  readonly facts: Fact[] = [];
  readonly orders: Order[] = [];
  /** What could not be done, for whoever tries at random. */
  readonly refusals: string[] = [];
  readonly #seqs = new Map<string, number>();
  /** Who lives in every space: what a rule makes of it is tried apart from how it is estimated. */
  #residency: Residency = { residing: 0, low: 0, high: 0, pOver: 0, evidence: [] };

  /** `start` is local time in Shanghai, `2026-03-02T12:00`. */
  constructor(config: CoreConfig, start: string) {
    this.nowMs = momentOf(start);
    this.#judge();
    this.configure(config);
  }

  configure(config: CoreConfig): void {
    this.#take(step(this.state, { type: "config", config, installation: "t" }, this.nowMs));
  }

  /** What the next mornings say about every space. */
  believe(residing: number, low = residing, high = residing, pOver = 0): this {
    this.#residency = { ...this.#residency, residing, low, high, pOver };
    return this;
  }

  #judge(): void {
    this.state.residencyModel = () => this.#residency;
  }

  /** Lets time pass up to the moment. */
  until(time: string | number): this {
    const ms = typeof time === "number" ? time : momentOf(time);
    while (this.state.timers.nextDueMs <= ms) {
      this.nowMs = Math.max(this.nowMs, this.state.timers.nextDueMs);
      this.#take(step(this.state, { type: "tick" }, this.nowMs));
    }
    this.nowMs = Math.max(this.nowMs, ms);
    return this;
  }

  wait(ms: number): this {
    return this.until(this.nowMs + ms);
  }

  /** A reading now; `more` overrides what the device would say. */
  say(device: string, kind: RawReading["kind"], value?: RawReading["value"], more: Partial<RawReading> = {}): this {
    const seq = (this.#seqs.get(device) ?? 0) + 1;
    this.#seqs.set(device, seq);
    const reading = { device, kind, epoch: 1, seq, ...(value === undefined ? {} : { value }), ...more };
    return this.#take(step(this.state, { type: "reading", reading, clock: "synced" }, this.nowMs));
  }

  act(deed: Deed, by = "guard"): this {
    return this.#take(step(this.state, { type: "deed", deed, by }, this.nowMs));
  }

  #take({ alerts, facts = [], orders = [] }: Effects): this {
    this.events.push(...alerts);
    this.facts.push(...facts);
    this.orders.push(...orders);
    return this;
  }

  /** The wall clock is set. */
  setClock(shiftMs: number): this {
    this.nowMs += shiftMs;
    return this.#take(step(this.state, { type: "clock", shiftMs }, this.nowMs));
  }

  /** Goes on as a restarted gateway would, from a snapshot alone. */
  restart(): this {
    touchAll(this.state);
    this.state = restoreState(takeSnapshot(this.state, 1));
    this.#judge();
    return this;
  }

  /** `raised F1 2026-03-02T12:00`, in order. */
  story(kind: AlertKind): string[] {
    return this.events
      .filter(({ alert, change }) => alert.kind === kind && change !== "overdue" && change !== "escalated")
      .map(({ alert, change }) => `${change} ${alert.space} ${alert.history.at(-1)?.at.slice(0, 16)}`);
  }

  last(kind: AlertKind): AlertEvent["alert"] | undefined {
    return this.events.findLast(({ alert }) => alert.kind === kind)?.alert;
  }
}

export const momentOf = (local: string): number => Date.parse(`${local}:00+08:00`);
