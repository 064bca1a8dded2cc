/** Accept: is the device known, the time sane, the reading news? Pure; the first stage of a step. */
import { type Device, quotedWord, type RawReading } from "@gatehouse/protocol";
import type { Model } from "./model.ts";
import { markSeen } from "./seen.ts";
import type { DeviceState, Totals } from "./state.ts";

const DAY_MS = 86_400_000;

/** Earlier times are no device clock at all (a clock that fell back to its factory date of 2000 is a device clock). */
export const EARLIEST_MS = Date.UTC(1999, 0, 1);
/** A device clock may run ahead of the gateway's by so much before the reading is refused. */
export const MAX_AHEAD_MS = 31 * DAY_MS;
/** Device time is believed this far from the gateway's (a lock that was offline, a clock that is off). Else the time of receipt counts. */
const BELIEVED_MS = 7 * DAY_MS;

/** Undefined when nothing is wrong with where the reading says it comes from; `device` is the one of that name on the site. */
export function placeProblem(model: Model, device: Device | undefined, reading: RawReading): string | undefined {
  if (device === undefined) return `unknown device ${reading.device}`;
  if (reading.portal !== undefined && reading.portal !== device.portal && !model.portals.has(reading.portal)) {
    return `unknown portal ${quotedWord(reading.portal)}`;
  }
  if (reading.space !== undefined && reading.space !== device.space && !model.spaces.has(reading.space)) {
    return `unknown space ${quotedWord(reading.space)}`;
  }
  return undefined;
}

/** Undefined when the time is sane. `clockKnown` is false while the gateway itself does not know the time. */
export function timeProblem(atMs: number | undefined, nowMs: number, clockKnown: boolean): string | undefined {
  if (atMs === undefined) return undefined;
  if (Number.isNaN(atMs)) return "at: not a time";
  if (atMs < EARLIEST_MS) return `at: absurd time, before ${new Date(EARLIEST_MS).toISOString()}`;
  if (clockKnown && atMs > nowMs + MAX_AHEAD_MS)
    return `at: absurd time, more than 31 days ahead of ${new Date(nowMs).toISOString()}`;
  return undefined;
}

/** Deltas between the gateway's clock and the device's that are kept; what a device delivers at one go counts once. */
const BEHIND_KEPT = 12;
const BURST_MS = 10 * 60_000;

/**
 * When it happened, as far as that can be believed: the device's time, corrected by how far its clock stands off. A prompt reading shows
 * that; the least of the latest deltas is one, for a reading may come late but never early.
 */
export function happenedMs(state: DeviceState, atMs: number | undefined, nowMs: number): number {
  if (atMs === undefined || Math.abs(nowMs - atMs) > BELIEVED_MS) return nowMs;
  state.behind ??= [];
  const { behind } = state;
  const behindMs = nowMs - atMs;
  const last = behind.at(-1);
  let gone: number | undefined;
  if (last !== undefined && nowMs - last.atMs < BURST_MS) last.behindMs = Math.min(last.behindMs, behindMs);
  else {
    if (behind.length >= BEHIND_KEPT) gone = behind.shift()?.behindMs;
    behind.push({ atMs: nowMs, behindMs });
  }
  const known = state.leastMs;
  state.leastMs = known === undefined || gone === known ? leastOf(behind) : Math.min(known, behindMs);
  return Math.min(nowMs, atMs + state.leastMs);
}

const leastOf = (behind: NonNullable<DeviceState["behind"]>): number =>
  behind.reduce((least, { behindMs }) => Math.min(least, behindMs), Number.POSITIVE_INFINITY);

/** False for a repeat. Without a `seq` every reading is news. */
export function isNews(state: DeviceState, reading: RawReading): boolean {
  if (reading.seq === undefined) return true;
  return markSeen(state.seen, reading.epoch ?? 0, reading.seq);
}

/** Persons entering and leaving by this reading, as the site's directions have it; undefined for no counter reading. */
export function passage(
  device: Device,
  state: DeviceState,
  reading: RawReading,
): { entered: number; left: number } | undefined {
  let entered = 0;
  let left = 0;
  if (reading.kind === "count.in") entered = reading.value as number;
  else if (reading.kind === "count.out") left = reading.value as number;
  else if (reading.kind === "count.totals") {
    [entered, left] = sinceLast(state, reading);
  } else return undefined;
  return device.reversed ? { entered: left, left: entered } : { entered, left };
}

/** A counter that began anew was rarely silent for long: what it has counted since is as much. More in one go is no counting. */
const MAX_ANEW = 10;

type InOut = Pick<Totals, "in" | "out">;
const reaches = (totals: InOut, other: InOut): boolean => totals.in >= other.in && totals.out >= other.out;

/** Persons in and out since the last total. */
function sinceLast(state: DeviceState, { value, epoch, seq }: RawReading): [entered: number, left: number] {
  const totals = value as InOut;
  const last = state.totals;
  const sameLife = last !== undefined && last.epoch === epoch;
  // Overtaken on the line by a later total, which holds it already.
  if (sameLife && seq !== undefined && last.seq !== undefined && seq < last.seq) return [0, 0];
  const fellBack = last !== undefined && !reaches(totals, last);
  state.totals = {
    in: totals.in,
    out: totals.out,
    ...(epoch === undefined ? {} : { epoch }),
    ...(seq === undefined ? {} : { seq }),
    ...(fellBack ? { before: { in: last.in, out: last.out } } : {}),
  };
  if (last === undefined) return [0, 0];
  if (!fellBack) {
    const from = wasMisread(last, totals) ? last.before : last;
    return [totals.in - from.in, totals.out - from.out];
  }
  // It went back: set to nought, by night or by a power cut, or it wrapped, or is another counter.
  const anew = reaches(last, totals) && totals.in + totals.out <= MAX_ANEW;
  return anew ? [totals.in, totals.out] : [0, 0];
}

/** A total that fell back and is, one reading later, where it was: a register read as nought while the power dipped. */
const wasMisread = (last: Totals, totals: InOut): last is Totals & { readonly before: InOut } =>
  last.before !== undefined && reaches(totals, last.before) && totals.in - last.in + totals.out - last.out > MAX_ANEW;
