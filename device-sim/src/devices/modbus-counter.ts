/** Simulated people counter: two running totals, in 32-bit input registers 0 to 3, or in 16-bit holding registers 300 and 301. */
import { highWord, lowWord, modbusDevice, type SimModbusDevice } from "./modbus-device.ts";
import type { Chance, ModbusBank, ModbusSlaveOptions } from "./modbus-slave.ts";

export interface ModbusCounterOptions extends ModbusSlaveOptions {
  /** Default 32. */
  readonly bits?: 16 | 32;
  readonly in?: number;
  readonly out?: number;
}

/** So far before the end of the register. */
const BEFORE_WRAP = 2;
const JUMP = 1_000_000;

export interface SimModbusCounter extends SimModbusDevice {
  readonly totals: { readonly in: number; readonly out: number };
}

export function createModbusCounter(options: ModbusCounterOptions, random: Chance): SimModbusCounter {
  const modulus = options.bits === 16 ? 0x1_0000 : 0x1_0000_0000;
  const totals = { in: options.in ?? 0, out: options.out ?? 0 };
  const wide = (address: number): number | undefined => {
    const word = address % 2 === 0 ? highWord : lowWord;
    return address > 3 ? undefined : word(address < 2 ? totals.in : totals.out);
  };
  const narrow = (address: number) => (address === 300 ? totals.in : address === 301 ? totals.out : undefined);
  const bank: ModbusBank = options.bits === 16 ? { holding: narrow } : { inputRegister: wide };
  const move = (change: (total: number) => number) => {
    totals.in = change(totals.in) % modulus;
    totals.out = change(totals.out) % modulus;
  };
  const device = modbusDevice(
    options,
    {
      bank,
      act: (event) => {
        if (event.kind === "pass") totals[event.direction] = (totals[event.direction] + 1) % modulus;
        // A power cut costs such a counter what it has counted.
        if (event.kind === "power" && event.ok) move(() => 0);
      },
      fault: (name) => {
        if (name === "counter-wrap") move(() => modulus - BEFORE_WRAP);
        if (name === "reset") move(() => 0);
        if (name === "jump") move((total) => total + JUMP + (modulus === 0x1_0000 ? 20_000 : 0));
      },
    },
    random,
  );
  return Object.assign(device, { totals });
}
