/** One meter's turn on the line: its items are asked, judged and accepted. The same for every protocol. */
import { type Clock, FrameError, LinkError, RejectedError } from "@gatehouse/protocol";
import { type Accept, type Logger, Unreadable } from "../../core/ports.ts";
import type { Ask, Member } from "../line/bus.ts";
import { TotalGuard, type TotalLimits } from "./total-guard.ts";
import type { TotalMemory } from "./total-memory.ts";

export type TotalKind = "meter.energyWh" | "meter.waterL";

/** What an item said. */
export type Fact =
  | { readonly kind: "meter.energyWh"; readonly value: number }
  | { readonly kind: "meter.waterL"; readonly value: number }
  | PlainFact;

type PlainFact =
  | { readonly kind: "meter.powerW"; readonly value: number }
  /** Told on when it begins. */
  | { readonly kind: "battery.low"; readonly on: boolean }
  /** For the log alone. */
  | { readonly kind: "diagnostics"; readonly fields: Readonly<Record<string, unknown>> };

/** Something a meter is asked for in one go. */
export interface MeterItem {
  readonly name: string;
  /** Throws what `ask` throws, and FrameError `payload` for a good frame whose content is none. */
  read(ask: Ask): Promise<readonly Fact[]>;
}

export interface MeterOptions {
  readonly device: string;
  readonly periodMs: number;
  readonly items: readonly MeterItem[];
  readonly limits: Readonly<Record<TotalKind, TotalLimits>>;
}

export interface MeterDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly accept: Accept;
  readonly totals: TotalMemory;
}

/** What a meter refused is asked again after so long. */
const REST_MS = 3_600_000;

export class Meter implements Member {
  readonly device: string;
  readonly priority = 2;
  readonly periodMs: number;
  readonly #options: MeterOptions;
  readonly #deps: MeterDeps;
  readonly #guards = new Map<TotalKind, TotalGuard>();
  readonly #restUntilMs = new Map<string, number>();
  #batteryLow = false;

  constructor(options: MeterOptions, deps: MeterDeps) {
    this.device = options.device;
    this.periodMs = options.periodMs;
    this.#options = options;
    this.#deps = deps;
  }

  async poll(ask: Ask): Promise<void> {
    const readings: unknown[] = [];
    let lost: unknown;
    for (const item of this.#options.items) {
      if (this.#deps.clock.monoMs() < (this.#restUntilMs.get(item.name) ?? 0)) continue;
      try {
        readings.push(...(await this.#read(item, ask)));
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        lost = error;
        break;
      }
    }
    if (readings.length > 0) await this.#deps.accept(readings);
    if (lost !== undefined) throw lost;
  }

  /** The item's readings, or an Unreadable that says why there is none. */
  async #read(item: MeterItem, ask: Ask): Promise<unknown[]> {
    const { device, clock, log } = { ...this.#deps, device: this.device };
    try {
      const facts = await item.read(ask);
      const first = await this.#judge(facts);
      if (first.doubt === undefined) return first.readings;
      const second = await this.#judge(await item.read(ask));
      const readings = [...first.readings, ...second.readings];
      if (second.doubt === undefined) return readings;
      log.debug({ device, reason: second.doubt }, "a total is not believed");
      return [...readings, new Unreadable(device, `${item.name}: ${second.doubt}`)];
    } catch (error) {
      if (error instanceof RejectedError) this.#restUntilMs.set(item.name, clock.monoMs() + REST_MS);
      else if (!(error instanceof FrameError)) throw error;
      return [new Unreadable(device, `${item.name}: ${error.message}`)];
    }
  }

  async #judge(facts: readonly Fact[]): Promise<{ readonly readings: unknown[]; readonly doubt?: string }> {
    const readings: unknown[] = [];
    let doubt: string | undefined;
    for (const fact of facts) {
      if (fact.kind === "meter.energyWh" || fact.kind === "meter.waterL") {
        const judged = await this.#judgeTotal(fact.kind, fact.value);
        if (typeof judged === "string") doubt ??= judged;
        else readings.push(judged);
      } else readings.push(...this.#plain(fact));
    }
    return doubt === undefined ? { readings } : { readings, doubt };
  }

  async #judgeTotal(kind: TotalKind, total: number): Promise<object | string> {
    const { clock, log, totals } = this.#deps;
    const { device } = this;
    const guard = this.#guardOf(kind);
    const before = guard.known;
    const verdict = guard.judge(total, clock.nowMs());
    if (verdict.kind === "doubt") return verdict.reason;
    const { epoch, anew } = verdict;
    if (anew) log.warn({ device, before: before?.total, total }, "a meter counts anew: was it replaced or set back?");
    if (guard.known !== undefined) await totals.note(device, kind, guard.known, anew);
    return { device, kind, value: total, ...(epoch === 0 ? {} : { epoch }) };
  }

  #plain(fact: PlainFact): object[] {
    const { device } = this;
    if (fact.kind === "meter.powerW") return [{ device, kind: fact.kind, value: fact.value }];
    if (fact.kind === "diagnostics") {
      this.#deps.log.debug({ device, ...fact.fields }, "meter diagnostics");
      return [];
    }
    const begins = fact.on && !this.#batteryLow;
    this.#batteryLow = fact.on;
    return begins ? [{ device, kind: fact.kind }] : [];
  }

  #guardOf(kind: TotalKind): TotalGuard {
    let guard = this.#guards.get(kind);
    if (guard === undefined) {
      guard = new TotalGuard(this.#options.limits[kind], this.#deps.totals.recall(this.device, kind));
      this.#guards.set(kind, guard);
    }
    return guard;
  }
}
