/**
 * Packets of UHPPOTE (Weigeng) access boards: 64 bytes over UDP, one request, one reply, both roles. Layout as published by the uhppoted project
 * and seen on boards; cards, time profiles and tasks are left out on purpose: this product never gives anybody access.
 */
import { FrameError } from "../errors.ts";
import {
  type AnyField,
  type BoardTime,
  date,
  dateTime,
  flag,
  ipv4,
  mac,
  perDoor,
  splitClock,
  u8,
  u16,
  u32,
  type Values,
  version,
} from "./fields.ts";

export const UHPPOTE_BYTES = 64;
/** The UDP port of every board. */
export const UHPPOTE_PORT = 60_000;
/** Indexes for the oldest and the newest event in a `get-event`. */
export const FIRST_EVENT = 0;
export const LAST_EVENT = 0xffffffff;

const START = 0x17;
/** What boards with firmware 6.62 begin their events with. */
const START_6_62 = 0x19;
/** Stands in requests that change the event mark, so that a stray packet does not. */
const MAGIC = 0x55aaaa55;

const event = {
  index: u32(8),
  type: u8(12),
  granted: flag(13),
  door: u8(14),
  direction: u8(15),
  card: u32(16),
  time: dateTime(20),
  reason: u8(27),
} as const;

const status = {
  ...event,
  open: perDoor(28),
  buttons: perDoor(32),
  error: u8(36),
  clock: splitClock(37),
  sequence: u32(40),
  special: u8(48),
  relays: u8(49),
  inputs: u8(50),
} as const;

interface Packet {
  readonly code: number;
  readonly request: Readonly<Record<string, AnyField>>;
  readonly reply: Readonly<Record<string, AnyField>>;
  readonly magicAt?: number;
}

const ok = { ok: flag(8) } as const;
const clock = { time: dateTime(8) } as const;
const index = { index: u32(8) } as const;

const PACKETS = {
  status: { code: 0x20, request: {}, reply: status },
  "set-time": { code: 0x30, request: clock, reply: clock },
  "get-time": { code: 0x32, request: {}, reply: clock },
  "open-door": { code: 0x40, request: { door: u8(8) }, reply: ok },
  "set-listener": { code: 0x90, request: { address: ipv4(8), port: u16(12), seconds: u8(14) }, reply: ok },
  "get-listener": { code: 0x92, request: {}, reply: { address: ipv4(8), port: u16(12), seconds: u8(14) } },
  /** Serial 0 asks every board. */
  discover: {
    code: 0x94,
    request: {},
    reply: {
      address: ipv4(8),
      netmask: ipv4(12),
      gateway: ipv4(16),
      mac: mac(20),
      version: version(26),
      date: date(28),
    },
  },
  "get-event": { code: 0xb0, request: index, reply: event },
  "set-event-index": { code: 0xb2, request: index, reply: ok, magicAt: 12 },
  "get-event-index": { code: 0xb4, request: {}, reply: index },
} as const satisfies Readonly<Record<string, Packet>>;

export type UhppoteKind = keyof typeof PACKETS;

type Side<K extends UhppoteKind, S extends "request" | "reply"> = {
  readonly kind: K;
  readonly serial: number;
} & Values<(typeof PACKETS)[K][S]>;

export type UhppoteRequest<K extends UhppoteKind = UhppoteKind> = { [P in K]: Side<P, "request"> }[K];
export type UhppoteReply<K extends UhppoteKind = UhppoteKind> = { [P in K]: Side<P, "reply"> }[K];
export type UhppoteStatus = UhppoteReply<"status">;
/** Type FF: overwritten. Index 0 and type 0: there is none. `card` may hold a keypad code: it is a card only where the reason says so. */
export type UhppoteEvent = Values<typeof event>;
export type { BoardTime };

const kinds = Object.keys(PACKETS) as UhppoteKind[];

export function encodeUhppoteRequest(request: UhppoteRequest): Uint8Array {
  return encode(request, "request");
}

export function encodeUhppoteReply(reply: UhppoteReply): Uint8Array {
  return encode(reply, "reply");
}

/** Throws FrameError: `truncated` for another length, `unknown` for another start or code, `payload` where the magic word is missing. */
export function decodeUhppoteRequest(bytes: Uint8Array): UhppoteRequest {
  return decode(bytes, "request") as UhppoteRequest;
}

/** Throws FrameError as {@link decodeUhppoteRequest}. What a board pushes to its listener is a `status` too. */
export function decodeUhppoteReply(bytes: Uint8Array): UhppoteReply {
  return decode(bytes, "reply") as UhppoteReply;
}

function encode(packet: UhppoteRequest | UhppoteReply, side: "request" | "reply"): Uint8Array {
  const { code, [side]: fields, magicAt } = PACKETS[packet.kind] as Packet;
  const bytes = new Uint8Array(UHPPOTE_BYTES);
  bytes.set([START, code]);
  u32(4).write(bytes, 4, packet.serial);
  const values = packet as unknown as Readonly<Record<string, never>>;
  for (const [name, field] of Object.entries(fields)) field.write(bytes, field.at, values[name] as never);
  if (side === "request" && magicAt !== undefined) u32(magicAt).write(bytes, magicAt, MAGIC);
  return bytes;
}

function decode(bytes: Uint8Array, side: "request" | "reply"): object {
  if (bytes.length !== UHPPOTE_BYTES)
    throw new FrameError("truncated", `a packet has ${UHPPOTE_BYTES} bytes, not ${bytes.length}`);
  const [start, code] = bytes;
  const kind = kinds.find((candidate) => PACKETS[candidate].code === code);
  if (kind === undefined || (start !== START && !(start === START_6_62 && kind === "status")))
    throw new FrameError("unknown", `no packet begins with ${start?.toString(16)} ${code?.toString(16)}`);
  const { [side]: fields, magicAt } = PACKETS[kind] as Packet;
  if (side === "request" && magicAt !== undefined && u32(magicAt).read(bytes, magicAt) !== MAGIC)
    throw new FrameError("payload", `${kind} without its magic word`);
  const values = Object.entries(fields).map(([name, field]) => [name, field.read(bytes, field.at)]);
  return { kind, serial: u32(4).read(bytes, 4), ...Object.fromEntries(values) };
}
