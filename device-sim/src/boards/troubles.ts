/** What befalls a door board, by the names scenarios and the command line give it: power that goes and comes back, a plug pulled out, parts that are stuck. */
import type { Random } from "@gatehouse/protocol/testing";
import { DOOR_PARTS, type DoorPart, type SimDevice, type SimEvent } from "../devices/device.ts";
import type { OwnFaults } from "../devices/faulty.ts";

/** Those that come back: at once, then about once a minute for as long as the fault is on. */
const PASSING = {
  /** The supply is away for a while. */
  "power-cut": { lastsMs: 3_000, begin: { kind: "power", ok: false }, end: { kind: "power", ok: true } },
  /** Fed by its plug: without power, and nothing on the line. */
  unplug: { lastsMs: 8_000, begin: { kind: "power", ok: false }, end: { kind: "power", ok: true } },
  /** The supply dips for a moment. */
  "brown-out": { lastsMs: 0, begin: { kind: "brown-out" }, end: undefined },
} as const satisfies Record<string, { lastsMs: number; begin: SimEvent; end: SimEvent | undefined }>;
type Passing = keyof typeof PASSING;

const EVERY_MS = { low: 45_000, high: 75_000 };

interface Course {
  nextMs: number;
  endMs: number | undefined;
}

export interface Troubled {
  readonly device: SimDevice;
  readonly own: OwnFaults;
}

export function boardTroubles(device: SimDevice, random: Pick<Random, "int">): Troubled {
  const courses = new Map<Passing, Course>();

  function follow(nowMs: number): void {
    for (const [name, course] of courses) {
      const { lastsMs, begin, end } = PASSING[name];
      if (course.endMs !== undefined && nowMs >= course.endMs) {
        course.endMs = undefined;
        if (end !== undefined) device.act(end, nowMs);
      }
      if (nowMs < course.nextMs) continue;
      device.act(begin, nowMs);
      course.endMs = nowMs + lastsMs;
      course.nextMs = nowMs + lastsMs + random.int(EVERY_MS.low, EVERY_MS.high);
    }
  }
  const passing = (name: Passing) => (on: boolean, nowMs: number) => {
    const { end } = PASSING[name];
    if (on) courses.set(name, { nextMs: nowMs, endMs: undefined });
    else if (courses.get(name)?.endMs !== undefined && end !== undefined) device.act(end, nowMs);
    if (!on) courses.delete(name);
  };
  const stuck = (part: DoorPart) => (on: boolean, nowMs: number) =>
    device.act({ kind: "stuck", part, level: on ? "high" : "free" }, nowMs);
  const isUnplugged = () => courses.get("unplug")?.endMs !== undefined;

  return {
    device: {
      id: device.id,
      ...(device.tickMs === undefined ? {} : { tickMs: device.tickMs }),
      hear: (bytes, nowMs) => (isUnplugged() ? [] : device.hear(bytes, nowMs)),
      tick: (nowMs) => {
        follow(nowMs);
        const said = device.tick?.(nowMs) ?? [];
        return isUnplugged() ? [] : said;
      },
      act: (...happening) => device.act(...happening),
    },
    own: {
      "power-cut": passing("power-cut"),
      unplug: passing("unplug"),
      "brown-out": passing("brown-out"),
      ...Object.fromEntries(DOOR_PARTS.map((part) => [`stuck-${part}`, stuck(part)])),
    },
  };
}
