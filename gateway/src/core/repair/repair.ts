/**
 * The repair book of a device: since when it is down, and month by month how long it was, how often, and how long repairs took. Down is a device that
 * is offline or has a device-fault alert standing. Bounded: fourteen months a device. Pure.
 */
import { formatDay, localDay, localTimeMs, type RawReading } from "@gatehouse/protocol";
import type { AlertEvent } from "../alerts/life.ts";
import { memoOf, setMemo } from "../memos.ts";
import { type CoreState, modelOf } from "../state.ts";

export interface MonthBook {
  /** `2026-11` */
  readonly month: string;
  downMs: number;
  /** Times it went down. */
  faults: number;
  /** Repairs that ended, and how long they took in all. */
  repairs: number;
  repairMs: number;
  /** Of them, those within 48 h. */
  inTime: number;
}

export interface RepairBook {
  readonly firstAtMs: number;
  /** Undefined while it works. */
  downAtMs?: number | undefined;
  readonly months: MonthBook[];
}

const NAME = "repair";
const MAX_MONTHS = 14;
/** Repaired or replaced within 48 h (the town's published service level). */
export const REPAIR_MS = 48 * 3_600_000;

export const repairBookOf = (state: CoreState, device: string): RepairBook | undefined =>
  memoOf<RepairBook>(state, NAME, device);

/** A device was heard: its book begins, or the loss or return of its link is written down. */
export function followReading(state: CoreState, { device, kind }: RawReading, nowMs: number): void {
  const isLink = kind === "device.offline" || kind === "device.online";
  if (repairBookOf(state, device) === undefined || isLink) bring(state, device, nowMs);
}

/** A fault was found, or is over. */
export function followFaults(state: CoreState, events: readonly AlertEvent[], nowMs: number): void {
  for (const { alert } of events)
    if (alert.kind === "device-fault" && alert.device !== undefined) bring(state, alert.device, nowMs);
}

function bring(state: CoreState, device: string, nowMs: number): void {
  if (!modelOf(state).devices.has(device)) return;
  const known = repairBookOf(state, device);
  const book: RepairBook = known ?? { firstAtMs: nowMs, months: [] };
  const down = isDown(state, device);
  if (down && book.downAtMs === undefined) {
    book.downAtMs = nowMs;
    monthOf(state, book, nowMs).faults += 1;
  } else if (!down && book.downAtMs !== undefined) {
    repaired(state, book, book.downAtMs, nowMs);
    book.downAtMs = undefined;
  } else if (known !== undefined) return;
  setMemo(state, NAME, device, book);
}

function isDown(state: CoreState, device: string): boolean {
  if (state.devices.get(device)?.online === false) return true;
  for (const { alert } of state.alerts.values())
    if (alert.kind === "device-fault" && alert.device === device && alert.clearedAt === null) return true;
  return false;
}

function repaired(state: CoreState, book: RepairBook, fromMs: number, toMs: number): void {
  for (const [month, ms] of byMonth(state, fromMs, toMs)) named(book, month).downMs += ms;
  const entry = monthOf(state, book, toMs);
  const tookMs = Math.max(0, toMs - fromMs);
  entry.repairs += 1;
  entry.repairMs += tookMs;
  if (tookMs <= REPAIR_MS) entry.inTime += 1;
}

const monthOf = (state: CoreState, book: RepairBook, ms: number): MonthBook => named(book, monthName(state, ms));

function named(book: RepairBook, month: string): MonthBook {
  const known = book.months.find((entry) => entry.month === month);
  if (known !== undefined) return known;
  const entry = { month, downMs: 0, faults: 0, repairs: 0, repairMs: 0, inTime: 0 };
  book.months.push(entry);
  book.months.sort((a, b) => (a.month < b.month ? -1 : 1));
  if (book.months.length > MAX_MONTHS) book.months.shift();
  return entry;
}

const monthName = (state: CoreState, ms: number): string => formatDay(localDay(ms, modelOf(state).zone)).slice(0, 7);

/** First moment of a month `2026-11`, and of the next. */
export function monthBounds(month: string, zone: string): readonly [number, number] {
  const first = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1, 1);
  const next = Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 1);
  return [localTimeMs(first / 86_400_000, 0, zone), localTimeMs(next / 86_400_000, 0, zone)];
}

/** A span cut at the ends of months. More than the book holds is not cut finer. */
function byMonth(state: CoreState, fromMs: number, toMs: number): [string, number][] {
  const parts: [string, number][] = [];
  let start = fromMs;
  while (start < toMs && parts.length <= MAX_MONTHS) {
    const month = monthName(state, start);
    const end = Math.min(toMs, monthBounds(month, modelOf(state).zone)[1]);
    parts.push([month, end - start]);
    start = end;
  }
  return parts;
}

export interface DeviceMonth {
  /** Of the part of the month it was known and that has passed; undefined when that is nothing. */
  readonly uptime: number | undefined;
  readonly faults: number;
  readonly repairs: number;
  /** Mean time to repair, ms. */
  readonly mttrMs: number | undefined;
  readonly inTime: number;
  readonly downNow: boolean;
}

/** What the book says of one month, what is under way now included. */
export function deviceMonth(state: CoreState, device: string, month: string, nowMs: number): DeviceMonth {
  const book = repairBookOf(state, device);
  const [fromMs, toMs] = monthBounds(month, modelOf(state).zone);
  const entry = book?.months.find((candidate) => candidate.month === month);
  const beginMs = Math.max(fromMs, book?.firstAtMs ?? nowMs);
  const endMs = Math.min(toMs, nowMs);
  const underWayMs = book?.downAtMs === undefined ? 0 : Math.max(0, endMs - Math.max(beginMs, book.downAtMs));
  const downMs = (entry?.downMs ?? 0) + underWayMs;
  const spanMs = endMs - beginMs;
  const { faults = 0, repairs = 0, repairMs = 0, inTime = 0 } = entry ?? {};
  return {
    uptime: spanMs <= 0 ? undefined : Math.max(0, 1 - downMs / spanMs),
    faults,
    repairs,
    mttrMs: repairs === 0 ? undefined : repairMs / repairs,
    inTime,
    downNow: book?.downAtMs !== undefined,
  };
}
