/** What the simulated Modbus devices have in common: trouble by name, and words out of larger numbers. */
import type { SimDevice } from "./device.ts";
import {
  type Chance,
  type ModbusBank,
  type ModbusSlaveOptions,
  type ModbusTrouble,
  modbusSlave,
} from "./modbus-slave.ts";

/** `well` ends the lasting ones. */
export type ModbusFault = "counter-wrap" | "reset" | "jump" | "exception" | "wrong-unit" | "well";

export interface SimModbusDevice extends SimDevice {
  fault(name: ModbusFault): void;
}

const DEVICE_FAILURE = 4;

export interface ModbusBody {
  readonly bank: ModbusBank;
  readonly act: SimDevice["act"];
  /** The faults of its own; the others are the same for all. */
  fault?(name: ModbusFault): void;
}

export function modbusDevice(options: ModbusSlaveOptions, body: ModbusBody, random: Chance): SimModbusDevice {
  const trouble: ModbusTrouble = { exception: undefined, wrongUnit: false };
  return {
    id: options.id,
    hear: modbusSlave(options, body.bank, trouble, random),
    act: body.act,
    fault(name) {
      if (name === "well" || name === "exception") trouble.exception = name === "well" ? undefined : DEVICE_FAILURE;
      if (name === "well" || name === "wrong-unit") trouble.wrongUnit = name === "wrong-unit";
      body.fault?.(name);
    },
  };
}

/** High word first. */
export const highWord = (value: number): number => Math.floor(value / 0x1_0000) & 0xffff;
export const lowWord = (value: number): number => value & 0xffff;

/** The two registers of an IEEE 754 number, high word first. */
export function floatWords(value: number): readonly [number, number] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [view.getUint16(0), view.getUint16(2)];
}
