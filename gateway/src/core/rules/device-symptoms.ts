/** What is wrong with a device, by what is remembered of it: silent, offline, stuck, babbling, implausible. Pure. */
import type { Device } from "@gatehouse/protocol";
import { type DeviceWatch, most, NO_FAULTS, ODD_COUNT } from "./device-watch.ts";
import { span, type Words } from "./words.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Habits are known after so long and so many readings. */
const KNOWN_MS = 3 * DAY_MS;
const KNOWN_READINGS = 20;
/** A device that was never quiet for longer speaks by the clock, not by what happens. */
const PERIODIC_MS = 2 * HOUR_MS;
/** Away for so long is a fault; where outages end by themselves, later, but not later than a day. */
const OFFLINE_MS = 6 * HOUR_MS;
const OFFLINE_MOST_MS = DAY_MS;
/** Shorter ones are no outages; from so many on it is known how long they last on this site. */
const OUTAGE_MS = 10 * MINUTE_MS;
const KNOWN_OUTAGES = 5;
/** Uses of its door a device may sleep through: a silent one, a counter, a presence sensor (which may look away from the door). */
const MISSED_SILENT = 20;
const UNSEEN_COUNTER = 20;
const UNSEEN_PRESENCE = 60;
const STUCK_ON_MS = 7 * DAY_MS;
const BABBLE_QUIET_MS = 30 * MINUTE_MS;

/** How long devices of a kind may be away, by {@link patienceOf}, ms. */
export type Patience = (kind: Device["kind"]) => number;

export function symptomsOf(
  device: Device,
  watch: DeviceWatch,
  nowMs: number,
  patience: Patience,
): DeviceWatch["faults"] {
  const silent = silence(device, watch, nowMs);
  const stuck = stuckness(device, watch, nowMs);
  const offline = absence(device, watch, nowMs, patience);
  const { babbleAtMs, oddAtMs, miscounts } = watch;
  const odd = oddAtMs.length === ODD_COUNT && oddAtMs.every((moment) => nowMs - moment < DAY_MS);
  const babbles = babbleAtMs !== undefined && nowMs - babbleAtMs < BABBLE_QUIET_MS;
  // Nothing is made where nothing is wrong: all devices are looked at four times an hour.
  const implausible = odd ? oddly(watch) : miscounts;
  if (silent === undefined && offline === undefined && stuck === undefined && !babbles && implausible === undefined)
    return NO_FAULTS;
  const faults: DeviceWatch["faults"] = {};
  if (silent !== undefined) faults.silent = silent;
  if (offline !== undefined) faults.offline = offline;
  if (stuck !== undefined) faults.stuck = stuck;
  if (babbles) faults.babbling = BABBLES;
  if (implausible !== undefined) faults.implausible = implausible;
  return faults;
}

const BABBLES: Words = {
  says: "far more readings in ten minutes than people can cause",
  zh: "十分钟内上报次数远超人员活动所能造成",
};

/** A fault that is told stays told, whatever is learnt meanwhile. */
function absence(
  { kind }: Device,
  { offlineAtMs, faults }: DeviceWatch,
  nowMs: number,
  patience: Patience,
): Words | undefined {
  if (offlineAtMs === undefined || nowMs - offlineAtMs < OFFLINE_MS) return undefined;
  if (faults.offline === undefined && nowMs - offlineAtMs < patience(kind)) return undefined;
  const { says, zh } = span(nowMs - offlineAtMs);
  return { says: `not reachable for ${says}`, zh: `已${zh}无法连接` };
}

/** Half as long again as all but the longest of the outages that ended by themselves. */
export function patienceOf(outages: readonly number[]): number {
  const known = outages.filter((ms) => ms >= OUTAGE_MS).sort((a, b) => a - b);
  if (known.length < KNOWN_OUTAGES) return OFFLINE_MS;
  const long = known[Math.floor(0.9 * (known.length - 1))] ?? 0;
  return Math.min(OFFLINE_MOST_MS, Math.max(OFFLINE_MS, 1.5 * long));
}

const oddly = ({ odd, oddZh }: DeviceWatch): Words => ({
  says: `${odd}, and the like ${ODD_COUNT} times within a day`,
  zh: `${oddZh ?? odd}，一天内此类情况${ODD_COUNT}次`,
});

function silence(device: Device, watch: DeviceWatch, nowMs: number): Words | undefined {
  // That a device is away explains its silence.
  if (watch.offlineAtMs !== undefined) return undefined;
  if (nowMs - watch.firstAtMs < KNOWN_MS || watch.readings < KNOWN_READINGS) return undefined;
  const quietMs = nowMs - watch.heardAtMs;
  // Whatever its habit; most devices have said something since.
  if (quietMs <= HOUR_MS) return undefined;
  const habitMs = habitOf(device, watch);
  if (habitMs <= PERIODIC_MS) return quietMs > Math.max(HOUR_MS, 4 * habitMs) ? silentFor(quietMs, habitMs) : undefined;
  const passedBy = watch.missed >= MISSED_SILENT && quietMs > Math.max(36 * HOUR_MS, 2 * habitMs);
  if (passedBy) {
    const words = silentFor(quietMs, habitMs);
    return {
      says: `${words.says}; its door was used ${watch.missed} times since`,
      zh: `${words.zh}；其间所在的门使用了${watch.missed}次`,
    };
  }
  return quietMs > Math.max(30 * DAY_MS, 4 * habitMs) ? silentFor(quietMs, habitMs) : undefined;
}

/** Before then no silence since it was heard last can be a fault, whatever happens at its door. By {@link silence}. */
export function silentFromMs(device: Device, watch: DeviceWatch): number {
  const habitMs = habitOf(device, watch);
  const leastMs =
    habitMs <= PERIODIC_MS
      ? Math.max(HOUR_MS, 4 * habitMs)
      : Math.min(Math.max(36 * HOUR_MS, 2 * habitMs), Math.max(30 * DAY_MS, 4 * habitMs));
  return watch.heardAtMs + leastMs;
}

/** Nothing but its silence can be a fault of it. */
export const isUnsuspicious = (device: Device, watch: DeviceWatch, nowMs: number): boolean =>
  watch.faults === NO_FAULTS &&
  watch.offlineAtMs === undefined &&
  watch.babbleAtMs === undefined &&
  watch.miscounts === undefined &&
  watch.wellAtMs === undefined &&
  watch.oddAtMs.length < ODD_COUNT &&
  stuckness(device, watch, nowMs) === undefined;

const habitOf = ({ reportSeconds }: Device, { gaps }: DeviceWatch): number =>
  Math.max(most(gaps), (reportSeconds ?? 0) * 1_000);

function silentFor(quietMs: number, habitMs: number): Words {
  const [quiet, habit] = [span(quietMs), span(habitMs)];
  return {
    says: `no word for ${quiet.says}, its longest silence before was ${habit.says}`,
    zh: `已${quiet.zh}无消息，此前最长无消息${habit.zh}`,
  };
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
