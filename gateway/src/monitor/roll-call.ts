/** Who is where right now, for whoever counts heads at the assembly point: numbers only, never names. */
import { type Clock, formatTime, OUTSIDE } from "@gatehouse/protocol";
import type { LiveDrivers } from "../core/commands/live-drivers.ts";
import type { Core } from "../core/core.ts";
import type { SpaceModel } from "../core/model.ts";
import type { Belief } from "../core/occupancy/belief.ts";
import { estimateOf } from "../core/occupancy/estimate-of.ts";

export interface RollCallSpace {
  readonly space: string;
  readonly name: string;
  readonly kind: string;
  readonly present: number;
  /** Between them with a chance of 80 %. */
  readonly low: number;
  readonly high: number;
  /** RFC 3339: since when the number stands; null: since before the gateway started. */
  readonly since: string | null;
  /** Devices of this space that cannot be heard now: the number may be old. */
  readonly silent: readonly string[];
}

export interface RollCall {
  readonly at: string;
  readonly site: { readonly id: string; readonly name: string };
  /** Inputs that say fire now. */
  readonly fire: readonly string[];
  /** Of the judged spaces. */
  readonly total: { readonly present: number; readonly low: number; readonly high: number };
  /** Flats, rooms and sheds that are judged. */
  readonly spaces: readonly RollCallSpace[];
  /** Corridors, yards and others with a plain count of in and out: their people may stand in a room's number too. */
  readonly unjudged: readonly RollCallSpace[];
  /** Spaces nothing is known of, or not yet who was in when they were first watched: somebody has to look. */
  readonly unknown: readonly {
    readonly space: string;
    readonly name: string;
    readonly kind: string;
    readonly why: string;
  }[];
  /** RFC 3339: the gateway started; `since` does not reach behind it. */
  readonly startedAt: string;
}

export interface RollCallParts {
  readonly core: Pick<Core, "model" | "state">;
  readonly drivers: LiveDrivers;
  readonly clock: Clock;
}

/** Containers of other spaces: nobody lives in them as such. */
const CONTAINERS: readonly string[] = ["building", "floor"];

export class RollCallBook {
  readonly #parts: RollCallParts;
  readonly #startedMs: number;
  readonly #stands = new Map<string, { readonly present: number; readonly sinceMs: number | undefined }>();

  constructor(parts: RollCallParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.nowMs();
    const { core } = parts;
    for (const id of core.model.spaces.keys()) {
      const present = estimateOf(core.state, id)?.present;
      if (present !== undefined) this.#stands.set(id, { present, sinceMs: undefined });
    }
  }

  /** What changed of these spaces is noted. */
  changed(spaces: readonly string[]): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const id of spaces) this.#note(id, nowMs);
  }

  get now(): RollCall {
    const { core, clock } = this.#parts;
    const { model, state } = core;
    const nowMs = clock.nowMs();
    const silent = this.#silentBySpace();
    const spaces: RollCallSpace[] = [];
    const unjudged: RollCallSpace[] = [];
    const unknown: RollCall["unknown"][number][] = [];
    for (const [id, place] of model.spaces) {
      if (id === OUTSIDE) continue;
      const line = this.#lineOf(id, place, silent.get(id) ?? [], nowMs);
      if (line === undefined) {
        if (!CONTAINERS.includes(place.space.kind)) unknown.push({ ...nameOf(place), why: this.#whyUnknown(id) });
      } else if (place.limit === undefined) unjudged.push(line);
      else if (state.beliefs.get(id)?.anchor === undefined)
        unknown.push({ ...nameOf(place), why: tooNew(state.beliefs.get(id)) });
      else spaces.push(line);
    }
    return {
      at: formatTime(nowMs, model.zone),
      site: { id: model.config.site.site.id, name: model.config.site.site.name },
      fire: Object.keys(state.fire.on),
      total: totalOf(spaces),
      spaces,
      unjudged,
      unknown,
      startedAt: formatTime(this.#startedMs, model.zone),
    };
  }

  #lineOf(id: string, place: SpaceModel, silent: readonly string[], nowMs: number): RollCallSpace | undefined {
    const { state, model } = this.#parts.core;
    const estimate = estimateOf(state, id);
    if (estimate === undefined) return undefined;
    const sinceMs = this.#note(id, nowMs);
    return {
      ...nameOf(place),
      present: whole(estimate.present),
      low: whole(estimate.presentLow),
      high: whole(estimate.presentHigh),
      since: sinceMs === undefined ? null : formatTime(sinceMs, model.zone),
      silent,
    };
  }

  /** Since when the number stands. */
  #note(id: string, nowMs: number): number | undefined {
    const present = estimateOf(this.#parts.core.state, id)?.present;
    if (present === undefined) return undefined;
    const known = this.#stands.get(id);
    if (known?.present === present) return known.sinceMs;
    this.#stands.set(id, { present, sinceMs: nowMs });
    return nowMs;
  }

  #whyUnknown(id: string): string {
    const { model } = this.#parts.core;
    const has = [...model.spaceOf.values()].includes(id);
    return has ? "its devices have said nothing yet" : "no device watches it";
  }

  #silentBySpace(): Map<string, string[]> {
    const { core, drivers } = this.#parts;
    const silent = new Map<string, string[]>();
    for (const [id, { driver }] of core.model.devices) {
      const space = core.model.spaceOf.get(id);
      const isHeard = drivers.get(driver) !== undefined && core.state.devices.get(id)?.online !== false;
      if (space === undefined || isHeard) continue;
      silent.set(space, [...(silent.get(space) ?? []), id]);
    }
    return silent;
  }
}

/** Before the first night's end a head count is what passed since, on top of a guess of who was in before. */
function tooNew(belief: Belief | undefined): string {
  const passed = (ring: Uint16Array | undefined): number => ring?.reduce((sum, count) => sum + count, 0) ?? 0;
  const more = passed(belief?.diary.hours.in) - passed(belief?.diary.hours.out);
  return more > 0
    ? `its record does not reach back over a whole night yet: ${more} more came in than went out`
    : "its record does not reach back over a whole night yet";
}

const nameOf = ({ space: { id, name, kind } }: SpaceModel) => ({ space: id, name: name ?? id, kind });

const whole = (count: number): number => Math.max(0, Math.round(count));

/** Errors of rooms are taken as independent: their squares add up. */
function totalOf(spaces: readonly RollCallSpace[]): RollCall["total"] {
  const sum = (value: (space: RollCallSpace) => number) => spaces.reduce((all, space) => all + value(space), 0);
  const present = sum((space) => space.present);
  const below = Math.sqrt(sum(({ present, low }) => (present - low) ** 2));
  const above = Math.sqrt(sum(({ present, high }) => (high - present) ** 2));
  return { present, low: Math.max(0, Math.floor(present - below)), high: Math.ceil(present + above) };
}
