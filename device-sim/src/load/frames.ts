/** MQTT 3.1.1 frames written and read by hand, as cheaply as can be: the load generator must never be the bottleneck. */
import type { Socket } from "node:net";

const CONNECT = 0x10;
const CONNACK = 0x20;
const PUBLISH = 0x30;
const PUBACK = 0x40;
const SUBSCRIBE = 0x82;
const PINGREQ = 0xc0;

const CLEAN_SESSION = 0x02;
const HAS_PASSWORD = 0x40;
const HAS_USER = 0x80;

/** What a client that sends and subscribes at QoS 0 gets to see. */
export interface Incoming {
  connack(returnCode: number): void;
  puback(messageId: number): void;
  publish(): void;
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function frame(head: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const lengthBytes: number[] = [];
  for (let rest = body.length; ; ) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    lengthBytes.push(rest > 0 ? low | 0x80 : low);
    if (rest === 0) break;
  }
  return Buffer.concat([Buffer.from([head, ...lengthBytes]), body]);
}

/** A clean session; user name and client id are the same. */
export function connectFrame(id: string, password: string | undefined, keepaliveSeconds: number): Buffer {
  const flags = CLEAN_SESSION | HAS_USER | (password === undefined ? 0 : HAS_PASSWORD);
  const head = Buffer.from([4, flags, keepaliveSeconds >> 8, keepaliveSeconds & 0xff]);
  const secret = password === undefined ? [] : [field(password)];
  return frame(CONNECT, field("MQTT"), head, field(id), field(id), ...secret);
}

export const subscribeFrame = (topic: string): Buffer =>
  frame(SUBSCRIBE, Buffer.from([0, 1]), field(topic), Buffer.from([0]));

export const PING_FRAME = Buffer.from([PINGREQ, 0]);

/** The topic as {@link PublishWriter} wants it. */
export const topicField = field;

/** Gathers publishes for one socket into one write. Shared by all connections of a process, one after the other. */
export class PublishWriter {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  #end = 0;

  /** QoS 1. */
  add(topic: Buffer, messageId: number, payload: string): void {
    const payloadBytes = Buffer.byteLength(payload);
    const length = topic.length + 2 + payloadBytes;
    this.#reserve(length + 5);
    const buffer = this.#buffer;
    let at = this.#end;
    buffer[at++] = PUBLISH | 0x02;
    for (let rest = length; ; ) {
      const low = rest & 0x7f;
      rest >>>= 7;
      buffer[at++] = rest > 0 ? low | 0x80 : low;
      if (rest === 0) break;
    }
    at += topic.copy(buffer, at);
    buffer[at++] = messageId >> 8;
    buffer[at++] = messageId & 0xff;
    at += buffer.write(payload, at);
    this.#end = at;
  }

  flush(socket: Socket): void {
    if (this.#end === 0) return;
    socket.write(Buffer.from(this.#buffer.subarray(0, this.#end)));
    this.#end = 0;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafe(2 * (this.#end + bytes));
    this.#buffer.copy(bigger, 0, 0, this.#end);
    this.#buffer = bigger;
  }
}

/** Cuts what comes in into packets. One for each connection. */
export class FrameReader {
  #rest: Buffer | undefined;

  push(chunk: Buffer, incoming: Incoming): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const bodyAt = endOfLength(bytes, at + 1);
      if (bodyAt === undefined) break;
      const end = bodyAt + lengthOf(bytes, at + 1);
      if (end > bytes.length) break;
      hand(bytes, at, bodyAt, incoming);
      at = end;
    }
    this.#rest = at < bytes.length ? bytes.subarray(at) : undefined;
  }
}

function endOfLength(bytes: Buffer, at: number): number | undefined {
  for (let i = at; i < bytes.length; i++) if ((bytes[i] as number) < 0x80) return i + 1;
  return undefined;
}

function lengthOf(bytes: Buffer, at: number): number {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at + shift / 7] as number;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return length;
  }
}

function hand(bytes: Buffer, at: number, bodyAt: number, incoming: Incoming): void {
  const type = (bytes[at] as number) & 0xf0;
  if (type === PUBACK) incoming.puback(bytes.readUInt16BE(bodyAt));
  else if (type === CONNACK) incoming.connack(bytes[bodyAt + 1] ?? 255);
  else if (type === PUBLISH) incoming.publish();
}
