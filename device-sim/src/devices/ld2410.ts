/** A simulated HLK-LD2410: sees whether somebody is there, moving or still. */
import {
  decodeLd2410Limits,
  encodeLd2410,
  encodeLd2410Parameters,
  FrameError,
  type Ld2410Parameters,
  RADAR_COMMANDS,
  type RadarCommand,
} from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import type { SimDevice } from "./device.ts";
import { createRadar, type RadarOptions } from "./radar.ts";

export interface Ld2410Options extends RadarOptions {
  /** Share of reports in which a person is missed, as by a radar at the edge of its range; default 0.02. */
  readonly missed?: number;
  /** Share of reports that see somebody where nobody is, as a curtain in the wind; default 0.002. */
  readonly ghosts?: number;
}

type Chance = Pick<Random, "chance" | "int">;

export function createLd2410(options: Ld2410Options, random: Chance): SimDevice {
  const { missed = 0.02, ghosts = 0.002 } = options;
  let parameters: Ld2410Parameters = {
    maxGate: 8,
    maxMovingGate: 8,
    maxStationaryGate: 8,
    movingSensitivity: [50, 50, 40, 30, 20, 15, 15, 15, 15],
    stationarySensitivity: [0, 0, 40, 40, 30, 30, 20, 20, 20],
    unmannedSeconds: 5,
  };

  function report(people: number): Uint8Array {
    const seen = people > 0 ? !random.chance(missed) : random.chance(ghosts);
    const stateCode = seen ? random.int(1, 3) : 0;
    const cm = seen ? random.int(75, 450) : 0;
    return encodeLd2410({
      stateCode,
      state: "none",
      movingDistanceCm: stateCode === 2 ? 0 : cm,
      movingEnergy: stateCode === 2 ? 0 : random.int(30, 100),
      stationaryDistanceCm: stateCode === 1 ? 0 : cm,
      stationaryEnergy: stateCode === 1 ? 0 : random.int(30, 100),
      detectionDistanceCm: cm,
    });
  }

  function configure({ command, value }: RadarCommand): Uint8Array | undefined {
    if (command === RADAR_COMMANDS["read-parameters"]) return encodeLd2410Parameters(parameters);
    if (command !== RADAR_COMMANDS["set-parameters"]) return undefined;
    try {
      parameters = { ...parameters, ...decodeLd2410Limits(value) };
      return new Uint8Array(0);
    } catch (error) {
      if (error instanceof FrameError) return undefined;
      throw error;
    }
  }

  return createRadar(options, { report, configure });
}
