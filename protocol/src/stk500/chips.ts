/** The chips of door boards as their bootloaders know them, and which chip a program was built for. Pure. */

/** Which of the two languages a bootloader speaks: STK500 version 1 (Optiboot), or version 2 (the ATmega2560's, "wiring"). */
export type BootDialect = "v1" | "v2";

export interface FlashChip {
  readonly name: FlashChipName;
  readonly title: string;
  /** Three bytes, as the chip tells them. Source: data sheets DS40002061 and DS40002211, "Signature Bytes". */
  readonly signature: number;
  readonly dialect: BootDialect;
  readonly pageBytes: number;
  readonly flashBytes: number;
  /** What the bootloader keeps at the end of the flash. */
  readonly bootBytes: number;
  /** Entries of its vector table, four bytes each. */
  readonly vectors: number;
}

export type FlashChipName = "atmega328p" | "atmega2560";

export const FLASH_CHIPS: Readonly<Record<FlashChipName, FlashChip>> = {
  atmega328p: {
    name: "atmega328p",
    title: "ATmega328P",
    signature: 0x1e950f,
    dialect: "v1",
    pageBytes: 128,
    flashBytes: 32_768,
    bootBytes: 512,
    vectors: 26,
  },
  atmega2560: {
    name: "atmega2560",
    title: "ATmega2560",
    signature: 0x1e9801,
    dialect: "v2",
    pageBytes: 256,
    flashBytes: 262_144,
    bootBytes: 8_192,
    vectors: 57,
  },
};

export const FLASH_CHIP_NAMES: readonly FlashChipName[] = ["atmega328p", "atmega2560"];

export const chipOfSignature = (signature: number): FlashChip | undefined =>
  Object.values(FLASH_CHIPS).find((chip) => chip.signature === signature);

/** `1E950F`, as data sheets and avrdude write it. */
export const signatureText = (signature: number): string => signature.toString(16).toUpperCase().padStart(6, "0");

const JMP = 0x940c;
const RJMP = 0xc000;
const RJMP_BITS = 0xf000;
const NOP = 0x0000;
const VECTOR_BYTES = 4;

/** By the length of its vector table; undefined for a program without one, which may be of any chip. `jmp`s that follow the table belong to it as far as can be seen. */
export function chipOfProgram(flash: Uint8Array): FlashChip | undefined {
  const word = (at: number) => (flash[at] ?? 0xff) | ((flash[at + 1] ?? 0xff) << 8);
  let vectors = 0;
  for (let at = 0; at + VECTOR_BYTES <= flash.length; at += VECTOR_BYTES) {
    const first = word(at);
    if (first !== JMP && !((first & RJMP_BITS) === RJMP && word(at + 2) === NOP)) break;
    vectors += 1;
  }
  return Object.values(FLASH_CHIPS)
    .filter((chip) => chip.vectors <= vectors)
    .sort((one, other) => other.vectors - one.vectors)[0];
}
