/** HLK-LD2410: is somebody there, and how far. Reports and parameters, both roles. Serial protocol manual of the maker, section 2.3. */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { bodyOf, framed, isConfigFrame } from "./framing.ts";

/** The rate it leaves the factory with. */
export const RADAR_BAUD = 256_000;

/** `calibrating`: newer firmware measures its background; says nothing about people. */
export type Ld2410State = "none" | "moving" | "stationary" | "both" | "calibrating";
const STATES: readonly Ld2410State[] = [
  "none",
  "moving",
  "stationary",
  "both",
  "calibrating",
  "calibrating",
  "calibrating",
];

/** Go by the state: distances and energies of what it does not name are left over from before. */
export interface Ld2410Report {
  readonly stateCode: number;
  readonly state: Ld2410State;
  readonly movingDistanceCm: number;
  readonly movingEnergy: number;
  readonly stationaryDistanceCm: number;
  readonly stationaryEnergy: number;
  readonly detectionDistanceCm: number;
  /** In engineering mode alone. */
  readonly gates?: {
    readonly movingEnergy: readonly number[];
    readonly stationaryEnergy: readonly number[];
    /** Light sensor and OUT pin where the firmware has them. */
    readonly trailing: Uint8Array;
  };
}

const BASIC = 2;
const ENGINEERING = 1;

/** Throws FrameError `unknown` for another frame or state, `truncated` or `payload` for one that does not add up. */
export function decodeLd2410(frame: Uint8Array): Ld2410Report {
  if (isConfigFrame(frame) || frame.length < 23) throw new FrameError("unknown", "not a report");
  const body = bodyOf(frame);
  const reader = new ByteReader(body.subarray(0, body.length - 2));
  const type = reader.u8();
  reader.u8();
  const stateCode = reader.u8();
  const state = STATES[stateCode];
  if (state === undefined) throw new FrameError("unknown", `state ${stateCode}`);
  const report: Ld2410Report = {
    stateCode,
    state,
    movingDistanceCm: reader.u16le(),
    movingEnergy: reader.u8(),
    stationaryDistanceCm: reader.u16le(),
    stationaryEnergy: reader.u8(),
    detectionDistanceCm: reader.u16le(),
  };
  if (type === BASIC && reader.left === 0) return report;
  if (type !== ENGINEERING) throw new FrameError("payload", `report of type ${type} with ${reader.left} bytes more`);
  const [moving, stationary] = [reader.u8() + 1, reader.u8() + 1];
  const gates = { movingEnergy: [...reader.take(moving)], stationaryEnergy: [...reader.take(stationary)] };
  return { ...report, gates: { ...gates, trailing: reader.rest() } };
}

export function encodeLd2410(report: Ld2410Report): Uint8Array {
  const body = new ByteWriter()
    .u8(report.gates === undefined ? BASIC : ENGINEERING, 0xaa, report.stateCode)
    .u16le(report.movingDistanceCm)
    .u8(report.movingEnergy)
    .u16le(report.stationaryDistanceCm)
    .u8(report.stationaryEnergy)
    .u16le(report.detectionDistanceCm);
  if (report.gates !== undefined) {
    const { movingEnergy, stationaryEnergy, trailing } = report.gates;
    body.u8(movingEnergy.length - 1, stationaryEnergy.length - 1);
    body.u8(...movingEnergy, ...stationaryEnergy, ...trailing);
  }
  return framed("report", body.u8(0x55, 0x00).done());
}

export interface Ld2410Parameters {
  readonly maxGate: number;
  readonly maxMovingGate: number;
  readonly maxStationaryGate: number;
  readonly movingSensitivity: readonly number[];
  readonly stationarySensitivity: readonly number[];
  /** Seconds without a target until the radar itself says that nobody is there. */
  readonly unmannedSeconds: number;
}

/** Value of a `read-parameters` acknowledgement. Throws FrameError `payload` or `truncated`. */
export function decodeLd2410Parameters(value: Uint8Array): Ld2410Parameters {
  const reader = new ByteReader(value);
  if (reader.u8() !== 0xaa) throw new FrameError("payload", "parameters begin with AA");
  const maxGate = reader.u8();
  return {
    maxGate,
    maxMovingGate: reader.u8(),
    maxStationaryGate: reader.u8(),
    movingSensitivity: [...reader.take(maxGate + 1)],
    stationarySensitivity: [...reader.take(maxGate + 1)],
    unmannedSeconds: reader.u16le(),
  };
}

export function encodeLd2410Parameters(parameters: Ld2410Parameters): Uint8Array {
  return new ByteWriter()
    .u8(0xaa, parameters.maxGate, parameters.maxMovingGate, parameters.maxStationaryGate)
    .u8(...parameters.movingSensitivity, ...parameters.stationarySensitivity)
    .u16le(parameters.unmannedSeconds)
    .done();
}

export type Ld2410Limits = Pick<Ld2410Parameters, "maxMovingGate" | "maxStationaryGate" | "unmannedSeconds">;

/** Value of a `set-parameters` command: three words, each with its number. */
export function encodeLd2410Limits(limits: Ld2410Limits): Uint8Array {
  const { maxMovingGate, maxStationaryGate, unmannedSeconds } = limits;
  const body = new ByteWriter();
  [maxMovingGate, maxStationaryGate, unmannedSeconds].forEach((value, word) => {
    body.u16le(word).u32le(value);
  });
  return body.done();
}

/** Throws FrameError `payload` or `truncated`. */
export function decodeLd2410Limits(value: Uint8Array): Ld2410Limits {
  const reader = new ByteReader(value);
  const [maxMovingGate = 0, maxStationaryGate = 0, unmannedSeconds = 0] = [0, 1, 2].map((word) => {
    if (reader.u16le() !== word) throw new FrameError("payload", "the words are not in order");
    return reader.u32le();
  });
  return { maxMovingGate, maxStationaryGate, unmannedSeconds };
}
