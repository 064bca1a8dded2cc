/** The board's EEPROM: written in its own time, kept without power, torn where the power went in the middle of a byte. */
import type { Random } from "@gatehouse/protocol/testing";
import type { CPU } from "avr8js";
import type { Interrupt } from "./interrupt.ts";

const EECR = 0x3f;
const EEDR = 0x40;
const EEARL = 0x41;
const EEARH = 0x42;
const EERE = 0x01;
const EEPE = 0x02;
const EEMPE = 0x04;
const EERIE = 0x08;
const EEPM0 = 0x10;
const EEPM1 = 0x20;
const WINDOW_CYCLES = 5;
const READ_CYCLES = 4;
const WRITE_CYCLES = 2;
const ERASED = 0xff;
/** Erasing or programming alone, and both. */
const HALF_MS = 1.8;
const WHOLE_MS = 3.4;

interface Writing {
  readonly address: number;
  readonly before: number;
  readonly after: number;
  readonly erases: boolean;
  readonly programs: boolean;
  readonly from: number;
  readonly until: number;
}

export class Eeprom {
  readonly memory: Uint8Array;
  readonly #freqHz: number;
  readonly #vector: number;
  #writing: Writing | undefined;
  /** Writes of each byte, for wear. */
  readonly writes: Uint32Array;

  constructor(memory: Uint8Array, freqHz: number, vector: number) {
    this.memory = memory;
    this.writes = new Uint32Array(memory.length);
    this.#freqHz = freqHz;
    this.#vector = vector;
  }

  /** A write that runs goes on through a reset. */
  attach(cpu: CPU): void {
    const ready: Interrupt = {
      address: this.#vector,
      flagRegister: EECR,
      flagMask: EEPE,
      enableRegister: EECR,
      enableMask: EERIE,
      constant: true,
      inverseFlag: true,
    };
    let openUntil = -1;
    const finishLater = ({ until }: Writing) =>
      cpu.addClockEvent(() => {
        this.#finish();
        cpu.data[EECR] = (cpu.data[EECR] as number) & ~EEPE;
        cpu.updateInterruptEnable(ready, cpu.data[EECR] as number);
      }, until - cpu.cycles);
    cpu.writeHooks[EECR] = (value) => {
      const at = ((cpu.data[EEARH] as number) * 0x100 + (cpu.data[EEARL] as number)) % this.memory.length;
      cpu.data[EECR] = (value & (EERIE | EEPM0 | EEPM1)) | (this.#writing === undefined ? 0 : EEPE);
      const begins = (value & EEPE) !== 0 && cpu.cycles <= openUntil && this.#writing === undefined;
      if (begins) {
        this.#writing = this.#begin(at, cpu.data[EEDR] as number, value, cpu.cycles);
        cpu.data[EECR] = (cpu.data[EECR] as number) | EEPE;
        finishLater(this.#writing);
        cpu.cycles += WRITE_CYCLES;
      } else if (value & EERE && this.#writing === undefined) {
        cpu.data[EEDR] = this.memory[at] as number;
        cpu.cycles += READ_CYCLES;
      }
      openUntil = value & EEMPE && !begins ? Math.max(openUntil, cpu.cycles + WINDOW_CYCLES) : -1;
      cpu.updateInterruptEnable(ready, cpu.data[EECR] as number);
      return true;
    };
    if (this.#writing === undefined) return;
    cpu.data[EECR] = EEPE;
    finishLater(this.#writing);
  }

  /** The power goes: what is being written ends as something between. */
  cut(cycles: number, random: Pick<Random, "int">): void {
    const writing = this.#writing;
    this.#writing = undefined;
    if (writing === undefined) return;
    const { address, before, after, erases, programs, from, until } = writing;
    const share = (cycles - from) / (until - from);
    const some = random.int(0, ERASED);
    const erasing = erases && (!programs || share < 0.5);
    this.memory[address] = erasing ? before | some : (erases ? ERASED : before) & (after | some);
  }

  #begin(address: number, value: number, control: number, from: number): Writing {
    const programs = (control & EEPM0) === 0;
    const erases = (control & EEPM1) === 0;
    const before = this.memory[address] as number;
    const after = (erases ? ERASED : before) & (programs ? value : ERASED);
    const ms = programs && erases ? WHOLE_MS : HALF_MS;
    const until = from + Math.round((ms * this.#freqHz) / 1_000);
    this.writes[address] = (this.writes[address] ?? 0) + 1;
    return { address, before, after, erases, programs, from, until };
  }

  #finish(): void {
    if (this.#writing === undefined) return;
    this.memory[this.#writing.address] = this.#writing.after;
    this.#writing = undefined;
  }
}
