/** Simulated module with 8 inputs (discrete inputs 0 to 7) and 8 outputs (coils 0 to 7). A door contact sits on the first input. */
import { modbusDevice, type SimModbusDevice } from "./modbus-device.ts";
import type { Chance, ModbusSlaveOptions } from "./modbus-slave.ts";

export interface SimModbusIo extends SimModbusDevice {
  readonly inputs: boolean[];
  readonly outputs: readonly boolean[];
  /** When each output was switched, and how. */
  readonly switched: readonly { readonly output: number; readonly on: boolean; readonly atMs: number }[];
}

const CHANNELS = 8;
const TAMPER_INPUT = 1;
const MAINS_INPUT = 2;
/** Moves remembered; the oldest go. */
const MAX_SWITCHED = 1_000;

export function createModbusIo(options: ModbusSlaveOptions, random: Chance): SimModbusIo {
  const inputs = Array.from({ length: CHANNELS }, () => false);
  const outputs = Array.from({ length: CHANNELS }, () => false);
  const switched: { output: number; on: boolean; atMs: number }[] = [];
  const device = modbusDevice(
    options,
    {
      bank: {
        coil: (address) => outputs[address],
        input: (address) => inputs[address],
        setCoil: (address, on, nowMs) => {
          if (address >= CHANNELS) return false;
          outputs[address] = on;
          switched.push({ output: address, on, atMs: nowMs });
          if (switched.length > MAX_SWITCHED) switched.shift();
          return true;
        },
      },
      act: (event) => {
        if (event.kind === "door") inputs[0] = event.open;
        if (event.kind === "tamper") inputs[TAMPER_INPUT] = event.on;
        if (event.kind === "power") inputs[MAINS_INPUT] = event.ok;
      },
    },
    random,
  );
  return Object.assign(device, { inputs, outputs, switched });
}
