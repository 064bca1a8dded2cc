/**
 * Presence facts: a resident whose key was not used for days is suspected absent, and is told back at the first use. Pseudonyms only. Told once per
 * spell, under a name of its own, so that a repeat changes nothing at the platform; a daily reconcile names where the platform still stands
 * otherwise (the report's complaint: 短期离沪人员返沪后未自动恢复"在住"标记). Pure.
 */
import { formatDay, formatTime, localDay, type RawReading, SEVERITY } from "@gatehouse/protocol";
import type { Model } from "../model.ts";
import { ask, settle } from "../prompts/prompts.ts";
import type { CoreState } from "../state.ts";
import { tell } from "../told.ts";

/** One key of one resident. */
export interface Stay {
  readonly space: string;
  /** Listed with role tenant, or used on enough days to be a resident's. */
  readonly listed: boolean;
  /** Days it was used on, as far as they tell a resident from a guest. */
  days: number;
  lastDay: number;
  lastMs: number;
  /** Days without a use on which the door's devices were alive. */
  silentDays: number;
  absent: boolean;
  /** What the platform holds, as far as it said so. */
  platform?: "absent" | "resident" | undefined;
}

/** An unlisted key used on so many days is somebody's who lives here. */
const RESIDENT_DAYS = 5;
/** Unlisted keys seen less often are forgotten after so many days, everything after half a year. */
const GUEST_DAYS = 14;
const FORGET_DAYS = 180;
const MAX_STAYS = 20_000;
const MAX_DAYS = 1_000;

const USES: ReadonlySet<RawReading["kind"]> = new Set(["access.granted", "card.read"]);

/** A key was used at a door. */
export function noteUse(
  state: CoreState,
  model: Model,
  reading: RawReading,
  place: string | undefined,
  atMs: number,
  nowMs: number,
): void {
  const { credential } = reading;
  if (credential === undefined || !USES.has(reading.kind)) return;
  const listed = model.credentials.get(credential);
  if (listed !== undefined && listed.role !== "tenant") return;
  const space = listed?.space ?? place;
  if (space === undefined || model.spaces.get(space)?.limit === undefined) return;
  const day = localDay(atMs, model.zone);
  const known = state.stays.get(credential);
  if (known === undefined || known.space !== space) {
    if (known === undefined && state.stays.size >= MAX_STAYS) return;
    // Who moved has no spell in the old room any more.
    if (known?.absent) tellReturn(state, model, credential, known, nowMs);
    const stay = {
      space,
      listed: listed !== undefined,
      days: 1,
      lastDay: day,
      lastMs: atMs,
      silentDays: 0,
      absent: false,
    };
    state.stays.set(credential, stay);
  } else if (day >= known.lastDay) {
    if (known.absent) tellReturn(state, model, credential, known, nowMs);
    if (day > known.lastDay) known.days = Math.min(known.days + 1, MAX_DAYS);
    known.lastDay = day;
    known.lastMs = Math.max(known.lastMs, atMs);
    known.silentDays = 0;
    known.absent = false;
  }
  state.dirty.add(`stay/${credential}`);
}

/** Once a day: counts the silence of those whose doors were alive, tells who crossed the line, and where the platform stands otherwise. */
export function passDay(state: CoreState, model: Model, nowMs: number): void {
  const day = localDay(nowMs, model.zone);
  const limit = model.config.site.presence.absenceDays;
  const alive = aliveSpaces(state, model);
  for (const [credential, stay] of sorted(state.stays)) {
    if (isForgotten(credential, stay, day, model)) {
      state.stays.delete(credential);
      state.dirty.add(`stay/${credential}`);
      settle(state, { kind: "return-detected", subject: credential }, nowMs);
      continue;
    }
    if (!isResident(stay) || stay.lastDay >= day - 1) continue;
    if (!alive.has(stay.space)) continue;
    stay.silentDays += 1;
    if (!stay.absent && stay.silentDays >= limit) {
      stay.absent = true;
      tellSpell(state, model, "absence-suspected", credential, stay, nowMs);
    }
    state.dirty.add(`stay/${credential}`);
  }
  reconcile(state, model, day, nowMs);
}

/** The platform says what it holds: from now on differences are told. */
export function learnPlatform(
  state: CoreState,
  { absent, resident }: { readonly absent: readonly string[]; readonly resident: readonly string[] },
  nowMs: number,
): void {
  for (const [list, held] of [
    [absent, "absent"],
    [resident, "resident"],
  ] as const) {
    for (const credential of list) {
      const stay = state.stays.get(credential);
      if (stay === undefined) continue;
      stay.platform = held;
      state.dirty.add(`stay/${credential}`);
      if (held === "resident") settle(state, { kind: "return-detected", subject: credential }, nowMs);
    }
  }
}

const isResident = (stay: Stay): boolean => stay.listed || stay.days >= RESIDENT_DAYS;

/** Also whom noteUse would no longer note: whose card became a staff card, or whose space is no longer judged. */
function isForgotten(credential: string, stay: Stay, day: number, model: Model): boolean {
  const silent = day - stay.lastDay;
  if (silent > FORGET_DAYS || (silent > GUEST_DAYS && !isResident(stay))) return true;
  const role = model.credentials.get(credential)?.role ?? "tenant";
  return role !== "tenant" || model.spaces.get(stay.space)?.limit === undefined;
}

function tellReturn(state: CoreState, model: Model, credential: string, stay: Stay, nowMs: number): void {
  tellSpell(state, model, "return-detected", credential, stay, nowMs);
  const { space } = stay;
  const name = model.spaces.get(space)?.space.name ?? space;
  const text = {
    en: `a resident of ${name} is back: set the register back to resident`,
    zh: `${name}有人员返回：请恢复“在住”标记`,
  };
  ask(state, { kind: "return-detected", subject: credential, space, text }, nowMs);
}

function tellSpell(
  state: CoreState,
  model: Model,
  what: "absence-suspected" | "return-detected",
  credential: string,
  { space, lastMs, lastDay }: Stay,
  nowMs: number,
): void {
  const days = localDay(nowMs, model.zone) - lastDay;
  tell(state, {
    type: `gatehouse.residence.${what}`,
    subject: space,
    lane: "presence",
    severity: SEVERITY.info,
    dataclassification: "personal",
    data: { space, credential, lastSeen: formatTime(lastMs, model.zone), days },
    atMs: nowMs,
    key: `${what}.${credential}.${formatDay(lastDay)}`,
  });
}

/** Doors at which a card could have been used: a lock or reader that is there and says so, or of which nothing bad is known. */
function aliveSpaces(state: CoreState, model: Model): Set<string> {
  const alive = new Set<string>();
  for (const [id, { kind }] of model.devices) {
    const space = model.spaceOf.get(id);
    if (space === undefined || (kind !== "lock" && kind !== "reader")) continue;
    const known = state.devices.get(id);
    const faults = known?.watch?.faults;
    if (known === undefined || known.online === false || faults?.silent !== undefined || faults?.offline !== undefined)
      continue;
    alive.add(space);
  }
  return alive;
}

/** At most so many differences in one event. */
const MAX_DIFFERENCES = 1_000;

function reconcile(state: CoreState, model: Model, day: number, nowMs: number): void {
  const differences = sorted(state.stays).flatMap(([credential, { space, platform, absent, lastMs }]) => {
    const gateway = absent ? "absent" : "resident";
    if (platform === undefined || platform === gateway) return [];
    return [{ space, credential, platform, gateway, lastSeen: formatTime(lastMs, model.zone) }];
  });
  if (differences.length === 0) return;
  const date = formatDay(day);
  tell(state, {
    type: "gatehouse.residence.reconcile",
    subject: model.config.site.site.id,
    lane: "presence",
    severity: SEVERITY.warn,
    dataclassification: "personal",
    data: { date, count: differences.length, differences: differences.slice(0, MAX_DIFFERENCES) },
    atMs: nowMs,
  });
}

/** A state that was read back from disk has an order of its own. */
const sorted = (stays: ReadonlyMap<string, Stay>): [string, Stay][] => [...stays].sort(([a], [b]) => (a < b ? -1 : 1));
