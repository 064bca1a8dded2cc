/**
 * Device fault: silent for much longer than its own habit, offline for long, stuck while its door is used, babbling, or saying what cannot be.
 * One alert a device, with the repair clocks of a device; clears by itself when the device is well again, of a device that is ill again and again
 * once it has been well for two weeks.
 */
import type { Device, RawReading } from "@gatehouse/protocol";
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import type { Model } from "../model.ts";
import type { Seat } from "../seats.ts";
import { type CoreState, modelOf, setTimer, touch } from "../state.ts";
import { isUnsuspicious, type Patience, patienceOf, silentFromMs, symptomsOf } from "./device-symptoms.ts";
import { comeBack, type DeviceWatch, type Fault, hear, NO_FAULTS, newWatch, ODD_COUNT } from "./device-watch.ts";
import { isRecurring, QUIET_MS, recurrence } from "./recurring.ts";
import type { ReadingRule, TimerRule } from "./rule.ts";
import { fact } from "./words.ts";

const MINUTE_MS = 60_000;

const SWEEP = "rule:device-fault:sweep";
const SWEEP_EVERY_MS = 15 * MINUTE_MS;

/** Lock and contact tell of one and the same use. */
const SAME_USE_MS = MINUTE_MS;

/** Sets the timer that looks after all devices, once. */
export function keepWatch(state: CoreState, nowMs: number): void {
  if (!state.timers.has(SWEEP)) setTimer(state, SWEEP, { dueMs: nowMs + SWEEP_EVERY_MS, calendar: false });
}

export const deviceFault: ReadingRule = (state, { reading, device, seat, toldMs, nowMs }) => {
  const { known } = seat;
  if (device.watch === false || known === undefined) return NOTHING;
  known.watch ??= newWatch(nowMs);
  const { watch } = known;
  const { offlineAtMs, weekAtMs } = watch;
  if (reading.kind === "device.offline") watch.offlineAtMs ??= nowMs;
  else if (reading.kind === "device.online") comeBack(watch, nowMs);
  else hear(watch, device, reading, toldMs ?? nowMs, nowMs);
  // Its outages may be other ones now.
  if (watch.offlineAtMs !== offlineAtMs || watch.weekAtMs !== weekAtMs) lookedAt(state).patience.delete(device.kind);
  noteUse(state, seat, reading, nowMs);
  return isSuspicious(watch) ? judge(state, device, watch, nowMs) : NOTHING;
};

/** What a reading alone can begin or end; silence and stillness are found by the sweep. */
const isSuspicious = ({ babbleAtMs, oddAtMs, faults }: DeviceWatch): boolean =>
  babbleAtMs !== undefined || oddAtMs.length === ODD_COUNT || hasAny(faults);

function hasAny(faults: DeviceWatch["faults"]): boolean {
  if (faults === NO_FAULTS) return false;
  for (const _ in faults) return true;
  return false;
}

/** Every neighbour that should have noticed. */
function noteUse(state: CoreState, seat: Seat, reading: RawReading, nowMs: number): void {
  if (!isUse(reading)) return;
  for (const { device, known } of seat.neighbours) {
    const watch = known?.watch;
    // Of a device that is known to be away nobody expects that it notices.
    if (watch === undefined || watch.offlineAtMs !== undefined || nowMs - watch.missedAtMs < SAME_USE_MS) continue;
    watch.missedAtMs = nowMs;
    // A presence sensor that sees somebody has nothing to add.
    if (watch.onAtMs === undefined) {
      watch.missed += 1;
      watch.unseen += 1;
    }
    touch(state, "device", device.id);
  }
}

const isUse = ({ kind, value }: RawReading): boolean =>
  kind === "access.granted" || kind === "door.opened" || ((kind === "count.in" || kind === "count.out") && value !== 0);

/** Looks at every device: silence makes no reading. */
export const sweepDevices: TimerRule = (state, _subject, dueMs, nowMs) => {
  setTimer(state, SWEEP, { dueMs: Math.max(dueMs, nowMs - SWEEP_EVERY_MS) + SWEEP_EVERY_MS, calendar: false });
  const deafMs = nowMs - dueMs;
  const events: AlertEvent[] = [];
  for (const row of lookedAt(state).rows) {
    row.watch ??= state.devices.get(row.device.id)?.watch;
    const { device, watch } = row;
    if (watch === undefined) continue;
    // While the gateway itself was off nobody listened.
    if (deafMs > SWEEP_EVERY_MS) {
      watch.heardAtMs += deafMs;
      watch.seenAtMs += deafMs;
      if (watch.offlineAtMs !== undefined) watch.offlineAtMs += deafMs;
      state.dirty.add(`device/${device.id}`);
    }
    // Four times an hour nearly all of them are well.
    if (isStill(row, watch) && nowMs <= row.silentFromMs && isUnsuspicious(device, watch, nowMs)) continue;
    row.heardAtMs = watch.heardAtMs;
    row.weekAtMs = watch.weekAtMs;
    row.silentFromMs = silentFromMs(device, watch);
    const found = judge(state, device, watch, nowMs);
    if (found.length > 0) events.push(...found);
  }
  return events;
};

/** A device as the sweep saw it last. */
interface Looked {
  readonly device: Device;
  watch: DeviceWatch | undefined;
  heardAtMs: number;
  weekAtMs: number;
  silentFromMs: number;
}

/** Its habit and its last word are what they were. */
const isStill = (row: Looked, { heardAtMs, weekAtMs }: DeviceWatch): boolean =>
  row.heardAtMs === heardAtMs && row.weekAtMs === weekAtMs;

interface LookedAt {
  readonly model: Model;
  /** In the order of the site file: a state that was read back from disk has an order of its own. */
  readonly rows: readonly Looked[];
  /** How long devices of a kind may be away, as far as their outages have been looked at. */
  readonly patience: Map<Device["kind"], number>;
}

const looked = new WeakMap<CoreState["devices"], LookedAt>();

function lookedAt(state: CoreState): LookedAt {
  const model = modelOf(state);
  let known = looked.get(state.devices);
  if (known?.model !== model) {
    const rows = [...model.devices.values()].map((device) => ({
      device,
      watch: undefined,
      heardAtMs: Number.NaN,
      weekAtMs: Number.NaN,
      silentFromMs: 0,
    }));
    known = { model, rows, patience: new Map() };
    looked.set(state.devices, known);
  }
  return known;
}

const NOTHING: readonly AlertEvent[] = [];

function judge(state: CoreState, device: Device, watch: DeviceWatch, nowMs: number): readonly AlertEvent[] {
  const patience: Patience = (kind) => patienceFor(state, kind);
  const faults = device.watch === false ? NO_FAULTS : symptomsOf(device, watch, nowMs, patience);
  if (watch.wellAtMs === undefined && faults === NO_FAULTS && !hasAny(watch.faults)) return NOTHING;
  const space = state.model?.spaceOf.get(device.id);
  const now = Object.entries(faults);
  watch.faults = faults;
  state.dirty.add(`device/${device.id}`);
  if (space === undefined) return [];
  const place = { kind: "device-fault" as const, space, device: device.id };
  const record = recordOf(state, place);
  const standing = isStanding(record);
  if (standing && now.length === 0) {
    if (isRecurring(record)) {
      watch.wellAtMs ??= nowMs;
      if (nowMs - watch.wellAtMs < QUIET_MS) return [];
    }
    watch.wellAtMs = undefined;
    const event = clear(state, place, nowMs, "the device works again");
    return event === undefined ? [] : [event];
  }
  watch.wellAtMs = undefined;
  if (standing || now.length === 0) return [];
  const often = recurrence(record, nowMs, WELL_FOR_LONG);
  const finding = {
    ...place,
    level: state.model?.spaces.get(space)?.risk ?? ("blue" as const),
    sinceMs: "silent" in faults ? watch.heardAtMs : nowMs,
    trigger: null,
    probability: 1,
    evidence: [
      ...now.map(([fault, { says, zh }]) =>
        fact(device.kind, { says: `${fault}: ${says}`, zh: `${FAULT_ZH[fault as Fault]}：${zh}` }),
      ),
      ...(often === undefined ? [] : [fact(device.kind, often)]),
    ],
  };
  return [raise(state, finding, nowMs)];
}

const WELL_FOR_LONG = { says: "the device has worked for 14 days", zh: "设备连续14天正常" };

const FAULT_ZH: Readonly<Record<Fault, string>> = {
  silent: "无声",
  offline: "离线",
  stuck: "失灵",
  babbling: "乱报",
  implausible: "数据失真",
};

/** By what is remembered of all devices of the kind. */
function patienceFor(state: CoreState, kind: Device["kind"]): number {
  const { rows, patience } = lookedAt(state);
  let patienceMs = patience.get(kind);
  if (patienceMs === undefined) {
    const outages: number[] = [];
    for (const row of rows) {
      if (row.device.kind !== kind) continue;
      row.watch ??= state.devices.get(row.device.id)?.watch;
      for (const ms of row.watch?.outages ?? NO_OUTAGES) outages.push(ms);
    }
    patienceMs = patienceOf(outages);
    patience.set(kind, patienceMs);
  }
  return patienceMs;
}

const NO_OUTAGES: readonly number[] = [];
