/** The board's pins: what the world drives them with, what the program does to them, and what is stuck. */
import { InvariantError } from "@gatehouse/protocol";
import { AVRIOPort, type AVRPortConfig, type CPU } from "avr8js";

/** `D2`: port and bit. */
export type PinName = `${string}${number}`;

export interface PinChange {
  readonly pin: PinName;
  readonly high: boolean;
  readonly atCycle: number;
}

interface Port {
  readonly letter: string;
  readonly config: AVRPortConfig;
  /** Bits driven from outside, and their levels. */
  driven: number;
  levels: number;
  /** Bits held by a fault, and their levels. */
  stuck: number;
  stuckLevels: number;
  chip: AVRIOPort | undefined;
  shown: number;
}

export class Pins {
  readonly #ports = new Map<string, Port>();
  readonly #changed: (change: PinChange) => void;
  #cpu: CPU | undefined;

  constructor(ports: Readonly<Record<string, AVRPortConfig>>, changed: (change: PinChange) => void) {
    this.#changed = changed;
    for (const [letter, config] of Object.entries(ports))
      this.#ports.set(letter, {
        letter,
        config,
        driven: 0,
        levels: 0,
        stuck: 0,
        stuckLevels: 0,
        chip: undefined,
        shown: 0,
      });
  }

  has(pin: string): pin is PinName {
    const [letter = "", bit = ""] = [pin.slice(0, 1), pin.slice(1)];
    return this.#ports.has(letter) && /^[0-7]$/.test(bit);
  }

  /** A chip that has just come out of reset: all inputs, levels as they stand outside. */
  attach(cpu: CPU): void {
    this.#cpu = cpu;
    for (const port of this.#ports.values()) {
      const chip = new AVRIOPort(cpu, port.config);
      port.chip = chip;
      chip.addListener(() => this.#settle(port));
      this.#settle(port);
    }
    repairPinChanges(
      cpu,
      [...this.#ports.values()].map(({ config }) => config),
    );
  }

  /** No power: nothing drives from inside. */
  detach(): void {
    this.#cpu = undefined;
    for (const port of this.#ports.values()) {
      port.chip = undefined;
      this.#show(port);
    }
  }

  /** Drives a pin from outside; undefined lets go of it. */
  drive(pin: PinName, level: boolean | undefined): void {
    const { port, mask } = this.#find(pin);
    port.driven = level === undefined ? port.driven & ~mask : port.driven | mask;
    port.levels = level ? port.levels | mask : port.levels & ~mask;
    this.#settle(port);
  }

  /** As a short to ground or to the supply, whatever drives it; undefined mends it. */
  stick(pin: PinName, level: boolean | undefined): void {
    const { port, mask } = this.#find(pin);
    port.stuck = level === undefined ? port.stuck & ~mask : port.stuck | mask;
    port.stuckLevels = level ? port.stuckLevels | mask : port.stuckLevels & ~mask;
    this.#settle(port);
  }

  /** The level on the pin; a pin nothing drives and nothing pulls is low. */
  isHigh(pin: PinName): boolean {
    const { port, mask } = this.#find(pin);
    return (this.#levels(port) & mask) !== 0;
  }

  isOutput(pin: PinName): boolean {
    const { port, mask } = this.#find(pin);
    return this.#cpu !== undefined && ((this.#cpu.data[port.config.DDR] as number) & mask) !== 0;
  }

  #find(pin: PinName): { port: Port; mask: number } {
    const port = this.#ports.get(pin.slice(0, 1));
    if (port === undefined || !this.has(pin)) throw new InvariantError(`this chip has no pin "${pin}"`);
    return { port, mask: 1 << Number(pin.slice(1)) };
  }

  /** Pull-ups count where nothing from outside drives. */
  #settle(port: Port): void {
    const { chip, config } = port;
    if (this.#cpu !== undefined && chip !== undefined) {
      const pulled = this.#cpu.data[config.PORT] as number;
      const outside = (port.levels & port.driven) | (pulled & ~port.driven);
      const level = (outside & ~port.stuck) | (port.stuckLevels & port.stuck);
      for (let bit = 0; bit < 8; bit++) chip.setPin(bit, ((level >> bit) & 1) === 1);
    }
    this.#show(port);
  }

  #levels(port: Port): number {
    const { config, driven, levels, stuck, stuckLevels } = port;
    const ddr = (this.#cpu?.data[config.DDR] as number | undefined) ?? 0;
    const pulled = (this.#cpu?.data[config.PORT] as number | undefined) ?? 0;
    let level = (levels & driven) | (pulled & ~driven & ~ddr);
    for (let bit = 0; bit < 8; bit++) {
      const mask = 1 << bit;
      if (ddr & mask) level = isDrivenHigh(port.chip, bit) ? level | mask : level & ~mask;
    }
    return (level & ~stuck) | (stuckLevels & stuck);
  }

  #show(port: Port): void {
    const now = this.#levels(port);
    const changes = now ^ port.shown;
    port.shown = now;
    for (let bit = 0; bit < 8; bit++) {
      const mask = 1 << bit;
      if (changes & mask)
        this.#changed({ pin: `${port.letter}${bit}`, high: (now & mask) !== 0, atCycle: this.#cpu?.cycles ?? -1 });
    }
  }
}

/** PinState.High of avr8js, which counts timers that drive the pin. */
const isDrivenHigh = (chip: AVRIOPort | undefined, bit: number): boolean => chip?.pinState(bit) === 1;

/** avr8js takes the mask register for the enable register, so that a write to it loses a change, and does not see the enable register at all. */
function repairPinChanges(cpu: CPU, ports: readonly AVRPortConfig[]): void {
  const changes = ports.flatMap(({ pinChange }) => (pinChange === undefined ? [] : [pinChange]));
  for (const { PCMSK } of changes)
    cpu.writeHooks[PCMSK] = (value) => {
      cpu.data[PCMSK] = value;
      return true;
    };
  for (const { PCICR } of changes)
    cpu.writeHooks[PCICR] = (value) => {
      cpu.data[PCICR] = value;
      for (const { pinChangeInterrupt, PCIFR, PCIE } of changes) {
        const mask = 1 << PCIE;
        cpu.updateInterruptEnable(
          { address: pinChangeInterrupt, flagRegister: PCIFR, flagMask: mask, enableRegister: PCICR, enableMask: mask },
          value,
        );
      }
      return true;
    };
}
