/**
 * What is remembered of a device to judge its health: bounded, brought up to date by each of its readings. Fields ending in `AtMs` are moments
 * and move along when the clock is set. Pure.
 */
import type { Device, RawReading } from "@gatehouse/protocol";
import type { Words } from "./words.ts";

export type Fault = "silent" | "offline" | "stuck" | "babbling" | "implausible";

export interface DeviceWatch {
  firstAtMs: number;
  heardAtMs: number;
  readings: number;
  weekAtMs: number;
  /** Longest silence of each week, this one first. */
  gaps: number[];
  slotAtMs: number;
  /** Readings of this slot … */
  slot: number;
  /** … and of the busiest slot of each week. */
  busiest: number[];
  /** How often its door was used since it last said anything, … */
  missed: number;
  /** … and since it last counted or saw somebody. */
  unseen: number;
  missedAtMs: number;
  seenAtMs: number;
  offlineAtMs?: number | undefined;
  /** Longest outage of each week that ended by itself, this one first. */
  outages?: number[] | undefined;
  /** Presence that was switched on, and not off again. */
  onAtMs?: number | undefined;
  babbleAtMs?: number | undefined;
  /** The latest things that cannot be, and the last of them in words. */
  oddAtMs: number[];
  odd?: string | undefined;
  oddZh?: string | undefined;
  totals?: readonly number[] | undefined;
  epoch?: number | undefined;
  /** How its counts cannot be right, as its space's diary has it. */
  miscounts?: Words | undefined;
  /** It has been well since, and its alert waits for that to last. */
  wellAtMs?: number | undefined;
  /** What is wrong now, in words. */
  faults: Partial<Record<Fault, Words>>;
}

/** Of a device that is well: one for all, for it is known again at a glance. */
export const NO_FAULTS: DeviceWatch["faults"] = Object.freeze({});

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const WEEKS = 4;
export const SLOT_MS = 10 * MINUTE_MS;
export const ODD_COUNT = 3;
/** A device clock may run ahead so far before it is odd. */
const AHEAD_MS = 10 * MINUTE_MS;
/** Earlier than any device of the site was made: its clock has lost the time. */
const LOST_MS = Date.UTC(2020, 0, 1);
/** Persons through one door in one reading. */
const MAX_PASSAGE = 200;

/** Readings a device of the kind can have reason for in ten minutes. */
const BUSY: Partial<Record<Device["kind"], number>> = { counter: 400, turnstile: 1_200, presence: 300, board: 1_200 };
const BUSY_ELSE = 150;
/** So many times its own habit is babbling, where that is more. */
const BUSY_HABIT = 10;

/** Every field has its place from the beginning: objects of one form are read fastest. */
export function newWatch(nowMs: number): DeviceWatch {
  return {
    firstAtMs: nowMs,
    heardAtMs: nowMs,
    readings: 0,
    weekAtMs: nowMs,
    gaps: [0],
    slotAtMs: nowMs,
    slot: 0,
    busiest: [0],
    missed: 0,
    unseen: 0,
    missedAtMs: 0,
    seenAtMs: nowMs,
    offlineAtMs: undefined,
    outages: undefined,
    onAtMs: undefined,
    babbleAtMs: undefined,
    oddAtMs: [],
    odd: undefined,
    oddZh: undefined,
    totals: undefined,
    epoch: undefined,
    miscounts: undefined,
    wellAtMs: undefined,
    faults: NO_FAULTS,
  };
}

/** Brings the watch up to date with a reading of the device itself, which says that it is of `toldMs`. */
export function hear(watch: DeviceWatch, device: Device, reading: RawReading, toldMs: number, nowMs: number): void {
  turnWeek(watch, nowMs);
  comeBack(watch, nowMs);
  // A silence that was a fault is no habit.
  const faulty = watch.faults.silent !== undefined || watch.faults.offline !== undefined;
  if (!faulty) watch.gaps[0] = Math.max(watch.gaps[0] ?? 0, nowMs - watch.heardAtMs);
  watch.heardAtMs = Math.max(watch.heardAtMs, nowMs);
  watch.readings = Math.min(watch.readings + 1, 1_000_000);
  watch.missed = 0;
  // What was kept while the line was down comes all at once.
  if (nowMs - toldMs < SLOT_MS) countSlot(watch, device, nowMs);
  if (sees(watch, reading)) {
    watch.unseen = 0;
    watch.seenAtMs = nowMs;
  }
  if (reading.kind === "presence.on") watch.onAtMs ??= nowMs;
  if (reading.kind === "presence.off") watch.onAtMs = undefined;
  const odd = oddity(watch, reading, toldMs, nowMs);
  if (odd !== undefined) {
    watch.oddAtMs = [...watch.oddAtMs, nowMs].slice(-ODD_COUNT);
    watch.odd = odd.says;
    watch.oddZh = odd.zh;
  }
  remember(watch, reading);
}

/** The device is there again. An outage of a day was ended by somebody, and is no habit; what it did not notice meanwhile says nothing. */
export function comeBack(watch: DeviceWatch, nowMs: number): void {
  if (watch.offlineAtMs === undefined) return;
  const awayMs = nowMs - watch.offlineAtMs;
  watch.offlineAtMs = undefined;
  watch.heardAtMs += Math.min(awayMs, nowMs - watch.heardAtMs);
  watch.seenAtMs += Math.min(awayMs, nowMs - watch.seenAtMs);
  watch.outages ??= [0];
  if (awayMs < DAY_MS) watch.outages[0] = Math.max(watch.outages[0] ?? 0, awayMs);
}

function turnWeek(watch: DeviceWatch, nowMs: number): void {
  if (nowMs - watch.weekAtMs < WEEK_MS) return;
  watch.weekAtMs = nowMs;
  watch.gaps = [0, ...watch.gaps].slice(0, WEEKS);
  watch.busiest = [0, ...watch.busiest].slice(0, WEEKS);
  if (watch.outages !== undefined) watch.outages = [0, ...watch.outages].slice(0, WEEKS);
}

function countSlot(watch: DeviceWatch, device: Device, nowMs: number): void {
  if (nowMs - watch.slotAtMs >= SLOT_MS) {
    if (watch.babbleAtMs === undefined) watch.busiest[0] = Math.max(watch.busiest[0] ?? 0, watch.slot);
    watch.slotAtMs = nowMs;
    watch.slot = 0;
  }
  watch.slot += 1;
  const limit = Math.max(BUSY[device.kind] ?? BUSY_ELSE, BUSY_HABIT * most(watch.busiest));
  if (watch.slot > limit) watch.babbleAtMs = nowMs;
}

/** The greatest of them, and at least 0. */
export function most(values: readonly number[]): number {
  let top = 0;
  for (const value of values) if (value > top) top = value;
  return top;
}

/** True when the reading says that somebody passed or is there. */
function sees(watch: DeviceWatch, { kind, value }: RawReading): boolean {
  if (kind === "count.in" || kind === "count.out") return value !== 0;
  if (kind === "count.totals") {
    const { in: into, out } = value as { in: number; out: number };
    return watch.totals !== undefined && (watch.totals[0] !== into || watch.totals[1] !== out);
  }
  return kind === "presence.on" || (kind === "presence.count" && value !== 0);
}

function oddity(
  watch: DeviceWatch,
  { kind, value, epoch }: RawReading,
  atMs: number,
  nowMs: number,
): Words | undefined {
  if (atMs > nowMs + AHEAD_MS) {
    const minutes = Math.round((atMs - nowMs) / MINUTE_MS);
    return { says: `its clock is ${minutes} min ahead`, zh: `时钟快${minutes}分钟` };
  }
  if (atMs < LOST_MS) {
    const year = new Date(atMs).getUTCFullYear();
    return { says: `its clock shows ${year}`, zh: `时钟显示${year}年` };
  }
  if ((kind === "count.in" || kind === "count.out") && (value as number) > MAX_PASSAGE)
    return { says: `${value} persons in one reading`, zh: `一次上报${value}人` };
  const totals = totalsOf(kind, value);
  if (totals === undefined || watch.totals === undefined || watch.epoch !== (epoch ?? 0)) return undefined;
  const back = totals.findIndex((total, i) => total < (watch.totals?.[i] ?? 0));
  if (back < 0) return undefined;
  const [before, after] = [watch.totals[back], totals[back]];
  return { says: `its total ran back from ${before} to ${after}`, zh: `累计数由${before}倒退为${after}` };
}

function remember(watch: DeviceWatch, { kind, value, epoch }: RawReading): void {
  const totals = totalsOf(kind, value);
  if (totals === undefined) return;
  watch.totals = totals;
  watch.epoch = epoch ?? 0;
}

function totalsOf(kind: RawReading["kind"], value: RawReading["value"]): readonly number[] | undefined {
  if (kind === "meter.energyWh" || kind === "meter.waterL") return [value as number];
  if (kind !== "count.totals") return undefined;
  const { in: into, out } = value as { in: number; out: number };
  return [into, out];
}
