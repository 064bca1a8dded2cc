/** OSDP: what the line, the codecs, a PD and a session make of a stranger's bytes. */
import {
  agree,
  crc16Osdp,
  createPd,
  decodeOsdpFrame,
  describeOsdp,
  encodeOsdpFrame,
  FrameError,
  fromHex,
  InvariantError,
  maskedOsdpHex,
  osdpCommands,
  osdpFraming,
  osdpReplies,
  SCBK_DEFAULT,
  SecureSession,
  Splitter,
  sum8,
  toHex,
} from "@gatehouse/protocol";
import { osdpScenarios, Random } from "@gatehouse/protocol/testing";
import type { FuzzRow } from "./row.ts";

const vectors = osdpScenarios()
  .flatMap(({ frames = [] }) => frames)
  .filter(({ fields }) => fields.check.valid);

/** Every different one once. */
const distinct = (all: readonly string[]): Uint8Array[] => [...new Set(all)].map(fromHex);

const frames = distinct(vectors.map(({ hex, fields }) => hex.slice(fields.leadingNoise?.length ?? 0)));
const payloads = distinct(
  vectors.map(({ fields }) => fields.code.toString(16).padStart(2, "0") + (fields.plaintext ?? fields.payload)),
);
const secured = frames.filter((bytes) => decodeOsdpFrame(bytes).mac !== undefined);

const framing = osdpFraming();

/** Length and check as the header wants them. */
function repair(bytes: Uint8Array): Uint8Array {
  const mark = bytes[0] === 0xff ? 1 : 0;
  const copy = bytes.slice();
  const frame = copy.subarray(mark);
  if (frame.length < 8) return copy;
  frame[0] = 0x53;
  frame[2] = frame.length & 0xff;
  frame[3] = frame.length >>> 8;
  const isCrc = ((frame[4] as number) & 4) !== 0;
  const body = frame.subarray(0, frame.length - (isCrc ? 2 : 1));
  const crc = crc16Osdp(body);
  frame.set(isCrc ? [crc & 0xff, crc >>> 8] : [-sum8(body) & 0xff], body.length);
  return copy;
}

function line(bytes: Uint8Array): void {
  const splitter = new Splitter(framing);
  for (const piece of [...splitter.push(bytes), ...splitter.flush()]) {
    describeOsdp(piece.bytes, "rx");
    maskedOsdpHex(piece.bytes);
    if (piece.kind !== "frame") continue;
    const frame = decodeOsdpFrame(piece.bytes);
    if (toHex(encodeOsdpFrame(frame)) !== toHex(piece.bytes) && !hasReservedBits(piece.bytes))
      throw new InvariantError(`encoded as ${toHex(encodeOsdpFrame(frame))}`);
  }
}

/** A good frame's way through a driver in the clear. */
function decode(bytes: Uint8Array): void {
  for (const piece of new Splitter(framing).push(bytes)) {
    const frame = decodeOsdpFrame(piece.bytes);
    if (frame.security === undefined) (frame.reply ? osdpReplies : osdpCommands).decode(frame.code, frame.payload);
  }
}

/** Four bits of the control byte mean nothing: they are taken, and written as 0. */
function hasReservedBits(bytes: Uint8Array): boolean {
  return ((bytes[bytes[0] === 0xff ? 5 : 4] as number) & 0xf0) !== 0;
}

/** The first byte is the code: what can be read is written as the same bytes. */
function payload(bytes: Uint8Array): void {
  let refusal: FrameError | undefined;
  for (const codec of [osdpCommands, osdpReplies]) {
    try {
      const value = codec.decode(bytes[0] ?? 0, bytes.subarray(1));
      const again = (codec.encode as (value: unknown) => { readonly payload: Uint8Array })(value);
      if (toHex(again.payload) !== toHex(bytes.subarray(1)))
        throw new InvariantError(`written as ${toHex(again.payload)}`);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      refusal = error;
    }
  }
  if (refusal !== undefined) throw refusal;
}

/** One PD for the whole run, in the right sequence: what it holds must not grow. */
function pdRow(): FuzzRow {
  const random = new Random("pd");
  const someBytes = (count: number) => Uint8Array.from({ length: count }, () => random.int(0, 255));
  const identity = { vendor: fromHex("feca00"), model: 7, version: 3, serial: 1, firmware: [1, 2, 3] } as const;
  const pd = createPd({ address: 1, identity, install: true }, someBytes);
  let sequence = 0;
  let nowMs = 0;
  return {
    name: "osdp-pd",
    seeds: payloads,
    run: (bytes) => {
      const [code = 0] = bytes;
      nowMs += 50;
      const security =
        code === 0x76 || code === 0x77 ? { type: code - 0x65 + (code & 1), data: Uint8Array.of(0) } : undefined;
      const frame = { mark: false, address: pd.address, reply: false, sequence, check: "crc", security } as const;
      if (random.chance(0.2)) pd.push({ kind: "keypad", reader: 0, digits: Uint8Array.of(0x31) });
      const answer = pd.hear(encodeOsdpFrame({ ...frame, code, payload: bytes.subarray(1) }), nowMs);
      if (answer === undefined) throw new InvariantError("a PD answers every whole frame to its address");
      decodeOsdpFrame(answer);
      sequence = random.chance(0.02) ? 0 : (sequence % 3) + 1;
      pd.hear(bytes, nowMs);
    },
  };
}

function sessionRow(): FuzzRow {
  const { keys, initialMac } = agree(SCBK_DEFAULT, new Uint8Array(8), new Uint8Array(8));
  const session = new SecureSession(keys, initialMac);
  const [acu, pd] = [new SecureSession(keys, initialMac), new SecureSession(keys, initialMac)];
  return {
    name: "osdp-session",
    seeds: secured,
    repair,
    decode: (bytes) => {
      const { security: _, mac: __, ...frame } = decodeOsdpFrame(bytes);
      pd.open(acu.seal({ ...frame, payload: frame.payload.subarray(0, 15) }));
    },
    run: (bytes) => {
      session.open(decodeOsdpFrame(bytes));
    },
  };
}

export const OSDP_ROWS: readonly FuzzRow[] = [
  { name: "osdp-line", seeds: frames, framing, repair, run: line, decode },
  { name: "osdp-payload", seeds: payloads, run: payload },
  pdRow(),
  sessionRow(),
];
