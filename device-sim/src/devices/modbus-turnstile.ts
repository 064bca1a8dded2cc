/** Simulated turnstile: passage totals in holding registers 0 to 3, alarms in inputs 0 to 3, coils 0 and 1 release the arm inwards and outwards. */
import { highWord, lowWord, modbusDevice, type SimModbusDevice } from "./modbus-device.ts";
import type { Chance, ModbusSlaveOptions } from "./modbus-slave.ts";

export interface SimModbusTurnstile extends SimModbusDevice {
  readonly totals: { readonly in: number; readonly out: number };
  /** Whether the arm is free, inwards and outwards. */
  readonly released: readonly [boolean, boolean];
}

const WRAP = 0x1_0000_0000;

export function createModbusTurnstile(options: ModbusSlaveOptions, random: Chance): SimModbusTurnstile {
  const totals = { in: 0, out: 0 };
  const released: [boolean, boolean] = [false, false];
  const alarms = [false, true, false, false];
  const set = (value: number) => {
    totals.in = value;
    totals.out = value;
  };
  const device = modbusDevice(
    options,
    {
      bank: {
        coil: (address) => released[address],
        input: (address) => alarms[address],
        holding: (address) => {
          const total = address < 2 ? totals.in : totals.out;
          return address > 3 ? undefined : address % 2 === 0 ? highWord(total) : lowWord(total);
        },
        setCoil: (address, on) => {
          if (address > 1) return false;
          released[address] = on;
          return true;
        },
      },
      act: (event) => {
        if (event.kind === "pass") totals[event.direction] = (totals[event.direction] + 1) % WRAP;
        if (event.kind === "tamper") alarms[0] = event.on;
        if (event.kind === "power") alarms[1] = event.ok;
      },
      fault: (name) => {
        if (name === "counter-wrap") set(WRAP - 2);
        if (name === "reset") set(0);
        if (name === "jump") set((Math.max(totals.in, totals.out) + 1_000_000) % WRAP);
      },
    },
    random,
  );
  return Object.assign(device, { totals, released });
}
