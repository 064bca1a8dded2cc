/** As few requests as a register map needs: what lies together is read together. */
import { MAX_READ_BITS, type ReadFunction } from "./pdu.ts";
import type { BitsRegister, NumberRegister, RegisterMap } from "./register-map.ts";
import { decodeRegisters, wordsOf } from "./register-value.ts";

export interface ReadBlock {
  readonly function: ReadFunction;
  readonly start: number;
  readonly quantity: number;
  readonly registers: readonly (NumberRegister | BitsRegister)[];
}

export type BlockValue =
  | { readonly register: NumberRegister; readonly raw: number | undefined }
  | { readonly register: BitsRegister; readonly bits: readonly boolean[] };

/** Blocks by function and address. */
export function planReads(map: Pick<RegisterMap, "registers" | "maxRead" | "bridge">): ReadBlock[] {
  const ordered = map.registers.toSorted((a, b) => a.function - b.function || a.address - b.address);
  const blocks: { function: ReadFunction; start: number; end: number; registers: (NumberRegister | BitsRegister)[] }[] =
    [];
  for (const register of ordered) {
    const end = register.address + sizeOf(register);
    const last = blocks.at(-1);
    const limit = register.function > 2 ? map.maxRead : MAX_READ_BITS;
    const joins =
      last !== undefined &&
      last.function === register.function &&
      register.address <= last.end + map.bridge &&
      Math.max(end, last.end) - last.start <= limit;
    if (joins) {
      last.end = Math.max(last.end, end);
      last.registers.push(register);
    } else blocks.push({ function: register.function, start: register.address, end, registers: [register] });
  }
  return blocks.map(({ end, ...block }) => ({ ...block, quantity: end - block.start }));
}

/** Addresses the register takes, in those of its function. */
function sizeOf(register: NumberRegister | BitsRegister): number {
  if (register.type !== "bits") return wordsOf(register.type);
  return register.function > 2 ? Math.ceil(register.count / 16) : register.count;
}

/** The values of a block out of what came for it: bits for functions 1 and 2, else registers. Throws FrameError for values that are none. */
export function valuesOf(
  block: ReadBlock,
  map: Pick<RegisterMap, "byteOrder" | "wordOrder">,
  came: readonly (boolean | number)[],
): BlockValue[] {
  return block.registers.map((register): BlockValue => {
    const at = register.address - block.start;
    const mine = came.slice(at, at + sizeOf(register));
    if (register.type === "bits") return { register, bits: bitsOf(mine).slice(0, register.count) };
    const { type, byteOrder = map.byteOrder, wordOrder = map.wordOrder } = register;
    return { register, raw: decodeRegisters(mine.map(Number), { type, byteOrder, wordOrder }) };
  });
}

const bitsOf = (came: readonly (boolean | number)[]): boolean[] =>
  came.flatMap((value) =>
    typeof value === "boolean" ? [value] : Array.from({ length: 16 }, (_, bit) => ((value >> bit) & 1) === 1),
  );
