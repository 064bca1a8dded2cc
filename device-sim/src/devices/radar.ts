/** What both simulated radars have in common: ten reports a second, and a configuration mode in which they are silent. */
import {
  decodeRadarConfig,
  encodeRadarConfig,
  RADAR_COMMANDS,
  type RadarCommand,
  radarCommandFraming,
  Splitter,
} from "@gatehouse/protocol";
import type { SimDevice, SimEvent } from "./device.ts";

export interface RadarOptions {
  readonly id: string;
  /** Ms between reports; default 100. */
  readonly everyMs?: number;
}

/** What is special about one radar. */
export interface RadarModel {
  report(people: number): Uint8Array;
  /** The value of the acknowledgement, or undefined to refuse. */
  configure(command: RadarCommand): Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);
/** After `enter`: protocol version 1, buffer of 64 bytes. */
const ENTERED = Uint8Array.of(1, 0, 0x40, 0);
const FIRMWARE = Uint8Array.of(0, 0, 2, 1, 0x16, 0x24, 6, 0x22);
const ANSWER_MS = 5;
/** Reports it would have given while nobody looked are not made up for. */
const MAX_BEHIND = 10;

export function createRadar(options: RadarOptions, model: RadarModel): SimDevice {
  const everyMs = options.everyMs ?? 100;
  const splitter = new Splitter(radarCommandFraming);
  let people = 0;
  let configuring = false;
  let dueMs: number | undefined;

  function answer(frame: Uint8Array): Uint8Array[] {
    const command = decodeRadarConfig(frame);
    if (command.kind === "ack") return [];
    const value = obey(command);
    const ack = { kind: "ack" as const, command: command.command, status: value === undefined ? 1 : 0 };
    return [encodeRadarConfig({ ...ack, value: value ?? NOTHING })];
  }

  function obey(command: RadarCommand): Uint8Array | undefined {
    if (command.command === RADAR_COMMANDS.enter) {
      configuring = true;
      return ENTERED;
    }
    if (!configuring) return undefined;
    if (command.command === RADAR_COMMANDS.leave) configuring = false;
    else if (command.command === RADAR_COMMANDS["read-firmware"]) return FIRMWARE;
    else if (command.command === RADAR_COMMANDS.restart) configuring = false;
    else return model.configure(command);
    return NOTHING;
  }

  return {
    id: options.id,
    hear: (bytes) =>
      splitter
        .push(bytes)
        .filter(({ kind }) => kind === "frame")
        .flatMap((piece) => answer(piece.bytes))
        .map((frame) => ({ afterMs: ANSWER_MS, bytes: frame })),
    tick: (nowMs) => {
      dueMs ??= nowMs;
      dueMs = Math.max(dueMs, nowMs - MAX_BEHIND * everyMs);
      const reports: Uint8Array[] = [];
      for (; dueMs <= nowMs; dueMs += everyMs) if (!configuring) reports.push(model.report(people));
      return reports;
    },
    act: (event: SimEvent) => {
      if (event.kind === "presence") people = event.people;
      else if (event.kind === "power" && !event.ok) configuring = false;
    },
  };
}
