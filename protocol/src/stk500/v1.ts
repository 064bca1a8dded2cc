/** STK500 version 1 as Optiboot speaks it, programmer's side: commands to bytes, and answers out of what has come in so far. Source: Atmel AVR061. Pure. */
import type { FlashChip } from "./chips.ts";

export const V1 = {
  ok: 0x10,
  failed: 0x11,
  unknown: 0x12,
  inSync: 0x14,
  noSync: 0x15,
  end: 0x20,
  getSync: 0x30,
  getParameter: 0x41,
  setDevice: 0x42,
  setDeviceExtended: 0x45,
  enter: 0x50,
  leave: 0x51,
  address: 0x55,
  universal: 0x56,
  program: 0x64,
  read: 0x74,
  signature: 0x75,
} as const;

const FLASH = 0x46;
const SIGNATURE_BYTES = 3;

export type V1Command =
  | { readonly kind: "sync" | "signature" | "enter" | "leave" }
  /** In bytes, even; commands for a page follow it. */
  | { readonly kind: "address"; readonly at: number }
  | { readonly kind: "program"; readonly page: Uint8Array }
  | { readonly kind: "read"; readonly length: number };

export function encodeV1(command: V1Command): Uint8Array {
  switch (command.kind) {
    case "sync":
      return Uint8Array.of(V1.getSync, V1.end);
    case "signature":
    case "enter":
    case "leave":
      return Uint8Array.of(V1[command.kind], V1.end);
    case "address":
      return Uint8Array.of(V1.address, (command.at >> 1) & 0xff, (command.at >> 9) & 0xff, V1.end);
    case "program":
      return Uint8Array.of(V1.program, ...size(command.page.length), FLASH, ...command.page, V1.end);
    case "read":
      return Uint8Array.of(V1.read, ...size(command.length), FLASH, V1.end);
  }
}

/** Data bytes between the two bytes every answer stands in. */
export function v1AnswerBytes(command: V1Command): number {
  if (command.kind === "signature") return SIGNATURE_BYTES;
  return command.kind === "read" ? command.length : 0;
}

export type V1Answer =
  | { readonly kind: "waiting" }
  | { readonly kind: "ok"; readonly data: Uint8Array }
  /** Not what an answer looks like: who asked has to find back with `sync`. */
  | { readonly kind: "damaged" };

/** What has come in since the command went out. There is no checksum: a wrong byte of data is found by reading again. */
export function readV1Answer(bytes: Uint8Array, dataBytes: number): V1Answer {
  const whole = dataBytes + 2;
  if (bytes.length > 0 && bytes[0] !== V1.inSync) return { kind: "damaged" };
  if (bytes.length < whole) return { kind: "waiting" };
  if (bytes.length > whole || bytes[whole - 1] !== V1.ok) return { kind: "damaged" };
  return { kind: "ok", data: bytes.slice(1, -1) };
}

const size = (length: number): readonly [number, number] => [length >> 8, length & 0xff];

/** Of a program for that chip, from the first byte to the end of its last page. */
export function pagesOf(program: Uint8Array, { pageBytes }: FlashChip): Uint8Array[] {
  const end = program.findLastIndex((byte) => byte !== 0xff) + 1;
  return Array.from({ length: Math.ceil(end / pageBytes) }, (_, page) =>
    program.slice(page * pageBytes, (page + 1) * pageBytes),
  );
}
