/** Bytes on their way to a board over its serial line, each in the time it takes at the line's rate. */
import type { CPU } from "avr8js";
import type { Character } from "./uart.ts";

/** Start bit, eight data bits, stop bit. */
const BITS = 10;
/** Bytes that are through are thrown away so many at a time. */
const SWEEP = 4_096;

export class Line {
  readonly #bitCycles: number;
  readonly #arrived: (character: Character) => void;
  #bytes: number[] = [];
  #through = 0;
  /** When the stop bit of the byte that is on its way has passed. */
  #nextAt = 0;
  #cpu: CPU | undefined;

  constructor(bitCycles: number, arrived: (character: Character) => void) {
    this.#bitCycles = bitCycles;
    this.#arrived = arrived;
  }

  /** Bytes that have not arrived. */
  get waiting(): number {
    return this.#bytes.length - this.#through;
  }

  /** Without a chip bytes pass unheard. */
  attach(cpu: CPU | undefined): void {
    this.#cpu = cpu;
    if (cpu === undefined) {
      this.#bytes = [];
      this.#through = 0;
    } else if (this.waiting > 0) this.#await();
  }

  push(bytes: Uint8Array): void {
    if (this.#cpu === undefined || bytes.length === 0) return;
    const isIdle = this.waiting === 0;
    for (const byte of bytes) this.#bytes.push(byte);
    if (!isIdle) return;
    this.#nextAt = Math.max(this.#nextAt, this.#cpu.cycles) + BITS * this.#bitCycles;
    this.#await();
  }

  #await(): void {
    const cpu = this.#cpu;
    if (cpu === undefined) return;
    cpu.addClockEvent(() => {
      const byte = this.#bytes[this.#through++] as number;
      if (this.waiting > 0) {
        this.#nextAt += BITS * this.#bitCycles;
        this.#await();
      }
      if (this.#through === SWEEP) this.#bytes.splice(0, this.#through);
      this.#through %= SWEEP;
      this.#arrived({ byte, bitCycles: this.#bitCycles });
    }, Math.ceil(this.#nextAt) - cpu.cycles);
  }
}
