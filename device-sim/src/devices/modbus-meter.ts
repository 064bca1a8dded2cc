/** Simulated energy meters: Chint DDSU666 (floats, kWh and kW) and Hiking DDS238 (integers, 0.01 kWh and W). */
import { floatWords, highWord, lowWord, modbusDevice, type SimModbusDevice } from "./modbus-device.ts";
import type { Chance, ModbusSlaveOptions } from "./modbus-slave.ts";

export interface ModbusMeterOptions extends ModbusSlaveOptions {
  readonly wh?: number;
  readonly watts?: number;
}

export interface SimModbusMeter extends SimModbusDevice {
  readonly energyWh: number;
  readonly powerW: number;
  setPower(watts: number): void;
}

const VOLTS = 230.2;

interface Dial {
  wh: number;
  watts: number;
}

type Registers = (dial: Dial) => ReadonlyMap<number, number>;

/** Registers come as pairs from their first address on. */
function words(...blocks: readonly (readonly [number, readonly number[]])[]): ReadonlyMap<number, number> {
  return new Map(blocks.flatMap(([start, values]) => values.map((value, i) => [start + i, value] as const)));
}

const ddsu666: Registers = ({ wh, watts }) =>
  words(
    [0x2000, floatWords(VOLTS)],
    [0x2002, floatWords(Math.abs(watts) / VOLTS)],
    [0x2004, floatWords(watts / 1_000)],
    [0x2006, floatWords(0)],
    [0x2008, floatWords(0)],
    [0x200a, floatWords(1)],
    [0x200c, floatWords(0)],
    [0x200e, floatWords(50)],
    [0x4000, floatWords(wh / 1_000)],
    [0x400a, floatWords(0)],
  );

const dds238: Registers = ({ wh, watts }) => {
  const hundredths = Math.floor(wh / 10);
  const total = [highWord(hundredths), lowWord(hundredths)];
  const amperes = Math.round((Math.abs(watts) / VOLTS) * 100);
  const live = [Math.round(VOLTS * 10), amperes, watts & 0xffff, 0, 1_000, 5_000, 0, 0, 0, 0x0101];
  return words([0, total], [2, [0, 0, 0, 0, 0, 0]], [8, [0, 0]], [10, total], [12, live]);
};

export const createDdsu666 = (options: ModbusMeterOptions, random: Chance) => meter(options, ddsu666, random);
export const createDds238 = (options: ModbusMeterOptions, random: Chance) => meter(options, dds238, random);

function meter(options: ModbusMeterOptions, registers: Registers, random: Chance): SimModbusMeter {
  const dial: Dial = { wh: options.wh ?? 0, watts: options.watts ?? 0 };
  const device = modbusDevice(
    options,
    {
      bank: { holding: (address) => registers(dial).get(address) },
      act: (event) => {
        if (event.kind === "use") dial.wh += event.wh ?? 0;
      },
      fault: (name) => {
        if (name === "reset") dial.wh = 0;
        if (name === "jump") dial.wh += 1_000_000;
      },
    },
    random,
  );
  return {
    ...device,
    get energyWh() {
      return dial.wh;
    },
    get powerW() {
      return dial.watts;
    },
    setPower: (watts) => {
      dial.watts = watts;
    },
  };
}
