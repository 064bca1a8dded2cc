/** The flash as a bootloader writes it: what both dialects' targets share. */
import type { FlashChip } from "./chips.ts";

/** What goes wrong inside, for tests. */
export interface FlashFaults {
  /** Pages from this one on are acknowledged by nobody: the bootloader has died. */
  readonly deadAtPage?: number | undefined;
  /** A cell that stays erased whatever is written to it. */
  readonly wornCell?: number | undefined;
}

export interface TargetOptions {
  readonly chip: FlashChip;
  /** Written in place; of the chip's size. */
  readonly flash: Uint8Array;
  /** What it tells of itself; default the chip's. */
  readonly signature?: number | undefined;
  readonly faults?: FlashFaults | undefined;
}

/** What a target makes of the bytes that came in. */
export interface TargetStep {
  readonly answers: readonly Uint8Array[];
  /** The bootloader ends: the program in the flash begins. */
  readonly leaves: boolean;
}

export class BootFlash {
  readonly #options: TargetOptions;

  constructor(options: TargetOptions) {
    this.#options = options;
  }

  get signature(): readonly [number, number, number] {
    const signature = this.#options.signature ?? this.#options.chip.signature;
    return [signature >> 16, (signature >> 8) & 0xff, signature & 0xff];
  }

  /** Where the bootloader itself stands. */
  get #end(): number {
    return this.#options.chip.flashBytes - this.#options.chip.bootBytes;
  }

  /** Erases the page and writes it. False when the bootloader dies of it. Its own pages it leaves as they are. */
  program(at: number, data: Uint8Array): boolean {
    const { chip, flash, faults = {} } = this.#options;
    const page = Math.floor(at / chip.pageBytes);
    if (faults.deadAtPage !== undefined && page >= faults.deadAtPage) return false;
    const from = page * chip.pageBytes;
    if (from >= this.#end) return true;
    flash.fill(0xff, from, from + chip.pageBytes);
    flash.set(data.subarray(0, from + chip.pageBytes - at), at);
    if (faults.wornCell !== undefined && faults.wornCell >= from && faults.wornCell < from + chip.pageBytes)
      flash[faults.wornCell] = 0xff;
    return true;
  }

  read(at: number, length: number): Uint8Array {
    const out = new Uint8Array(length).fill(0xff);
    out.set(this.#options.flash.subarray(at, at + length));
    return out;
  }
}
