/** A microcontroller board that runs a compiled image: bytes, pins, power and time, and nothing by chance that is not seeded. */
import { readIntelHex } from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import { AVRADC, avrInstruction, CPU } from "avr8js";
import { CHIPS, type Chip, type ChipName } from "./chips.ts";
import { Eeprom } from "./eeprom.ts";
import { Line } from "./line.ts";
import { type PinName, Pins } from "./pins.ts";
import { attachTimer } from "./timers.ts";
import { type Character, sample, Uart } from "./uart.ts";
import { attachWatchdog } from "./watchdog.ts";

export type ResetCause = "power-on" | "external" | "brown-out" | "watchdog";

export interface BoardOptions {
  readonly chip: ChipName;
  /** The image, as Intel hex. */
  readonly hex?: string | undefined;
  /** Its flash, in place of an image: of the chip's size, and changed from outside only while the chip is held. */
  readonly flash?: Uint8Array | undefined;
  /** What an earlier life left in the EEPROM, from its first byte; erased without. Kept up to date in place where it is as long as the chip's. */
  readonly eeprom?: Uint8Array | undefined;
  /** Rate of the host at the other end of the line; default 57,600. */
  readonly baud?: number | undefined;
  /** The board's crystal; default 16 MHz. */
  readonly freqHz?: number | undefined;
  /** What RAM holds after power-on, and what a torn EEPROM write leaves. */
  readonly random: Pick<Random, "int">;
  /** Told at once of each level that changes on a pin. */
  readonly pinChanged?: ((pin: PinName, high: boolean, atMs: number) => void) | undefined;
}

export interface SentByte {
  readonly byte: number;
  /** When its stop bit had passed, in ms of the board's time. */
  readonly atMs: number;
}

const SREG = 0x5f;
const INTERRUPTS = 0x80;
const MCUSR = 0x54;
const SMCR = 0x53;
const SLEEP_ENABLE = 0x01;
const SLEEP = 0x9588;
/** Cycles more than avr8js counts for the way into an interrupt, and for waking up. */
const RESPONSE_CYCLES = 2;
const WAKE_CYCLES = 4;
const CAUSES: Readonly<Record<ResetCause, number>> = { "power-on": 1, external: 2, "brown-out": 4, watchdog: 8 };
const NO_IMAGE = ":00000001FF";
const DEFAULT_BAUD = 57_600;
const DEFAULT_HZ = 16_000_000;

/** avr8js keeps its list of clock events to itself; who sleeps must know when the next one is. */
interface Inside {
  readonly nextClockEvent: { readonly cycles: number } | null;
}

/** Throws FrameError for an image that cannot be. Power is on from the start. */
export function createBoard(options: BoardOptions): Board {
  return new Board(options);
}

export class Board {
  readonly chip: Chip;
  readonly #freqHz: number;
  readonly #program: Uint16Array;
  readonly #random: Pick<Random, "int">;
  readonly #eeprom: Eeprom;
  readonly #line: Line;
  readonly #hostBitCycles: number;
  readonly pins: Pins;
  readonly #volts: number[] = [];
  readonly #resets: Record<ResetCause, number> = { "power-on": 0, external: 0, "brown-out": 0, watchdog: 0 };
  #sent: SentByte[] = [];
  #cpu: CPU | undefined;
  /** What stands still while something else has the chip. */
  #held: CPU | undefined;
  #uart: Uart | undefined;
  #adc: AVRADC | undefined;
  #cycles = 0;
  #asleepCycles = 0;
  #asleep = false;
  #bitten = false;
  #overruns = 0;

  constructor({ chip: name, hex, flash, random, ...options }: BoardOptions) {
    const chip = CHIPS[name];
    this.chip = chip;
    this.#freqHz = options.freqHz ?? DEFAULT_HZ;
    const program = flash ?? readIntelHex(hex ?? NO_IMAGE, chip.flashBytes);
    this.#program = new Uint16Array(program.buffer, program.byteOffset, chip.flashBytes / 2);
    this.#random = random;
    let memory = options.eeprom;
    if (memory?.length !== chip.eepromBytes) {
      memory = new Uint8Array(chip.eepromBytes).fill(0xff);
      memory.set((options.eeprom ?? memory).subarray(0, memory.length));
    }
    this.#eeprom = new Eeprom(memory, this.#freqHz, chip.vectors.eepromReady);
    this.#hostBitCycles = this.#freqHz / (options.baud ?? DEFAULT_BAUD);
    this.#line = new Line(this.#hostBitCycles, (character) => this.#uart?.hear(character));
    this.pins = new Pins(chip.ports, ({ pin, high }) => options.pinChanged?.(pin, high, this.nowMs));
    this.#start("power-on");
  }

  /** Time of the board, which goes on without power. */
  get nowMs(): number {
    return ((this.#cpu?.cycles ?? this.#cycles) * 1_000) / this.#freqHz;
  }

  get cycles(): number {
    return this.#cpu?.cycles ?? this.#cycles;
  }

  get isOn(): boolean {
    return this.#cpu !== undefined;
  }

  /** Power is there, the program does not run: see `hold`. */
  get isHeld(): boolean {
    return this.#held !== undefined;
  }

  /** Its EEPROM as it stands, kept without power. */
  get eeprom(): Uint8Array {
    return this.#eeprom.memory;
  }

  /** How often each byte of the EEPROM was written. */
  get eepromWrites(): Uint32Array {
    return this.#eeprom.writes;
  }

  get resets(): Readonly<Record<ResetCause, number>> {
    return this.#resets;
  }

  /** Bytes the program was too slow to take. */
  get overruns(): number {
    return this.#overruns + (this.#uart?.overruns ?? 0);
  }

  /** Ms spent asleep. */
  get asleepMs(): number {
    return (this.#asleepCycles * 1_000) / this.#freqHz;
  }

  /** Bytes on their way to it. */
  get waiting(): number {
    return this.#line.waiting;
  }

  /** Bytes of the host: they follow those that are still on their way. Lost while there is no power. */
  hear(bytes: Uint8Array): void {
    this.#line.push(bytes);
  }

  /** What it has sent since the last time, as the host's receiver understands it. */
  takeSent(): readonly SentByte[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** Voltage on an analog channel. */
  setVolts(channel: number, volts: number): void {
    this.#volts[channel] = volts;
    if (this.#adc !== undefined) this.#adc.channelValues[channel] = volts;
  }

  /** Off, RAM is lost, the EEPROM keeps what is through, and no pin is driven from inside. */
  power(on: boolean): void {
    if (on === (this.isOn || this.isHeld)) return;
    if (on) this.#start("power-on");
    else this.#cut();
  }

  /** The supply dips for a moment. */
  brownOut(): void {
    if (!this.isOn) return;
    this.#cut();
    this.#start("brown-out");
  }

  /** The reset pin, as by a host that opens the port. RAM keeps what it holds. */
  reset(): void {
    if (this.isOn) this.#start("external");
  }

  /** The program stands still and lets go of its pins while a bootloader has the chip. RAM keeps what it holds. */
  hold(): void {
    if (this.#cpu === undefined) return;
    const held = this.#cpu;
    this.#detach();
    this.#held = held;
  }

  /** The program begins, as after a reset. */
  release(): void {
    if (this.#held !== undefined) this.#start("external");
  }

  /** Runs until that time; a time that has passed is none. An instruction that has begun is ended. */
  runUntil(ms: number): void {
    const until = Math.ceil((ms * this.#freqHz) / 1_000);
    for (let cpu = this.#cpu; cpu !== undefined && cpu.cycles < until; cpu = this.#cpu) {
      if (this.#asleep) this.#slumber(cpu, until);
      else this.#work(cpu, until);
      if (this.#bitten) this.#start("watchdog");
    }
    this.#cycles = Math.max(this.#cycles, until);
  }

  #work(cpu: CPU, until: number): void {
    const { data, progMem } = cpu;
    while (cpu.cycles < until && !this.#bitten && !this.#asleep) {
      const before = (data[SREG] as number) & INTERRUPTS;
      if (progMem[cpu.pc] === SLEEP && (data[SMCR] as number) & SLEEP_ENABLE) this.#asleep = true;
      avrInstruction(cpu);
      if (before === 0 && (data[SREG] as number) & INTERRUPTS) this.#tickUndisturbed(cpu);
      else this.#tick(cpu);
    }
  }

  /** Any sleep mode counts as idle: timers and the UART go on. */
  #slumber(cpu: CPU, until: number): void {
    const from = cpu.cycles;
    while (this.#asleep && !this.#bitten) {
      const next = (cpu as unknown as Inside).nextClockEvent?.cycles ?? Number.POSITIVE_INFINITY;
      const mayWake = cpu.nextInterrupt >= 0 && cpu.interruptsEnabled;
      if (!mayWake && next > until) {
        cpu.cycles = Math.max(cpu.cycles, until);
        break;
      }
      if (!mayWake) cpu.cycles = Math.max(cpu.cycles, next);
      this.#tick(cpu);
    }
    this.#asleepCycles += cpu.cycles - from;
  }

  #tick(cpu: CPU): void {
    const before = cpu.interruptsEnabled;
    cpu.tick();
    if (!before || cpu.interruptsEnabled) return;
    cpu.cycles += RESPONSE_CYCLES + (cpu.pc22Bits ? 1 : 0) + (this.#asleep ? WAKE_CYCLES : 0);
    this.#asleep = false;
  }

  /** The instruction after SEI, or after an interrupt's end, comes before the next interrupt. */
  #tickUndisturbed(cpu: CPU): void {
    cpu.data[SREG] = (cpu.data[SREG] as number) & ~INTERRUPTS;
    cpu.tick();
    cpu.data[SREG] = (cpu.data[SREG] as number) | INTERRUPTS;
  }

  /** A chip of which everything but RAM and the outer world is new: avr8js cannot reset its parts. */
  #start(cause: ResetCause): void {
    const { chip, cycles } = this;
    const before = this.#cpu ?? this.#held;
    this.#held = undefined;
    const causes = cause === "power-on" ? 0 : ((before?.data[MCUSR] as number | undefined) ?? 0);
    const cpu = new CPU(this.#program, chip.ramFrom - 0x100 + chip.ramBytes);
    cpu.cycles = cycles;
    this.#keepRam(cpu, before);
    cpu.data[MCUSR] = causes | CAUSES[cause];
    this.#overruns = this.overruns;
    this.#uart = undefined;
    this.#cpu = cpu;
    this.#asleep = false;
    this.#bitten = false;
    this.#resets[cause] += 1;
    for (const timer of chip.timers) attachTimer(cpu, timer);
    this.#uart = new Uart(cpu, chip.vectors, (character) => this.#said(character));
    this.#eeprom.attach(cpu);
    const adc = new AVRADC(cpu, chip.adc);
    adc.channelValues.splice(0, adc.channelValues.length, ...this.#volts);
    this.#adc = adc;
    attachWatchdog(cpu, {
      vector: chip.vectors.watchdog,
      freqHz: this.#freqHz,
      bite: () => {
        this.#bitten = true;
      },
    });
    this.pins.attach(cpu);
    this.#line.attach(cpu);
  }

  #keepRam(cpu: CPU, before: CPU | undefined): void {
    const { ramFrom } = this.chip;
    if (before !== undefined) cpu.data.set(before.data.subarray(ramFrom), ramFrom);
    else for (let at = ramFrom; at < cpu.data.length; at++) cpu.data[at] = this.#random.int(0, 255);
  }

  #cut(): void {
    this.#eeprom.cut(this.cycles, this.#random);
    this.#held = undefined;
    this.#detach();
  }

  #detach(): void {
    this.#cycles = this.cycles;
    this.#overruns = this.overruns;
    this.#uart = undefined;
    this.#cpu = undefined;
    this.#line.attach(undefined);
    this.pins.detach();
  }

  #said({ byte, bitCycles }: Character): void {
    this.#sent.push({ byte: sample(byte, bitCycles, this.#hostBitCycles).byte, atMs: this.nowMs });
  }
}
