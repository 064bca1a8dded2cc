/** What goes wrong with a device on a line, by name, from a seed: the line's faults for any device, its own where it offers them. */
import type { Random } from "@gatehouse/protocol/testing";
import { DOOR_PARTS, type SimDevice, type SimEvent } from "./device.ts";

/** On the way, whatever the device. */
export const LINE_FAULTS = ["noise", "drop", "duplicate", "slow", "mute", "babble"] as const;
/** Inside the device: what they do is its own. */
export const DEVICE_FAULTS = [
  "wrong-address",
  "wrong-key",
  "reboot",
  "counter-wrap",
  "power-cut",
  "brown-out",
  "unplug",
  ...DOOR_PARTS.map((part) => `stuck-${part}` as const),
] as const;

export type LineFault = (typeof LINE_FAULTS)[number];
export type DeviceFault = (typeof DEVICE_FAULTS)[number];
export type Fault = LineFault | DeviceFault;

/** How a device suffers its own faults; `on` false makes it whole again. */
export type OwnFaults = Readonly<Partial<Record<DeviceFault, (on: boolean, nowMs: number) => void>>>;

export interface FaultyDevice extends SimDevice {
  readonly faults: ReadonlySet<Fault>;
  /** False when the device does not know this fault. */
  set(fault: Fault, on: boolean, nowMs: number): boolean;
}

/** One answer in so many is hit, where the fault does not always hit. */
const HIT = 0.3;
const SLOW_MS = { low: 250, high: 900 };
const REBOOT_MS = 2_000;
const BABBLE_MS = 20;
const MAX_NOISE_BYTES = 12;

type Answer = ReturnType<SimDevice["hear"]>[number];

export function withFaults(
  device: SimDevice,
  faults: Iterable<Fault>,
  random: Random,
  own: OwnFaults = {},
): FaultyDevice {
  const active = new Set<Fault>(faults);
  for (const fault of active) own[fault as DeviceFault]?.(true, 0);
  let mutedUntilMs = Number.NEGATIVE_INFINITY;
  let babbledMs = Number.NEGATIVE_INFINITY;
  let lastSaid: Uint8Array = noise(random);

  const isMute = (nowMs: number) => active.has("mute") || nowMs < mutedUntilMs;
  const spoil = (answer: Answer): readonly Answer[] => {
    let { bytes, afterMs } = answer;
    if (active.has("drop") && random.chance(HIT)) return [];
    if (active.has("slow")) afterMs += random.int(SLOW_MS.low, SLOW_MS.high);
    if (active.has("noise") && random.chance(HIT)) bytes = disturb(bytes, random);
    if (active.has("duplicate") && random.chance(HIT))
      return [
        { bytes, afterMs },
        { bytes, afterMs: afterMs + random.int(1, 30) },
      ];
    return [{ bytes, afterMs }];
  };

  return {
    id: device.id,
    faults: active,
    ...(device.tickMs === undefined ? {} : { tickMs: device.tickMs }),
    hear: (bytes, nowMs) => {
      if (nowMs < mutedUntilMs) return [];
      const answers = device.hear(bytes, nowMs);
      const [last] = answers.slice(-1);
      if (last !== undefined) lastSaid = last.bytes;
      return isMute(nowMs) ? [] : answers.flatMap(spoil);
    },
    tick: (nowMs) => {
      const said = device.tick?.(nowMs) ?? [];
      if (isMute(nowMs)) return [];
      const spoilt = said.flatMap((bytes) => spoil({ bytes, afterMs: 0 })).map(({ bytes }) => bytes);
      if (!active.has("babble") || nowMs - babbledMs < BABBLE_MS) return spoilt;
      babbledMs = nowMs;
      return [...spoilt, random.chance(0.5) ? lastSaid : noise(random)];
    },
    act: (event: SimEvent, nowMs) => device.act(event, nowMs),
    set: (fault, on, nowMs) => {
      const isOwn = (DEVICE_FAULTS as readonly Fault[]).includes(fault);
      const suffer = own[fault as DeviceFault];
      if (isOwn && suffer === undefined) return false;
      if (on) active.add(fault);
      else active.delete(fault);
      if (fault === "reboot" && on) mutedUntilMs = nowMs + REBOOT_MS;
      suffer?.(on, nowMs);
      return true;
    },
  };
}

const noise = (random: Random): Uint8Array =>
  Uint8Array.from({ length: random.int(1, MAX_NOISE_BYTES) }, () => random.int(0, 255));

/** A flipped bit, a lost byte, or rubbish before or within. */
function disturb(bytes: Uint8Array, random: Random): Uint8Array {
  const at = random.int(0, Math.max(0, bytes.length - 1));
  switch (random.int(0, 2)) {
    case 0:
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << random.int(0, 7)) : byte));
    case 1:
      return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1)]);
    default:
      return Uint8Array.from([...bytes.subarray(0, at), ...noise(random), ...bytes.subarray(at)]);
  }
}
