/** One device as it was last heard, and what a new payload says beyond that. Holds values, does no I/O. */
import type { ReadingKind } from "../reading.ts";
import { isCredentialSource, isUser, readLockAction } from "./lock-actions.ts";
import { type DeviceMapping, type Point, saidBy } from "./mapping.ts";
import type { Picked } from "./picked.ts";

/** A reading before its device has a name: whose point, what, and how much. */
export interface Said {
  /** Undefined: of the device as a whole. */
  readonly point: Point | undefined;
  readonly kind: ReadingKind;
  readonly value?: number | string | undefined;
  /** Number of the user within this lock: to be made a pseudonym together with the lock's address. */
  readonly user?: string | undefined;
}

/** A battery is low from here down, … */
const LOW_PERCENT = 10;
/** … and no longer low from here up. */
const FINE_PERCENT = 20;
/** For so long a state that has not moved is older than the action that came before it. */
const STALE_MS = 30_000;
/** Watts are told no more often than this. */
const POWER_EVERY_MS = 10_000;

export class PointState {
  readonly #mapping: DeviceMapping;
  readonly #raw = new Map<string, string>();
  readonly #said = new Map<string, string>();
  readonly #present = new Set<string>();
  readonly #toldMs = new Map<string, number>();
  #lock: { readonly state: ReadingKind; readonly actedMs: number | undefined } | undefined;
  #low = false;

  constructor(mapping: DeviceMapping) {
    this.#mapping = mapping;
  }

  /** What the payload says that was not said before. A retained payload is an old one: its action was told when it happened. */
  hear(picked: Picked, nowMs: number, retained = false): readonly Said[] {
    const said: Said[] = [];
    const action = retained ? undefined : this.#hearAction(picked, nowMs, said);
    const opener = this.#hearOpener(picked, retained);
    if (opener !== undefined) said.push(opener);
    for (const point of this.#mapping.points) {
      const value = picked.get(point.property);
      if (value === undefined) continue;
      if (point.property === "action" && retained) continue;
      const isSame = this.#raw.get(point.property) === value;
      if (point.kind === "lock" && isLockState(point))
        this.#hearLock(point, value, { isSame, acted: action, nowMs }, said);
      else if (point.property === "action") said.push(...this.#values(point, value, said));
      else said.push(...this.#hearPoint(point, value, isSame, nowMs));
      this.#raw.set(point.property, value);
    }
    return said;
  }

  /** Of the lock, if it told. */
  get lock(): ReadingKind | undefined {
    return this.#lock?.state;
  }

  #hearPoint(point: Point, value: string, isSame: boolean, nowMs: number): Said[] {
    const { reads } = point;
    if (reads.as === "percent") return this.#hearPercent(point, Number(value));
    if (reads.as === "number") return this.#hearNumber(point, Number(value) * reads.factor, reads.kind, isSame, nowMs);
    if (isSame) return [];
    const kind = saidBy(point, value);
    if (kind === undefined) {
      // A button that was let go: the next press is another call.
      for (const meaning of this.#said.keys()) if (meaning.endsWith(` ${point.property}`)) this.#said.delete(meaning);
      return [];
    }
    if (kind === "presence.on" || kind === "presence.off") return this.#hearPresence(point, kind);
    return this.#tell(point, kind, reads.value);
  }

  /** What needs no memory: every action is an event. */
  #values(point: Point, value: string, said: readonly Said[]): Said[] {
    const kind = saidBy(point, value);
    return kind === undefined || said.some((one) => one.kind === kind) ? [] : [{ point, kind }];
  }

  #tell(point: Point, kind: ReadingKind, value?: number): Said[] {
    const meaning = `${kind.split(".")[0]} ${point.property}`;
    if (this.#said.get(meaning) === kind) return [];
    this.#said.set(meaning, kind);
    return [{ point, kind, value }];
  }

  /** Somebody is there while any of its zones says so. */
  #hearPresence(point: Point, kind: "presence.on" | "presence.off"): Said[] {
    const zone = point.property;
    if (kind === "presence.on") this.#present.add(zone);
    else this.#present.delete(zone);
    const now = this.#present.size > 0 ? "presence.on" : "presence.off";
    if (this.#said.get("presence") === now) return [];
    this.#said.set("presence", now);
    return [{ point, kind: now }];
  }

  #hearNumber(point: Point, value: number, kind: ReadingKind, isSame: boolean, nowMs: number): Said[] {
    if (isSame || !Number.isFinite(value) || (kind !== "meter.powerW" && value < 0)) return [];
    if (kind === "presence.count") return [{ point, kind, value: Math.round(value) }];
    if (kind === "meter.powerW") {
      const toldMs = this.#toldMs.get(point.property);
      if (toldMs !== undefined && nowMs - toldMs >= 0 && nowMs - toldMs < POWER_EVERY_MS) return [];
      this.#toldMs.set(point.property, nowMs);
    }
    return [{ point, kind, value: tidy(value) }];
  }

  #hearPercent(point: Point, percent: number): Said[] {
    if (!Number.isFinite(percent)) return [];
    const was = this.#low;
    this.#low = percent <= LOW_PERCENT || (was && percent < FINE_PERCENT);
    return this.#low && !was ? [{ point, kind: "battery.low" }] : [];
  }

  /** True when the action told the state of the lock. */
  #hearAction(picked: Picked, nowMs: number, said: Said[]): boolean {
    if (!this.#mapping.lockActions) return false;
    const action = readLockAction(picked.get("action") ?? "", picked.get("action_user"));
    if (action === undefined) return false;
    const point = this.#mapping.points.find((candidate) => candidate.kind === "lock");
    const { state, kind, reason, user, byCredential = false } = action;
    if (kind === "door.closed") said.push({ point, kind });
    else if (kind !== undefined) said.push({ point, kind, value: reason, user });
    if (state === undefined) return false;
    const withCredential = byCredential || isCredentialSource(picked.get("action_source_name"));
    if (state === "lock.unlocked" && withCredential) said.push({ point, kind: "access.granted", user });
    if (this.#lock?.state !== state) said.push({ point, kind: state });
    this.#lock = { state, actedMs: nowMs };
    return true;
  }

  /** Some locks tell who opened last, and repeat it with everything they say. */
  #hearOpener(picked: Picked, retained: boolean): Said | undefined {
    const source = picked.get("last_unlock_source");
    const user = picked.get("last_unlock_user");
    if (source === undefined || user === undefined) return undefined;
    const opener = `${source} ${user}`;
    const before = this.#raw.get("last_unlock");
    this.#raw.set("last_unlock", opener);
    // The first one heard may be of last week.
    if (before === undefined || before === opener || retained || !isCredentialSource(source) || !isUser(user))
      return undefined;
    const point = this.#mapping.points.find(({ kind }) => kind === "lock");
    return { point, kind: "access.granted", user };
  }

  /** `action` is published before `state`: a state that did not move since is the one from before. */
  #hearLock(
    point: Point,
    value: string,
    { isSame, acted, nowMs }: { readonly isSame: boolean; readonly acted: boolean | undefined; readonly nowMs: number },
    said: Said[],
  ): void {
    const state = saidBy(point, value);
    if (state === undefined || acted === true || this.#lock?.state === state) return;
    const actedMs = this.#lock?.actedMs;
    const agoMs = actedMs === undefined ? undefined : nowMs - actedMs;
    if (isSame && agoMs !== undefined && agoMs >= 0 && agoMs < STALE_MS) return;
    this.#lock = { state, actedMs: undefined };
    said.push({ point, kind: state });
  }
}

const isLockState = ({ reads }: Point): boolean =>
  reads.as === "values" && Object.values(reads.values).some((kind) => kind === "lock.locked");

/** Without the tail that multiplying leaves: 1.2345 kWh are 1234.5 Wh. */
const tidy = (value: number): number => Math.round(value * 1e6) / 1e6;
