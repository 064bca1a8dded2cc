/** A board's bootloader: has the chip for a second after a reset, speaks STK500, writes the flash, and lets the program begin. */
import { FLASH_CHIPS, type FlashFaults, V1Target, V2Target } from "@gatehouse/protocol";
import type { Board } from "./board.ts";

export interface BootloaderOptions {
  /** What it tells of the chip; default the truth. */
  readonly signature?: number | undefined;
  readonly faults?: FlashFaults | undefined;
  /** One byte in so many never arrives. */
  readonly losesEvery?: number | undefined;
}

/** It waits so long for whoever wants to speak to it. */
const PATIENCE_MS = 1_000;
/** Behind a pause half a message is none. */
const SILENCE_MS = 200;
const ERASED = 0xff;

export class Bootloader {
  readonly #board: Board;
  readonly #flash: Uint8Array;
  readonly #options: BootloaderOptions;
  #target: V1Target | V2Target | undefined;
  #heardMs = 0;
  /** When it last understood something. */
  #spokenMs = 0;
  #heard = 0;

  /** The board's flash is that one. Where there is no program it begins at once. */
  constructor(board: Board, flash: Uint8Array, options: BootloaderOptions) {
    this.#board = board;
    this.#flash = flash;
    this.#options = options;
    this.#beginWithoutProgram();
  }

  get hasChip(): boolean {
    return this.#target !== undefined;
  }

  /** The reset line was pulled. */
  reset(): void {
    if (!this.#board.isOn && !this.#board.isHeld) return;
    const { signature, faults } = this.#options;
    const chip = FLASH_CHIPS[this.#board.chip.name];
    const options = { chip, flash: this.#flash, signature, faults };
    this.#board.hold();
    this.#target = chip.dialect === "v1" ? new V1Target(options) : new V2Target(options);
    this.#spokenMs = this.#board.nowMs;
  }

  /** Power has come or gone. Only the reset line asks for it: after a loss of power the program is there at once. */
  powered(): void {
    this.#target = undefined;
    this.#beginWithoutProgram();
  }

  /** Time has passed: who said nothing it understands for long enough is not waited for. */
  advance(): void {
    if (this.#target === undefined || this.#board.nowMs - this.#spokenMs < PATIENCE_MS) return;
    this.#leave();
  }

  /** Bytes from the line, now; what it answers. */
  hear(bytes: Uint8Array): readonly Uint8Array[] {
    const target = this.#target;
    if (target === undefined) return [];
    const { nowMs } = this.#board;
    if (target instanceof V2Target && nowMs - this.#heardMs > SILENCE_MS) target.silence();
    this.#heardMs = nowMs;
    const { answers, leaves } = target.hear(this.#arrived(bytes));
    if (answers.length > 0) this.#spokenMs = nowMs;
    if (leaves) this.#leave();
    return answers;
  }

  #leave(): void {
    this.#target = undefined;
    if (this.#hasProgram) this.#board.release();
    else this.reset();
  }

  #beginWithoutProgram(): void {
    if (!this.#hasProgram) this.reset();
  }

  get #hasProgram(): boolean {
    return this.#flash[0] !== ERASED || this.#flash[1] !== ERASED;
  }

  #arrived(bytes: Uint8Array): Uint8Array {
    const { losesEvery } = this.#options;
    if (losesEvery === undefined) return bytes;
    return bytes.filter(() => {
      this.#heard += 1;
      return this.#heard % losesEvery !== 0;
    });
  }
}
