/** Commands of the HLK radars and their acknowledgements: the same frame for both, both roles. */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { bodyOf, framed, isConfigFrame } from "./framing.ts";

/** Command words. A radar takes them between `enter` and `leave` only, and reports nothing meanwhile. */
export const RADAR_COMMANDS = {
  enter: 0x00ff,
  leave: 0x00fe,
  /** LD2410: farthest gates and the time until nobody is there. */
  "set-parameters": 0x0060,
  "read-parameters": 0x0061,
  "engineering-on": 0x0062,
  "engineering-off": 0x0063,
  "set-sensitivity": 0x0064,
  /** LD2450: one target, or up to three. */
  "track-one": 0x0080,
  "track-many": 0x0090,
  "read-tracking": 0x0091,
  "read-firmware": 0x00a0,
  "set-baud": 0x00a1,
  "factory-reset": 0x00a2,
  restart: 0x00a3,
  "set-resolution": 0x00aa,
  "read-zones": 0x00c1,
  "set-zones": 0x00c2,
} as const;
export type RadarCommandName = keyof typeof RADAR_COMMANDS;

const ACK = 0x0100;

export interface RadarCommand {
  readonly kind: "command";
  readonly command: number;
  readonly value: Uint8Array;
}
export interface RadarAck {
  readonly kind: "ack";
  /** The word of the command that is answered. */
  readonly command: number;
  /** 0 for success. */
  readonly status: number;
  readonly value: Uint8Array;
}

export function radarCommand(name: RadarCommandName, value: Uint8Array = new Uint8Array(0)): RadarCommand {
  return { kind: "command", command: RADAR_COMMANDS[name], value };
}

export const enterConfig = (): RadarCommand => radarCommand("enter", Uint8Array.of(1, 0));

export function encodeRadarConfig(frame: RadarCommand | RadarAck): Uint8Array {
  const body = new ByteWriter();
  if (frame.kind === "command") body.u16le(frame.command);
  else body.u16le(frame.command | ACK).u16le(frame.status);
  return framed("config", body.bytes(frame.value).done());
}

/** Throws FrameError `truncated` for an acknowledgement without a status, `unknown` for what is no such frame. */
export function decodeRadarConfig(frame: Uint8Array): RadarCommand | RadarAck {
  if (!isConfigFrame(frame) || frame.length < 12) throw new FrameError("unknown", "not a configuration frame");
  const reader = new ByteReader(bodyOf(frame));
  const word = reader.u16le();
  if ((word & ACK) === 0) return { kind: "command", command: word, value: reader.rest() };
  return { kind: "ack", command: word & ~ACK, status: reader.u16le(), value: reader.rest() };
}

/** `V1.02.22062416` of a `read-firmware` acknowledgement. */
export function radarFirmware(value: Uint8Array): string {
  const reader = new ByteReader(value);
  reader.take(2);
  const [minor, major] = [reader.u8(), reader.u8()];
  const build = Array.from(reader.take(4)).reverse();
  const hex = (byte: number) => byte.toString(16).padStart(2, "0");
  return `V${major.toString(16)}.${hex(minor)}.${build.map(hex).join("")}`;
}
