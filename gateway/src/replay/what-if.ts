/** What if the limit were …: the box's own history under another limit, space by space, beside what it was. Long: for a thread of its own. */
import { type Alert, localDay } from "@gatehouse/protocol";
import type { CoreConfig } from "../core/model.ts";
import type { Estimate } from "../core/occupancy/estimate.ts";
import { type CoreState, modelOf } from "../core/state.ts";
import { Intake } from "./intake.ts";
import { NightBook } from "./nights.ts";
import { Replay, zoneOf } from "./replay.ts";
import { openSource } from "./sources.ts";
import { variantsOf } from "./variants.ts";

export interface WhatIfAsked {
  readonly stateDir: string;
  readonly limit: number;
  /** Default all. */
  readonly space?: string | undefined;
  /** Back from `nowMs`. */
  readonly days: number;
  readonly nowMs: number;
}

export interface SpaceUnder {
  readonly space: string;
  readonly name: string;
  readonly limitNow: number | null;
  readonly nights: number;
  readonly nightsOver: number;
  readonly nightsOverNow: number;
  readonly alerts: number;
  readonly alertsNow: number;
}

const DAY_MS = 86_400_000;
/** So long before the first day the estimator listens: what it believes rests on four weeks. */
const RUN_UP_MS = 28 * DAY_MS;
/** Kinds that a limit decides. */
const ABOUT_LIMITS: readonly Alert["kind"][] = ["group-rental", "overcrowded-now"];

/** `at` is told how much of the history is through. Throws ConfigError where there is none, or no such space. */
export async function whatIf(asked: WhatIfAsked, at: (share: number) => void): Promise<readonly SpaceUnder[]> {
  const { stateDir, limit, space, days, nowMs } = asked;
  const fromMs = nowMs - days * DAY_MS;
  using source = openSource({ state: stateDir });
  const flags = { limit: [space === undefined ? String(limit) : `${space}=${limit}`] };
  const [now, other] = variantsOf(source.grounds, flags);
  const asItIs = new Course(now.config, fromMs);
  const asAsked = new Course((other ?? now).config, fromMs);
  const intake = new Intake();
  let any = false;
  for await (const { lines, share } of source.pieces()) {
    for (const line of lines()) {
      const recorded = intake.take(line);
      if (recorded === undefined || recorded.receivedMs < fromMs - RUN_UP_MS || recorded.receivedMs > nowMs) continue;
      any = true;
      asItIs.replay.take(recorded);
      asAsked.replay.take(recorded);
    }
    at(share);
  }
  if (!any) return [];
  for (const { replay } of [asItIs, asAsked]) replay.advance(nowMs);
  return compared(asItIs, asAsked, { limit, space });
}

/** A replay with what is counted of it. */
class Course {
  readonly replay: Replay;
  readonly nights = new NightBook();
  /** Episodes by space: what becomes of an alert later is no other one. */
  readonly alerts = new Map<string, Set<string>>();
  readonly fromDay: number;
  readonly #zone: string;
  readonly #fromMs: number;

  constructor(config: CoreConfig, fromMs: number) {
    this.#zone = zoneOf(config);
    this.#fromMs = fromMs;
    this.fromDay = localDay(fromMs, this.#zone);
    this.replay = new Replay({
      config,
      onEstimate: (space, ms, estimate, sampled) => sampled && this.#estimate(space, ms, estimate),
      onAlert: (alert) => this.#alert(alert),
    });
  }

  get state(): CoreState {
    return this.replay.state;
  }

  #estimate(space: string, ms: number, estimate: Estimate): void {
    const day = localDay(ms, this.#zone);
    // Sampled at 03:00 and at 12:00, when the night has been judged.
    const isNight = localDay(ms + DAY_MS / 2, this.#zone) === day;
    if (isNight) this.nights.add(space, day, estimate);
    else this.nights.judge(space, day, estimate);
  }

  #alert({ id, episode, kind, space, raisedAt }: Alert): void {
    if (!ABOUT_LIMITS.includes(kind) || Date.parse(raisedAt) < this.#fromMs) return;
    const episodes = this.alerts.get(space) ?? new Set();
    this.alerts.set(space, episodes.add(`${id}/${episode}`));
  }
}

function compared(
  now: Course,
  asked: Course,
  { limit, space }: { readonly limit: number; readonly space: string | undefined },
): SpaceUnder[] {
  return [...modelOf(now.state).spaces].flatMap(([id, place]): SpaceUnder[] => {
    if (space === undefined ? place.limit === undefined : id !== space) return [];
    const limitNow = place.limit?.persons ?? null;
    const nights = now.nights.of(id).filter(({ day }) => day > now.fromDay);
    const over = (most: number) => nights.filter(({ residing }) => residing > most).length;
    return [
      {
        space: id,
        name: place.space.name ?? id,
        limitNow,
        nights: nights.length,
        nightsOver: over(limit),
        nightsOverNow: limitNow === null ? 0 : over(limitNow),
        alerts: asked.alerts.get(id)?.size ?? 0,
        alertsNow: now.alerts.get(id)?.size ?? 0,
      },
    ];
  });
}
