/** STK500 version 2 as the ATmega2560's bootloader speaks it, programmer's side: commands to bodies of frames, and what their answers say. Source: Atmel AVR068. Pure. */

export const V2 = {
  signOn: 0x01,
  setParameter: 0x02,
  getParameter: 0x03,
  address: 0x06,
  enter: 0x10,
  leave: 0x11,
  erase: 0x12,
  program: 0x13,
  read: 0x14,
  signature: 0x1b,
  multi: 0x1d,
  ok: 0x00,
  failed: 0xc0,
  unknown: 0xc9,
} as const;

/** Of a chip of more than 64 K words the programmer is to set the upper address by itself. */
const EXTENDED = 0x8000_0000;
/** What a programmer over SPI would have to know; a bootloader takes no notice. */
const ENTER_ARGUMENTS = [0xc8, 0x64, 0x19, 0x20, 0x00, 0x53, 0x03, 0xac, 0x53, 0x00, 0x00];
const PROGRAM_ARGUMENTS = [0xc1, 0x0a, 0x40, 0x4c, 0x20, 0x00, 0x00];
const READ_COMMAND = 0x20;
const READ_SIGNATURE = 0x30;

export type V2Command =
  | { readonly kind: "sign-on" | "enter" | "leave" }
  /** One byte of three, 0 to 2. */
  | { readonly kind: "signature"; readonly index: number }
  /** In bytes, even; commands for a page follow it. */
  | { readonly kind: "address"; readonly at: number }
  | { readonly kind: "program"; readonly page: Uint8Array }
  | { readonly kind: "read"; readonly length: number };

export function encodeV2(command: V2Command): Uint8Array {
  switch (command.kind) {
    case "sign-on":
      return Uint8Array.of(V2.signOn);
    case "enter":
      return Uint8Array.of(V2.enter, ...ENTER_ARGUMENTS);
    case "leave":
      return Uint8Array.of(V2.leave, 0x01, 0x01);
    case "signature":
      return Uint8Array.of(V2.signature, 0x04, READ_SIGNATURE, 0x00, command.index, 0x00);
    case "address":
      return Uint8Array.of(V2.address, ...word32((command.at >> 1) + EXTENDED));
    case "program":
      return Uint8Array.of(V2.program, ...size(command.page.length), ...PROGRAM_ARGUMENTS, ...command.page);
    case "read":
      return Uint8Array.of(V2.read, ...size(command.length), READ_COMMAND);
  }
}

export type V2Answer =
  | { readonly kind: "ok"; readonly data: Uint8Array }
  /** It understood and did not do it. */
  | { readonly kind: "refused"; readonly status: number }
  /** An answer to something else. */
  | { readonly kind: "other" };

/** What the body of an answer says to that command. */
export function readV2Answer(command: V2Command, body: Uint8Array): V2Answer {
  const [code, status = V2.failed] = body;
  if (code !== encodeV2(command)[0]) return { kind: "other" };
  if (status !== V2.ok) return { kind: "refused", status };
  const data = body.subarray(2);
  if (command.kind === "read")
    return data.length === command.length + 1 && data.at(-1) === V2.ok
      ? { kind: "ok", data: data.slice(0, -1) }
      : { kind: "other" };
  if (command.kind === "signature")
    return data.length === 2 ? { kind: "ok", data: data.slice(0, 1) } : { kind: "other" };
  return { kind: "ok", data: data.slice() };
}

const size = (length: number): readonly [number, number] => [length >> 8, length & 0xff];
const word32 = (value: number): readonly number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
