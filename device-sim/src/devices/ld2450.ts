/** A simulated HLK-LD2450: up to three people walk about in front of it; a fourth it cannot tell. */
import { encodeLd2450, LD2450_TARGETS, RADAR_COMMANDS, type RadarCommand } from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import type { SimDevice } from "./device.ts";
import { createRadar, type RadarOptions } from "./radar.ts";

export interface Ld2450Options extends RadarOptions {
  /** Share of reports in which one person is lost behind another; default 0.05. */
  readonly missed?: number;
  /** Where people walk, mm; default the middle of a room. */
  readonly area?: {
    readonly fromXMm: number;
    readonly fromYMm: number;
    readonly toXMm: number;
    readonly toYMm: number;
  };
}

type Chance = Pick<Random, "chance" | "int">;

const ROOM = { fromXMm: -1_500, fromYMm: 500, toXMm: 1_500, toYMm: 4_500 };
const STEP_MM = 120;

export function createLd2450(options: Ld2450Options, random: Chance): SimDevice {
  const { missed = 0.05, area = ROOM } = options;
  const walkers = Array.from({ length: LD2450_TARGETS }, () => ({
    x: random.int(area.fromXMm, area.toXMm),
    y: random.int(area.fromYMm, area.toYMm),
  }));
  let many = true;

  function report(people: number): Uint8Array {
    for (const walker of walkers) {
      walker.x = Math.min(area.toXMm, Math.max(area.fromXMm, walker.x + random.int(-STEP_MM, STEP_MM)));
      walker.y = Math.min(area.toYMm, Math.max(area.fromYMm, walker.y + random.int(-STEP_MM, STEP_MM)));
    }
    const seen = Math.min(people, many ? LD2450_TARGETS : 1);
    const hidden = seen > 0 && random.chance(missed) ? random.int(1, seen) : 0;
    const targets = walkers.slice(0, seen).map(({ x, y }, at) => ({
      slot: at + 1,
      xMm: x,
      yMm: y,
      speedCmS: random.int(-60, 60),
      resolutionMm: 360,
    }));
    return encodeLd2450(targets.filter(({ slot }) => slot !== hidden));
  }

  function configure({ command }: RadarCommand): Uint8Array | undefined {
    if (command === RADAR_COMMANDS["read-tracking"]) return Uint8Array.of(many ? 2 : 1, 0);
    if (command !== RADAR_COMMANDS["track-one"] && command !== RADAR_COMMANDS["track-many"]) return undefined;
    many = command === RADAR_COMMANDS["track-many"];
    return new Uint8Array(0);
  }

  return createRadar(options, { report, configure });
}
