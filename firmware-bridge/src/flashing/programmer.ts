/** What can be asked of a bootloader, whichever of the two languages it speaks. */
import type { BootDialect, Clock } from "@gatehouse/protocol";
import type { Wire } from "../wire.ts";
import { BootLine } from "./boot-line.ts";
import { V1Programmer } from "./v1-programmer.ts";
import { V2Programmer } from "./v2-programmer.ts";

/** Each is tried several times; then LinkError: the bootloader is gone, and back only after a reset. */
export interface Programmer {
  /** Whether a bootloader answers, tried once and quickly. */
  greet(): Promise<boolean>;
  signature(): Promise<number>;
  enter(): Promise<void>;
  /** Writes the page that begins there, erasing it first. */
  write(at: number, page: Uint8Array): Promise<void>;
  read(at: number, length: number): Promise<Uint8Array>;
  /** The program begins. A bootloader that does not answer begins it by itself. */
  leave(): Promise<void>;
}

export function programmers(wire: Wire, clock: Clock): Readonly<Record<BootDialect, Programmer>> {
  const line = new BootLine(wire, clock);
  return { v1: new V1Programmer(line), v2: new V2Programmer(line) };
}
