/**
 * RS-485 commands of the tripod turnstile AC-ATRI-018 (manual, page 12): 9600 baud, 8N1, `EB address command 00 check`, check = XOR of the bytes
 * before it. Two of the manual's four examples (arm down, arm up) carry another check byte than that rule gives: which one the device wants must
 * be tried on it. What the device answers, the manual does not say.
 */
import { ByteReader } from "../bytes.ts";
import { FrameError } from "../errors.ts";

const SYNC = 0xeb;
export const AC_ATRI_BYTES = 5;

/** 43 is printed for "standby" too, which is not believed. */
export const AC_ATRI_COMMANDS = {
  "open left": 0x40,
  "open right": 0x41,
  "drop the arm": 0x42,
  "raise the arm": 0x43,
  "forbid passage": 0x4a,
  "allow passage again": 0x4b,
} as const;
export type AcAtriMeaning = keyof typeof AC_ATRI_COMMANDS;

/** Commands whose printed example contradicts the printed rule. */
export const AC_ATRI_DOUBTFUL: readonly AcAtriMeaning[] = ["drop the arm", "raise the arm"];

export interface AcAtriFrame {
  readonly address: number;
  readonly command: number;
  /** Undefined for a command the manual does not name. */
  readonly meaning: AcAtriMeaning | undefined;
  /** False for frames as the manual prints them and its own rule does not. */
  readonly checkValid: boolean;
}

export function encodeAcAtri(address: number, meaning: AcAtriMeaning): Uint8Array {
  const command = AC_ATRI_COMMANDS[meaning];
  return Uint8Array.of(SYNC, address, command, 0, SYNC ^ (address & 0xff) ^ command);
}

/** Throws FrameError `truncated` or `unknown`; a wrong check byte is told in the frame, because the manual prints such ones. */
export function decodeAcAtri(bytes: Uint8Array): AcAtriFrame {
  const reader = new ByteReader(bytes);
  const [sync, address, command, data, check] = [reader.u8(), reader.u8(), reader.u8(), reader.u8(), reader.u8()];
  if (sync !== SYNC || reader.left > 0) throw new FrameError("unknown", "not a frame of 5 bytes beginning with EB");
  const meaning = (Object.keys(AC_ATRI_COMMANDS) as AcAtriMeaning[]).find((name) => AC_ATRI_COMMANDS[name] === command);
  return { address, command, meaning, checkValid: check === (sync ^ address ^ command ^ data) };
}
