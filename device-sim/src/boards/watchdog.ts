/** The board's watchdog, with the time-out it keeps running after it has reset the chip. The register stands at the same address in both chips. */
import type { CPU } from "avr8js";
import type { Interrupt } from "./interrupt.ts";

const MCUSR = 0x54;
const WDTCSR = 0x60;
const WDRF = 0x08;
const WDIF = 0x80;
const WDIE = 0x40;
const WDP3 = 0x20;
const WDCE = 0x10;
const WDE = 0x08;
const WDP = 0x07;
/** Bits that change only in the four cycles after WDCE. */
const GUARDED = WDP3 | WDE | WDP;
const WINDOW_CYCLES = 4;
const OSCILLATOR_HZ = 128_000;
const SHORTEST = 2_048;

export interface WatchdogOptions {
  readonly vector: number;
  readonly freqHz: number;
  /** The chip is reset; the CPU this watchdog belongs to is to be left behind. */
  readonly bite: () => void;
}

/** After a reset of its own (WDRF set in MCUSR) it is on, at its shortest time. */
export function attachWatchdog(cpu: CPU, { vector, freqHz, bite }: WatchdogOptions): void {
  const interrupt: Interrupt = {
    address: vector,
    flagRegister: WDTCSR,
    flagMask: WDIF,
    enableRegister: WDTCSR,
    enableMask: WDIE,
  };
  const register = (address: number) => cpu.data[address] as number;
  const isOn = () => (register(WDTCSR) & (WDE | WDIE)) !== 0;
  let openUntil = -1;
  let dueAt = 0;
  let looking = false;

  const feed = () => {
    const control = register(WDTCSR);
    const step = (control & WDP) | (control & WDP3 ? 8 : 0);
    dueAt = cpu.cycles + Math.floor((freqHz / OSCILLATOR_HZ) * (SHORTEST << step));
    if (looking || !isOn()) return;
    looking = true;
    cpu.addClockEvent(look, dueAt - cpu.cycles);
  };
  const look = () => {
    looking = false;
    if (!isOn()) return;
    if (cpu.cycles >= dueAt) {
      const control = register(WDTCSR);
      if (!(control & WDIE)) {
        bite();
        return;
      }
      cpu.setInterruptFlag(interrupt);
      if (control & WDE) cpu.data[WDTCSR] = register(WDTCSR) & ~WDIE;
      feed();
      return;
    }
    looking = true;
    cpu.addClockEvent(look, dueAt - cpu.cycles);
  };

  cpu.onWatchdogReset = feed;
  cpu.writeHooks[WDTCSR] = (value, before) => {
    const isOpen = cpu.cycles <= openUntil;
    openUntil = value & WDCE && value & WDE ? cpu.cycles + WINDOW_CYCLES : -1;
    const guarded = isOpen ? value & GUARDED : (before & GUARDED) | (value & WDE);
    const forced = register(MCUSR) & WDRF ? WDE : 0;
    const flag = value & WDIF ? 0 : before & WDIF;
    const next = guarded | forced | flag | (value & WDIE);
    if (flag === 0) cpu.clearInterrupt(interrupt, false);
    const wasOn = isOn();
    cpu.data[WDTCSR] = next;
    if (!wasOn || ((next ^ before) & GUARDED) !== 0) feed();
    return true;
  };
  if (register(MCUSR) & WDRF) {
    cpu.data[WDTCSR] = WDE;
    feed();
  }
}
