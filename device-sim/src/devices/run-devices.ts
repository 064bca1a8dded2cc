/** Simulated devices as a program: on one line, over TCP or a pty, told by lines of JSON what happens to them. */
import type { Clock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { z } from "zod";
import { deviceByName, type NamedDevice } from "./catalogue.ts";
import { DOOR_PARTS, type SimEvent } from "./device.ts";
import { openFarEnd, openNetwork } from "./far-end.ts";
import { DEVICE_FAULTS, LINE_FAULTS } from "./faulty.ts";
import type { UdpDevice } from "./serve-udp.ts";
import { type SharedLineOptions, shareLine } from "./shared-line.ts";

export interface RunDevicesOptions {
  /** `osdp-reader?address=3`, one for each device. */
  readonly devices: readonly string[];
  /** `tcp:[HOST:]PORT`, `pty:PATH` for a link to a pseudo-terminal, or `udp:[HOST:]PORT` for boards on a network. */
  readonly listen: string;
  /** Bytes travel as fast as this rate lets them; without it at once. */
  readonly baud?: number | undefined;
  readonly seed: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What happens: see Happening. */
  readonly lines?: AsyncIterable<string> | undefined;
  /** Told `{ listen }` once, then `{ device, shown }` whenever something can be seen, and `{ problem }` for lines that are none. */
  readonly tell: (told: object) => void;
}

const id = z.string().optional();
/** One line: an event of the first device, or of the one named; or a fault put on or taken off. */
const Happening = z.union([
  z.strictObject({ device: id, fault: z.enum([...LINE_FAULTS, ...DEVICE_FAULTS]), on: z.boolean() }),
  z.discriminatedUnion("kind", [
    z.strictObject({ device: id, kind: z.literal("card"), number: z.number().int().min(0).max(0xffff_ffff) }),
    z.strictObject({ device: id, kind: z.literal("keypad"), digits: z.string().regex(/^[0-9*#]{1,16}$/) }),
    z.strictObject({ device: id, kind: z.literal("pass"), direction: z.enum(["in", "out"]) }),
    z.strictObject({ device: id, kind: z.literal("door"), open: z.boolean() }),
    z.strictObject({ device: id, kind: z.literal("presence"), people: z.number().int().min(0) }),
    z.strictObject({ device: id, kind: z.literal("use"), wh: z.number(), litres: z.number().default(0) }),
    z.strictObject({ device: id, kind: z.literal("tamper"), on: z.boolean() }),
    z.strictObject({ device: id, kind: z.literal("power"), ok: z.boolean() }),
    z.strictObject({
      device: id,
      kind: z.literal("walk"),
      direction: z.enum(["in", "out"]),
      people: z.number().int().min(1).max(100).optional(),
      speedMmPerS: z.number().min(10).max(10_000).optional(),
      gapMm: z.number().min(0).max(100_000).optional(),
      depthMm: z.number().min(1).max(2_000).optional(),
      turnsBackMm: z.number().min(0).max(10_000).optional(),
      hesitatesMm: z.number().min(0).max(10_000).optional(),
      stepsBackMm: z.number().min(1).max(10_000).optional(),
      trolleyMm: z.number().min(1).max(2_000).optional(),
    }),
    z.strictObject({ device: id, kind: z.literal("beam"), beam: z.enum(["a", "b"]), broken: z.boolean() }),
    z.strictObject({ device: id, kind: z.literal("button"), pressed: z.boolean() }),
    z.strictObject({ device: id, kind: z.literal("fire"), on: z.boolean() }),
    z.strictObject({ device: id, kind: z.literal("brown-out") }),
    z.strictObject({ device: id, kind: z.literal("reset") }),
    z.strictObject({
      device: id,
      kind: z.literal("stuck"),
      part: z.enum(DOOR_PARTS),
      level: z.enum(["high", "low", "free"]),
    }),
  ]),
]);

/** How often it is looked whether something can be seen that could not be seen before. */
const LOOK_MS = 50;
/** Start bit, eight data bits, stop bit. */
const BITS = 10;

/** Runs until the signal aborts. Throws ConfigError for a device or a line that cannot be. */
export async function runDevices(options: RunDevicesOptions): Promise<void> {
  const { clock, signal, tell, baud } = options;
  const random = new Random(options.seed);
  const named = options.devices.map((text, index) => deviceByName(text, index, random));
  const timing = baud === undefined ? {} : { characterMs: (BITS * 1_000) / baud };
  const far = await serve(options.listen, named, { clock, ...timing });
  tell({ listen: far.name, devices: named.map(({ device }) => device.id) });
  hear(options, named).catch((error: unknown) => tell({ problem: `no more lines are read: ${error}` }));
  try {
    const before = new Map<string, string>();
    while (!signal.aborted) {
      for (const { device, shown } of named) {
        const now = shown(clock.monoMs());
        const text = JSON.stringify(now);
        if (text !== undefined && before.get(device.id) !== text) tell({ device: device.id, shown: now });
        before.set(device.id, text);
      }
      await clock.sleep(LOOK_MS, signal).catch(() => {});
    }
  } finally {
    await far.close();
  }
}

async function hear({ lines, clock, tell }: RunDevicesOptions, named: readonly NamedDevice[]): Promise<void> {
  if (lines === undefined) return;
  for await (const text of lines) {
    if (text.trim() === "") continue;
    const problem = happen(text, named, clock.monoMs());
    if (problem !== undefined) tell({ problem, line: text });
  }
}

/** What was wrong with the line, if anything was. */
function happen(text: string, named: readonly NamedDevice[], nowMs: number): string | undefined {
  let item: unknown;
  try {
    item = JSON.parse(text);
  } catch {
    return "is not JSON";
  }
  const parsed = Happening.safeParse(item);
  if (!parsed.success) return "is no event and no fault";
  const { device: wanted, ...happening } = parsed.data;
  const found = wanted === undefined ? named[0] : named.find(({ device }) => device.id === wanted);
  if (found === undefined) return `there is no device "${wanted}"`;
  if (!("fault" in happening)) found.device.act(happening as SimEvent, nowMs);
  else if (!found.device.set(happening.fault, happening.on, nowMs)) return "this device has no such fault";
  return undefined;
}

interface Served {
  readonly name: string;
  close(): Promise<void>;
}

async function serve(listen: string, named: readonly NamedDevice[], options: SharedLineOptions): Promise<Served> {
  if (listen.startsWith("udp:")) return openNetwork(listen, onNetwork(named), options.clock, "--listen");
  const far = await openFarEnd(listen, "--listen");
  const devices = named.map(({ device }) => device);
  const line = shareLine(far.wire, devices, options);
  return {
    name: far.name,
    close: () => {
      line.stop();
      return far.close();
    },
  };
}

/** Boards, with the listeners they were told of. */
const onNetwork = (named: readonly NamedDevice[]): UdpDevice[] =>
  named.map(({ device, listener }) => ({
    id: device.id,
    hear: (...heard) => device.hear(...heard),
    tick: (nowMs) => device.tick?.(nowMs) ?? [],
    act: (...happening) => device.act(...happening),
    get listener() {
      return listener();
    },
  }));
