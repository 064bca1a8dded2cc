/** One line of meaning for a radar's frame in a dialogue. */
import { toHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { decodeRadarConfig, RADAR_COMMANDS } from "./config-frames.ts";
import { isConfigFrame } from "./framing.ts";
import { decodeLd2410 } from "./ld2410.ts";
import { decodeLd2450 } from "./ld2450.ts";

const NAMES = new Map(Object.entries(RADAR_COMMANDS).map(([name, word]) => [word as number, name]));

/** Of the LD2410 and the LD2450; both directions look alike. */
export function describeRadar(frame: Uint8Array, _direction: "tx" | "rx"): string {
  try {
    if (isConfigFrame(frame)) return describeConfig(frame);
    if (frame[0] === 0xaa) return describeTargets(frame);
    const report = decodeLd2410(frame);
    const moving = report.state === "stationary" ? "" : ` moving ${report.movingDistanceCm} cm/${report.movingEnergy}`;
    const still =
      report.state === "moving" ? "" : ` still ${report.stationaryDistanceCm} cm/${report.stationaryEnergy}`;
    return `report ${report.state}${report.state === "none" ? "" : moving + still}`;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return `not a frame: ${error.message}`;
  }
}

function describeConfig(frame: Uint8Array): string {
  const config = decodeRadarConfig(frame);
  const name = NAMES.get(config.command) ?? `command ${config.command.toString(16).padStart(4, "0")}`;
  const value = config.value.length === 0 ? "" : ` ${toHex(config.value)}`;
  return config.kind === "command" ? `${name}${value}` : `${name} ${config.status === 0 ? "ok" : "refused"}${value}`;
}

function describeTargets(frame: Uint8Array): string {
  const targets = decodeLd2450(frame);
  const told = targets.map(({ slot, xMm, yMm, speedCmS }) => ` ${slot}: ${xMm},${yMm} mm ${speedCmS} cm/s`);
  return `report ${targets.length} targets${told.join(";")}`;
}
