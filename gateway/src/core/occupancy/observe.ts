/** From a reading to the diaries: which spaces it speaks of, and what it says of them. */
import { type Credential, OUTSIDE, type Portal, type RawReading } from "@gatehouse/protocol";
import type { Model } from "../model.ts";
import { type Belief, createBelief } from "./belief.ts";
import { addGauge, addSum, liftGauge, openDay } from "./diary.ts";
import { doorBehindGate, type GateMemory, strangerAtGate } from "./gate.ts";
import type { PassKeys } from "./pass-key.ts";
import { comesInTwice, type Role, useCredential } from "./roster.ts";

const HOUR_MS = 3_600_000;
const MIN_MS = 60_000;
/** Totals further apart say nothing about single hours. */
const MAX_METER_GAP_MS = 26 * HOUR_MS;
/** Water totals further apart do not tell one draw from the next. */
const MAX_DRAW_MS = 65 * MIN_MS;
/** Litres between two totals that mean that somebody drew water, or bathed; each next bath takes the second figure more. */
const DRAWN_L = 2;
const BATH_L = 16;
const NEXT_BATH_L = 34;
const MAX_BATHS = 4;
/** More than the pipe or the main switch of a dwelling lets through, by the hour and in one step of a coarse total: another meter in its place. */
const MOST_USED = { water: { atOnce: 1_000, anHour: 5_000 }, energy: { atOnce: 10_000, anHour: 50_000 } } as const;
const MAX_BALANCE = 10_000;

/** A reading as the estimator takes it: where and when, as far as that can be believed. */
export interface Observation {
  readonly reading: RawReading;
  readonly portal: Portal | undefined;
  /** The space the device sits in, or the inner side of its portal. */
  readonly space: string | undefined;
  readonly atMs: number;
  /** Local hour number of `atMs`. */
  readonly hour: number;
  /** For a counter: people that entered and left by the portal's direction. */
  readonly passage: { readonly entered: number; readonly left: number } | undefined;
  /** For a reader on one side of the portal. */
  readonly direction: "in" | "out" | undefined;
}

export interface Beliefs {
  readonly model: Model;
  readonly beliefs: Map<string, Belief>;
  readonly gate: GateMemory;
  readonly passKeys: PassKeys;
}

/** Writes the reading down. Returns the spaces it said something about. */
export function observe(site: Beliefs, observation: Observation): string[] {
  const { reading, space } = observation;
  switch (reading.kind) {
    case "count.in":
    case "count.out":
    case "count.totals":
      return passed(site, observation);
    case "door.opened":
      return opened(site, observation);
    case "access.granted":
    case "card.read":
      return granted(site, observation);
    case "presence.on":
    case "presence.off":
      return space === undefined ? [] : watched(site, space, observation, reading.kind === "presence.on");
    case "presence.count":
      return space === undefined ? [] : counted(site, space, observation);
    case "device.offline":
      return space === undefined ? [] : lost(site, space, observation);
    case "meter.waterL":
      return space === undefined ? [] : metered(site, space, observation, "water");
    case "meter.energyWh":
      return space === undefined ? [] : metered(site, space, observation, "energy");
    default:
      return [];
  }
}

function opened(site: Beliefs, { portal, hour, atMs }: Observation): string[] {
  const told: string[] = [];
  for (const id of sides(portal)) {
    const belief = judgedBelief(site, id);
    if (belief === undefined) continue;
    addSum(belief.diary, "opens", hour, 1);
    // Without a counter, a door that opens and no card was shown let somebody out.
    if (belief.diary.hours.out === undefined && Math.abs(atMs - belief.lastGrantMs) > GRANT_MS) belief.exits += 1;
    told.push(id);
  }
  return told;
}

const GRANT_MS = 20_000;

/** The spaces a portal leads to. */
function sides(portal: Portal | undefined): string[] {
  if (portal === undefined) return [];
  const { from, to } = portal;
  if (from === OUTSIDE) return to === OUTSIDE ? [] : [to];
  return to === OUTSIDE ? [from] : [to, from];
}

export function beliefOf({ beliefs }: Beliefs, space: string): Belief {
  let belief = beliefs.get(space);
  if (belief === undefined) {
    belief = createBelief();
    beliefs.set(space, belief);
  }
  return belief;
}

/** Undefined where nobody is judged. */
const judgedBelief = (site: Beliefs, space: string): Belief | undefined =>
  site.model.spaces.get(space)?.limit === undefined ? undefined : beliefOf(site, space);

function passed(site: Beliefs, { portal, passage, hour, atMs }: Observation): string[] {
  if (portal === undefined || passage === undefined || passage.entered + passage.left === 0) return [];
  if (passage.entered > 0 && isBehindGate(site.model, portal)) doorBehindGate(site.gate, portal.to, atMs);
  const { entered, left } = passage;
  const changed = sides(portal);
  for (const id of changed) {
    const [entering, leaving] = id === portal.to ? [entered, left] : [left, entered];
    const belief = beliefOf(site, id);
    if (site.model.spaces.get(id)?.limit === undefined) {
      belief.balance = Math.min(MAX_BALANCE, Math.max(0, belief.balance + entering - leaving));
      continue;
    }
    addSum(belief.diary, "in", hour, entering);
    addSum(belief.diary, "out", hour, leaving);
    belief.exits += leaving;
  }
  return changed;
}

/** A judged space's door that opens to another space of the site, not to the street. */
const isBehindGate = (model: Model, portal: Portal): boolean =>
  portal.from !== OUTSIDE && portal.to !== OUTSIDE && model.spaces.get(portal.to)?.limit !== undefined;

function granted(site: Beliefs, observation: Observation): string[] {
  const { reading, portal, hour, atMs, direction } = observation;
  if (portal === undefined) return [];
  const { credential } = reading;
  const listed = credential === undefined ? undefined : site.model.credentials.get(credential);
  const day = Math.floor(hour / 24);
  const inner = portal.to === OUTSIDE ? portal.from : portal.to;
  if (site.model.spaces.get(inner)?.limit === undefined) return grantedAtGate(site, observation, listed);
  const belief = beliefOf(site, inner);
  openDay(belief.diary, day);
  if (direction !== "out") addSum(belief.diary, "grants", hour, 1);
  belief.lastGrantMs = Math.max(belief.lastGrantMs, atMs);
  if (credential === undefined) return [inner];
  const firstOfDay = (belief.roster.get(credential)?.lastDay ?? -1) < day;
  const member = useCredential(belief.roster, credential, roleHere(listed, inner), day);
  site.passKeys.used(credential, inner);
  if (direction !== "out" && comesInTwice(member, belief.exits, atMs)) addSum(belief.diary, "twice", hour, 1);
  // Once a day for each card and door is often enough.
  if (listed !== undefined || !firstOfDay) return [inner];
  return [inner, ...site.passKeys.found(credential).filter((id) => id !== inner)];
}

/** A gate with rooms behind: the card says whose room. */
function grantedAtGate(
  site: Beliefs,
  { reading: { credential }, hour, atMs, direction }: Observation,
  listed: Credential | undefined,
): string[] {
  if (credential === undefined || (listed !== undefined && listed.role !== "tenant")) return [];
  const home = listed?.space ?? strangerAtGate(site.gate, credential, atMs, direction !== "out");
  const belief = home === undefined ? undefined : judgedBelief(site, home);
  if (home === undefined || belief === undefined) return [];
  const role = listed === undefined ? "unlisted" : "tenant";
  const member = useCredential(belief.roster, credential, role, Math.floor(hour / 24));
  site.passKeys.used(credential, home);
  if (direction === "out") member.inside = undefined;
  // At a gate only the card's own way out counts.
  else if (direction === "in" && comesInTwice(member, 0, atMs)) addSum(belief.diary, "twice", hour, 1);
  return [home];
}

function roleHere(
  listed: { readonly role: Role; readonly space?: string | undefined } | undefined,
  space: string,
): Role {
  if (listed === undefined) return "unlisted";
  return listed.role === "tenant" && listed.space !== undefined && listed.space !== space ? "visitor" : listed.role;
}

function watched(site: Beliefs, space: string, { reading, atMs }: Observation, on: boolean): string[] {
  const belief = judgedBelief(site, space);
  if (belief === undefined) return [];
  const watch = belief.watches[reading.device];
  if (watch === undefined) belief.watches[reading.device] = { on, toMs: atMs };
  else {
    watchUntil(site.model, belief, watch, atMs);
    watch.on = on;
  }
  return [space];
}

/** Brings what the presence sensors saw up to `nowMs` into the diary. */
export function watchAll(model: Model, belief: Belief, nowMs: number): void {
  for (const watch of Object.values(belief.watches)) watchUntil(model, belief, watch, nowMs);
}

function watchUntil(model: Model, belief: Belief, watch: Watch, untilMs: number): void {
  spread(model, watch.toMs, untilMs, (hour, ms) => {
    addGauge(belief.diary, "on", hour, watch.on ? Math.round(ms / MIN_MS) : 0);
  });
  watch.toMs = Math.max(watch.toMs, untilMs);
}
type Watch = Belief["watches"][string];

/** A sensor that is away knows nothing. */
function lost(site: Beliefs, space: string, { reading, atMs }: Observation): string[] {
  const belief = site.beliefs.get(space);
  const watch = belief?.watches[reading.device];
  if (belief === undefined || watch === undefined) return [];
  watchUntil(site.model, belief, watch, atMs);
  delete belief.watches[reading.device];
  return [space];
}

function counted(site: Beliefs, space: string, { reading, hour }: Observation): string[] {
  const belief = judgedBelief(site, space);
  if (belief === undefined) return [];
  liftGauge(belief.diary, "seen", hour, reading.value as number);
  return [space];
}

function metered(site: Beliefs, space: string, { reading, atMs }: Observation, channel: "water" | "energy"): string[] {
  const total = reading.value as number;
  // Beside a seq it counts restarts of the device, alone it is the total that began anew.
  const epoch = reading.seq === undefined ? reading.epoch : undefined;
  const belief = judgedBelief(site, space);
  if (belief === undefined) return [];
  const last = belief.meters[reading.device];
  if (last !== undefined && atMs <= last.atMs) return [space];
  belief.meters[reading.device] = { total, atMs, ...(epoch === undefined ? {} : { epoch }) };
  if (last === undefined || atMs - last.atMs > MAX_METER_GAP_MS) return [space];
  // Set back, or another meter in its place: what was used meanwhile nobody knows.
  if (epoch !== last.epoch || !isUse(total - last.total, atMs - last.atMs, channel)) return [space];
  const used = total - last.total;
  if (channel === "water" && atMs - last.atMs <= MAX_DRAW_MS) {
    const hour = site.model.hourOf((last.atMs + atMs) / 2);
    if (used >= DRAWN_L) addSum(belief.diary, "draws", hour, 1);
    if (used >= BATH_L) addSum(belief.diary, "baths", hour, bathsIn(used));
  }
  let [whole, spreadMs] = [0, 0];
  spread(site.model, last.atMs, atMs, (hour, ms) => {
    spreadMs += ms;
    const upTo = Math.round((used * spreadMs) / (atMs - last.atMs));
    addGauge(belief.diary, channel, hour, upTo - whole);
    whole = upTo;
  });
  return [space];
}

const isUse = (used: number, ms: number, channel: "water" | "energy"): boolean =>
  used >= 0 && used <= MOST_USED[channel].atOnce + (MOST_USED[channel].anHour * ms) / HOUR_MS;

const bathsIn = (litres: number): number => Math.min(MAX_BATHS, 1 + Math.floor((litres - BATH_L) / NEXT_BATH_L));

/** Calls `each` with every local hour between the two times and the ms of it that lie between. At most the four weeks kept. */
function spread(model: Model, fromMs: number, toMs: number, each: (hour: number, ms: number) => void): void {
  for (let ms = Math.max(fromMs, toMs - 28 * 24 * HOUR_MS); ms < toMs; ) {
    const hour = model.hourOf(ms);
    const end = Math.min(toMs, model.hourStartMs(hour + 1));
    each(hour, end - ms);
    ms = end;
  }
}
