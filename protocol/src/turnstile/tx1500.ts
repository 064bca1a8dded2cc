/**
 * Serial protocol of the turnstile control board Tx1500 Duo (manual, page 31): 115200 baud, `02 size-low size-high data check`, check = XOR of all
 * bytes before it; size counts the data bytes and the check. The manual calls 48 "right to left" in its table and "left to right" in its
 * examples: the direction must be tried on the device.
 */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { FrameError } from "../errors.ts";

const STX = 0x02;
const MAX_DATA_BYTES = 2;

/** H, A, D, C, L + direction, S + direction. */
export const TX1500_COMMANDS = {
  "one passage, direction H": [0x48],
  "one passage, direction A": [0x41],
  "one passage, both directions": [0x44],
  "back to control": [0x43],
  "always free, direction H": [0x4c, 0x48],
  "always free, direction A": [0x4c, 0x41],
} as const satisfies Record<string, readonly number[]>;
export type Tx1500Command = keyof typeof TX1500_COMMANDS;

export type Tx1500Frame =
  | { readonly command: number; readonly argument?: number }
  /** RET1 and RET2 tell that somebody passed: right to left, left to right. */
  | { readonly reply: "ACK" | "NAK" | "RET1" | "RET2" };

const REPLIES: Readonly<Record<number, "ACK" | "NAK" | "RET1" | "RET2">> = {
  6: "ACK",
  21: "NAK",
  26: "RET1",
  27: "RET2",
};

export function encodeTx1500(data: readonly number[]): Uint8Array {
  const frame = new ByteWriter()
    .u8(STX)
    .u16le(data.length + 1)
    .u8(...data)
    .done();
  return new ByteWriter().bytes(frame).u8(xorOf(frame)).done();
}

/** Throws FrameError `truncated`, `unknown`, `payload` or `checksum`. */
export function decodeTx1500(bytes: Uint8Array): Tx1500Frame {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== STX) throw new FrameError("unknown", "a Tx1500 frame begins with 02");
  const size = reader.u16le();
  if (size < 2 || size > MAX_DATA_BYTES + 1) throw new FrameError("payload", `a Tx1500 frame of size ${size}`);
  const data = reader.take(size - 1);
  const check = reader.u8();
  if (reader.left > 0) throw new FrameError("payload", `${reader.left} bytes behind a Tx1500 frame`);
  if (check !== xorOf(bytes.subarray(0, -1))) throw new FrameError("checksum", "wrong check byte in a Tx1500 frame");
  const [first = 0, argument] = data;
  const reply = REPLIES[first];
  if (reply !== undefined && argument === undefined) return { reply };
  return argument === undefined ? { command: first } : { command: first, argument };
}

const xorOf = (bytes: Uint8Array): number => bytes.reduce((xor, byte) => xor ^ byte, 0);
