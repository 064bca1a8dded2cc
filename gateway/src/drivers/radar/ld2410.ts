/** Driver of the HLK-LD2410: somebody is there, or nobody. */
import {
  decodeLd2410,
  decodeLd2410Parameters,
  encodeLd2410Limits,
  enterConfig,
  type Ld2410Limits,
  ld2410Framing,
  RejectedError,
  radarCommand,
} from "@gatehouse/protocol";
import { z } from "zod";
import type { Driver, DriverDeps, DriverType } from "../../core/ports.ts";
import { radarKeys } from "./config.ts";
import { ld2410Dialogue } from "./dialogue.ts";
import { type AskRadar, RadarDriver, type RadarModel } from "./radar-driver.ts";

const gate = z.int().min(1).max(8, "gates go from 1 to 8, of 0.75 m each").optional();

const Settings = z.strictObject({
  maxMovingGate: gate.describe("farthest gate in which somebody who moves is seen"),
  maxStationaryGate: gate.describe("farthest gate in which somebody who keeps still is seen"),
  unmannedSeconds: z.int().min(0).max(65_535).optional().describe("the radar's own hold; short, the driver holds"),
});

const Ld2410Config = z.strictObject({
  ...radarKeys,
  configure: Settings.optional().describe(
    "written into the radar at the start and read back; without it nothing is written",
  ),
});
type Ld2410Config = z.infer<typeof Ld2410Config>;

/** True for somebody there; undefined while it calibrates. */
const model = ({ configure }: Ld2410Config): RadarModel<boolean> => ({
  framing: ld2410Framing,
  most: 1,
  decode: (frame) => {
    const { state } = decodeLd2410(frame);
    return state === "calibrating" ? undefined : state !== "none";
  },
  peopleOf: (report) => (report ? 1 : 0),
  configure: configure === undefined ? undefined : (ask) => settle(configure, ask),
});

async function settle(settings: z.infer<typeof Settings>, ask: AskRadar): Promise<void> {
  await ask(enterConfig());
  const before = await read(ask);
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const wanted: Ld2410Limits = { ...before, ...Object.fromEntries(given) };
  if (same(before, wanted)) return;
  await ask(radarCommand("set-parameters", encodeLd2410Limits(wanted)));
  const after = await read(ask);
  if (!same(after, wanted)) throw new RejectedError(`the radar kept ${told(after)} where ${told(wanted)} was written`);
}

const read = async (ask: AskRadar): Promise<Ld2410Limits> =>
  decodeLd2410Parameters((await ask(radarCommand("read-parameters"))).value);

const told = ({ maxMovingGate, maxStationaryGate, unmannedSeconds }: Ld2410Limits): string =>
  `gates ${maxMovingGate} and ${maxStationaryGate}, ${unmannedSeconds} s`;
const same = (a: Ld2410Limits, b: Ld2410Limits): boolean => told(a) === told(b);

export const ld2410 = {
  type: "ld2410",
  config: Ld2410Config,
  speaks: () => ld2410Dialogue,
  actions: [],
  create: (id: string, config: Ld2410Config, deps: DriverDeps): Driver =>
    new RadarDriver(id, config, deps, model(config)),
} satisfies DriverType<Ld2410Config>;
