/**
 * Device fault: silent for much longer than its own habit, offline for long, stuck while its door is used, babbling, or saying what cannot be.
 * One alert a device, with the repair clocks of a device; clears by itself when the device is well again.
 */
import type { Device, RawReading } from "@gatehouse/protocol";
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import type { Model } from "../model.ts";
import { type CoreState, modelOf, setTimer } from "../state.ts";
import { type DeviceWatch, type Fault, hear, newWatch, ODD_COUNT } from "./device-watch.ts";
import type { ReadingRule, TimerRule } from "./rule.ts";
import { fact, span, type Words } from "./words.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const SWEEP = "rule:device-fault:sweep";
const SWEEP_EVERY_MS = 15 * MINUTE_MS;

/** Habits are known after so long and so many readings. */
const KNOWN_MS = 3 * DAY_MS;
const KNOWN_READINGS = 20;
/** A device that was never quiet for longer speaks by the clock, not by what happens. */
const PERIODIC_MS = 2 * HOUR_MS;
const OFFLINE_MS = 6 * HOUR_MS;
/** Uses of its door a device may sleep through: a silent one, a counter, a presence sensor (which may look away from the door). */
const MISSED_SILENT = 20;
const UNSEEN_COUNTER = 20;
const UNSEEN_PRESENCE = 60;
const STUCK_ON_MS = 7 * DAY_MS;
/** Lock and contact tell of one and the same use. */
const SAME_USE_MS = MINUTE_MS;
const BABBLE_QUIET_MS = 30 * MINUTE_MS;

/** Sets the timer that looks after all devices, once. */
export function keepWatch(state: CoreState, nowMs: number): void {
  if (!state.timers.has(SWEEP)) setTimer(state, SWEEP, { dueMs: nowMs + SWEEP_EVERY_MS, calendar: false });
}

export const deviceFault: ReadingRule = (state, { reading, device, nowMs }) => {
  const known = state.devices.get(device.id);
  if (known === undefined || device.watch === false) return [];
  known.watch ??= newWatch(nowMs);
  const { watch } = known;
  if (reading.kind === "device.offline") watch.offlineAtMs ??= nowMs;
  else if (reading.kind === "device.online") delete watch.offlineAtMs;
  else hear(watch, device, reading, nowMs);
  noteUse(state, device, reading, nowMs);
  return isSuspicious(watch) ? judge(state, device, watch, nowMs) : [];
};

/** What a reading alone can begin or end; silence and stillness are found by the sweep. */
const isSuspicious = ({ babbleAtMs, oddAtMs, faults }: DeviceWatch): boolean =>
  babbleAtMs !== undefined || oddAtMs.length === ODD_COUNT || Object.keys(faults).length > 0;

/** Every neighbour that should have noticed. */
function noteUse(state: CoreState, device: Device, reading: RawReading, nowMs: number): void {
  if (!isUse(reading)) return;
  for (const id of neighboursOf(modelOf(state), device)) {
    const watch = state.devices.get(id)?.watch;
    if (watch === undefined || nowMs - watch.missedAtMs < SAME_USE_MS) continue;
    watch.missedAtMs = nowMs;
    // A presence sensor that sees somebody has nothing to add.
    if (watch.onAtMs === undefined) {
      watch.missed += 1;
      watch.unseen += 1;
    }
    state.dirty.add(`device/${id}`);
  }
}

const isUse = ({ kind, value }: RawReading): boolean =>
  kind === "access.granted" || kind === "door.opened" || ((kind === "count.in" || kind === "count.out") && value !== 0);

type Neighbours = ReadonlyMap<string, readonly string[]>;

const neighbours = new WeakMap<Model, Neighbours>();

/** Devices at the same portal, and presence sensors in the spaces on its two sides. */
function neighboursOf(model: Model, device: Device): readonly string[] {
  let known = neighbours.get(model);
  if (known === undefined) {
    known = findNeighbours(model);
    neighbours.set(model, known);
  }
  const at = device.portal === undefined ? [] : (known.get(device.portal) ?? []);
  return at.filter((id) => id !== device.id);
}

function findNeighbours(model: Model): Neighbours {
  const devices = [...model.devices.values()];
  const atPortal = Map.groupBy(devices, ({ portal }) => portal ?? "");
  const seeing = Map.groupBy(
    devices.filter(({ kind, portal }) => kind === "presence" && portal === undefined),
    ({ space }) => space ?? "",
  );
  return new Map(
    [...model.portals.values()].map(({ id, from, to }) => {
      const near = [...(atPortal.get(id) ?? []), ...(seeing.get(from) ?? []), ...(seeing.get(to) ?? [])];
      return [id, near.map((device) => device.id)] as const;
    }),
  );
}

/** Looks at every device: silence makes no reading. */
export const sweepDevices: TimerRule = (state, _subject, dueMs, nowMs) => {
  setTimer(state, SWEEP, { dueMs: Math.max(dueMs, nowMs - SWEEP_EVERY_MS) + SWEEP_EVERY_MS, calendar: false });
  const deafMs = nowMs - dueMs;
  const events: AlertEvent[] = [];
  // In the order of the site file: a state that was read back from disk has an order of its own.
  for (const [id, device] of modelOf(state).devices) {
    const watch = state.devices.get(id)?.watch;
    if (watch === undefined) continue;
    // While the gateway itself was off nobody listened.
    if (deafMs > SWEEP_EVERY_MS) {
      watch.heardAtMs += deafMs;
      watch.seenAtMs += deafMs;
      if (watch.offlineAtMs !== undefined) watch.offlineAtMs += deafMs;
      state.dirty.add(`device/${id}`);
    }
    events.push(...judge(state, device, watch, nowMs));
  }
  return events;
};

function judge(state: CoreState, device: Device, watch: DeviceWatch, nowMs: number): AlertEvent[] {
  const space = state.model?.spaceOf.get(device.id);
  const before = Object.keys(watch.faults).length;
  const faults = device.watch === false ? {} : faultsOf(device, watch, nowMs);
  const now = Object.entries(faults);
  if (before === 0 && now.length === 0) return [];
  watch.faults = faults;
  state.dirty.add(`device/${device.id}`);
  if (space === undefined) return [];
  const place = { kind: "device-fault" as const, space, device: device.id };
  const standing = isStanding(recordOf(state, place));
  if (standing && now.length === 0) {
    const event = clear(state, place, nowMs, "the device works again");
    return event === undefined ? [] : [event];
  }
  if (standing || now.length === 0) return [];
  const finding = {
    ...place,
    level: state.model?.spaces.get(space)?.risk ?? ("blue" as const),
    sinceMs: "silent" in faults ? watch.heardAtMs : nowMs,
    trigger: null,
    probability: 1,
    evidence: now.map(([fault, { says, zh }]) =>
      fact(device.kind, { says: `${fault}: ${says}`, zh: `${FAULT_ZH[fault as Fault]}：${zh}` }),
    ),
  };
  return [raise(state, finding, nowMs)];
}

type Faults = DeviceWatch["faults"];

const FAULT_ZH: Readonly<Record<Fault, string>> = {
  silent: "无声",
  offline: "离线",
  stuck: "失灵",
  babbling: "乱报",
  implausible: "数据失真",
};

function faultsOf(device: Device, watch: DeviceWatch, nowMs: number): Faults {
  const silent = silence(device, watch, nowMs);
  const stuck = stuckness(device, watch, nowMs);
  const { offlineAtMs, babbleAtMs, oddAtMs } = watch;
  const odd = oddAtMs.length === ODD_COUNT && oddAtMs.every((moment) => nowMs - moment < DAY_MS);
  return {
    ...(silent === undefined ? {} : { silent }),
    ...(offlineAtMs !== undefined && nowMs - offlineAtMs >= OFFLINE_MS
      ? { offline: unreachable(nowMs - offlineAtMs) }
      : {}),
    ...(stuck === undefined ? {} : { stuck }),
    ...(babbleAtMs !== undefined && nowMs - babbleAtMs < BABBLE_QUIET_MS ? { babbling: BABBLES } : {}),
    ...(odd ? { implausible: oddly(watch) } : {}),
  };
}

const BABBLES: Words = {
  says: "far more readings in ten minutes than people can cause",
  zh: "十分钟内上报次数远超人员活动所能造成",
};

function unreachable(ms: number): Words {
  const { says, zh } = span(ms);
  return { says: `not reachable for ${says}`, zh: `已${zh}无法连接` };
}

const oddly = ({ odd, oddZh }: DeviceWatch): Words => ({
  says: `${odd}, and the like ${ODD_COUNT} times within a day`,
  zh: `${oddZh ?? odd}，一天内此类情况${ODD_COUNT}次`,
});

function silence(device: Device, watch: DeviceWatch, nowMs: number): Words | undefined {
  if (nowMs - watch.firstAtMs < KNOWN_MS || watch.readings < KNOWN_READINGS) return undefined;
  const quietMs = nowMs - watch.heardAtMs;
  const habitMs = Math.max(...watch.gaps, (device.reportSeconds ?? 0) * 1_000);
  const [quiet, habit] = [span(quietMs), span(habitMs)];
  const words = {
    says: `no word for ${quiet.says}, its longest silence before was ${habit.says}`,
    zh: `已${quiet.zh}无消息，此前最长无消息${habit.zh}`,
  };
  if (habitMs <= PERIODIC_MS) return quietMs > Math.max(HOUR_MS, 4 * habitMs) ? words : undefined;
  const passedBy = watch.missed >= MISSED_SILENT && quietMs > Math.max(36 * HOUR_MS, 2 * habitMs);
  if (passedBy) {
    return {
      says: `${words.says}; its door was used ${watch.missed} times since`,
      zh: `${words.zh}；其间所在的门使用了${watch.missed}次`,
    };
  }
  return quietMs > Math.max(30 * DAY_MS, 4 * habitMs) ? words : undefined;
}

function stuckness(device: Device, watch: DeviceWatch, nowMs: number): Words | undefined {
  if (device.kind === "presence" && watch.onAtMs !== undefined && nowMs - watch.onAtMs > STUCK_ON_MS) {
    const { says, zh } = span(nowMs - watch.onAtMs);
    return { says: `somebody there for ${says} without a break`, zh: `连续${zh}显示有人` };
  }
  const limit =
    device.kind === "counter" || device.kind === "turnstile"
      ? UNSEEN_COUNTER
      : device.kind === "presence"
        ? UNSEEN_PRESENCE
        : undefined;
  if (limit === undefined || watch.unseen < limit || nowMs - watch.seenAtMs < DAY_MS) return undefined;
  return {
    says: `its door was used ${watch.unseen} times and it noticed nobody`,
    zh: `所在的门使用了${watch.unseen}次，未察觉任何人`,
  };
}
