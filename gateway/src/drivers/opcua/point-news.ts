/** Values of one device's points into readings: totals over wraps and resets, edges of pulses and contacts. Pure. */
import {
  type CountNote,
  countNoteText,
  countOn,
  type Device,
  INPUT_MEANINGS,
  type InputMeaning,
  type RawReading,
  type RunningCount,
} from "@gatehouse/protocol";
import type { PointValue } from "../../opcua/seam.ts";
import type { OpcuaPoint } from "./config.ts";
import type { Remembered } from "./memory.ts";

export type Reading = Omit<RawReading, "device">;

export interface PointNews {
  readonly readings: readonly Reading[];
  readonly memory: Pick<Remembered, "counts" | "contacts">;
  readonly notes: readonly { readonly note: CountNote; readonly text: string }[];
  /** Values that are not of the kind the point says. */
  readonly odd: readonly string[];
  readonly counted: boolean;
}

/** What one pass through the values gathers. */
interface Draft {
  readonly readings: Reading[];
  readonly counts: { in?: RunningCount; out?: RunningCount };
  readonly contacts: Record<string, boolean>;
  readonly notes: { note: CountNote; text: string }[];
  readonly odd: string[];
  counted: boolean;
}

export interface PointContext {
  readonly kind: Device["kind"];
  readonly before: Pick<Remembered, "counts" | "contacts">;
  /** Which totals the device has: one that is not known yet is not told as nought. */
  readonly totals: readonly ("in" | "out")[];
  /** Pulses seen since the PLC was reached: an edge from before nobody knows of. */
  readonly pulses: Map<string, boolean>;
  /** Seconds since the totals were last believed. */
  readonly elapsedS: number | undefined;
  readonly nowMs: number;
}

/** More cannot pass: what lies above is a jump of the counter. */
const PERSONS = { counter: { perSecond: 4, perDay: 5_000 }, turnstile: { perSecond: 2, perDay: 20_000 } };
/** A PLC whose clock is further off says nothing about when. */
const BELIEVED_MS = 3_600_000;

/** `values` in the order they came, good ones alone. */
export function pointNews(
  values: readonly { readonly point: OpcuaPoint; readonly told: PointValue }[],
  context: PointContext,
): PointNews {
  const draft: Draft = {
    readings: [],
    counts: { ...definedOf(context.before.counts) },
    contacts: { ...context.before.contacts },
    notes: [],
    odd: [],
    counted: false,
  };
  for (const { point, told } of values) {
    if (point.is === "total.in" || point.is === "total.out") total(draft, point, told, context);
    else edge(draft, point, told, context);
  }
  const isWhole = context.totals.every((direction) => draft.counts[direction] !== undefined);
  if (draft.counted && isWhole)
    draft.readings.push({
      kind: "count.totals",
      value: { in: draft.counts.in?.total ?? 0, out: draft.counts.out?.total ?? 0 },
    });
  const { counts, contacts, readings, notes, odd, counted } = draft;
  return { readings, memory: { counts, contacts }, notes, odd, counted };
}

function total(draft: Draft, point: OpcuaPoint, { value }: PointValue, { kind, elapsedS }: PointContext): void {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    draft.odd.push(`${point.node} is ${String(value)}: a total is a whole number`);
    return;
  }
  const direction = point.is === "total.in" ? "in" : "out";
  const persons = kind === "turnstile" ? PERSONS.turnstile : PERSONS.counter;
  const rules = { wrapsAt: point.wrapsAt, resets: point.resets, ...persons };
  const before = draft.counts[direction];
  const { count, note } = countOn(before, value, elapsedS, rules);
  draft.counts[direction] = count;
  if (note !== undefined) draft.notes.push({ note, text: countNoteText(point.node, note) });
  if (before?.total !== count.total || before.raw !== count.raw) draft.counted = true;
}

function edge(draft: Draft, point: OpcuaPoint, { value, atMs }: PointValue, context: PointContext): void {
  const bit = bitOf(value);
  if (bit === undefined) {
    draft.odd.push(`${point.node} is ${String(value)}: a ${point.is} is true or false`);
    return;
  }
  const on = bit !== point.inverted;
  const place = placeOf(point);
  const when = atOf(atMs, context.nowMs);
  if (point.is === "pulse.in" || point.is === "pulse.out") {
    const before = context.pulses.get(point.node);
    context.pulses.set(point.node, on);
    if (before === false && on)
      draft.readings.push({ kind: point.is === "pulse.in" ? "count.in" : "count.out", value: 1, ...place, ...when });
    return;
  }
  const meaning = point.is as InputMeaning;
  const was = draft.contacts[point.node];
  if (was === on) return;
  draft.contacts[point.node] = on;
  const kind = INPUT_MEANINGS[meaning][on ? 0 : 1];
  // An input that is off from the beginning is no news.
  if (kind === undefined || (was === undefined && !on && meaning === "input")) return;
  const number = point.input === undefined ? {} : { value: point.input };
  draft.readings.push({ kind, ...number, ...place, ...(was === undefined ? {} : when) });
}

/** A PLC tells a truth value, or a word that is 0 or 1. */
function bitOf(value: PointValue["value"]): boolean | undefined {
  if (typeof value === "boolean") return value;
  return value === 0 || value === 1 ? value === 1 : undefined;
}

function placeOf({ portal, space }: OpcuaPoint): Pick<Reading, "portal" | "space"> {
  return { ...(portal === undefined ? {} : { portal }), ...(space === undefined ? {} : { space }) };
}

function atOf(atMs: number | undefined, nowMs: number): { readonly at?: string } {
  if (atMs === undefined || Math.abs(atMs - nowMs) > BELIEVED_MS) return {};
  return { at: new Date(atMs).toISOString() };
}

function definedOf(counts: Remembered["counts"]): { in?: RunningCount; out?: RunningCount } {
  return {
    ...(counts.in === undefined ? {} : { in: counts.in }),
    ...(counts.out === undefined ? {} : { out: counts.out }),
  };
}
