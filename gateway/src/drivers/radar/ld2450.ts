/** Driver of the HLK-LD2450: up to three people by position, counted where a device's zones are. */
import {
  type Device,
  decodeLd2450,
  enterConfig,
  InvariantError,
  isInZone,
  LD2450_TARGETS,
  type Ld2450Target,
  ld2450Framing,
  type RadarZone,
  RejectedError,
  radarCommand,
} from "@gatehouse/protocol";
import { z } from "zod";
import type { Driver, DriverDeps, DriverType } from "../../core/ports.ts";
import { radarKeys } from "./config.ts";
import { ld2450Dialogue } from "./dialogue.ts";
import { type AskRadar, RadarDriver, type RadarModel } from "./radar-driver.ts";

/** It sees some 6 m far; beyond this nothing it says is a person. */
const REACH_MM = 8_000;
const metres = z.number().min(-8).max(8);

const Ld2450Config = z.strictObject({
  ...radarKeys,
  countSeconds: z.number().min(1).max(3_600).default(10).describe("the number of people is told at most so often"),
  repeatSeconds: z
    .number()
    .min(60)
    .max(3_600)
    .default(900)
    .describe("a number that stays is told again after so long: it speaks only for its hour"),
  configure: z
    .strictObject({ tracking: z.enum(["one", "many"]).describe("people followed at once: one, or up to three") })
    .optional()
    .describe("written into the radar at the start and read back; without it nothing is written"),
});
type Ld2450Config = z.infer<typeof Ld2450Config>;

const Ld2450Device = z.strictObject({
  zones: z
    .array(
      z
        .strictObject({ x: z.tuple([metres, metres]), y: z.tuple([metres, metres]) })
        .describe("a rectangle in metres as the radar sees it: x to its right, y away from it"),
    )
    .min(1)
    .max(16)
    .optional()
    .describe("only people in one of these rectangles count; without it all the radar sees"),
});

type Targets = readonly Ld2450Target[];

function model({ configure }: Ld2450Config, devices: readonly Device[]): RadarModel<Targets> {
  const zones = new Map(devices.map((device) => [device.id, zonesOf(device)]));
  return {
    framing: ld2450Framing,
    most: LD2450_TARGETS,
    decode: (frame) => decodeLd2450(frame).filter(isSomebody),
    peopleOf: (targets, { id }) => {
      const within = zones.get(id);
      if (within === undefined) return targets.length;
      return targets.filter((target) => within.some((zone) => isInZone(target, zone))).length;
    },
    configure: configure === undefined ? undefined : (ask) => settle(configure.tracking, ask),
  };
}

/** Without a checksum a damaged byte in an empty slot looks like a person, but one that stands nowhere a person can. */
const isSomebody = ({ xMm, yMm, resolutionMm }: Ld2450Target): boolean =>
  Math.abs(xMm) <= REACH_MM && yMm > 0 && yMm <= REACH_MM && resolutionMm > 0;

function zonesOf(device: Device): readonly RadarZone[] | undefined {
  const own = Ld2450Device.safeParse(device["zones"] === undefined ? {} : { zones: device["zones"] });
  if (!own.success) throw new InvariantError(`device ${device.id} was not checked: ${own.error.message}`);
  return own.data.zones?.map(({ x, y }) => ({
    fromXMm: x[0] * 1_000,
    toXMm: x[1] * 1_000,
    fromYMm: y[0] * 1_000,
    toYMm: y[1] * 1_000,
  }));
}

const TRACKING = { one: 1, many: 2 } as const;

async function settle(tracking: "one" | "many", ask: AskRadar): Promise<void> {
  await ask(enterConfig());
  const isSo = async () => (await ask(radarCommand("read-tracking"))).value[0] === TRACKING[tracking];
  if (await isSo()) return;
  await ask(radarCommand(tracking === "one" ? "track-one" : "track-many"));
  if (!(await isSo())) throw new RejectedError(`the radar does not keep to following ${tracking}`);
}

export const ld2450 = {
  type: "ld2450",
  config: Ld2450Config,
  speaks: () => ld2450Dialogue,
  actions: [],
  device: Ld2450Device,
  create: (id: string, config: Ld2450Config, deps: DriverDeps): Driver =>
    new RadarDriver(id, config, deps, model(config, deps.devices)),
} satisfies DriverType<Ld2450Config>;
