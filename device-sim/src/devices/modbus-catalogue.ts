/** The Modbus devices as the command line names them. */
import { z } from "zod";
import { type SimDeviceRow, simDeviceRow } from "./catalogue-row.ts";
import type { OwnFaults } from "./faulty.ts";
import { createModbusCounter } from "./modbus-counter.ts";
import type { SimModbusDevice } from "./modbus-device.ts";
import { createModbusIo } from "./modbus-io.ts";
import { createDds238, createDdsu666 } from "./modbus-meter.ts";
import { createModbusTurnstile } from "./modbus-turnstile.ts";

const Whole = z.coerce.number().int().min(0);
const Slave = z.strictObject({
  unit: z.coerce.number().int().min(0).max(254).default(1),
  mode: z.enum(["rtu", "tcp"]).default("rtu"),
  replyMs: z.coerce.number().min(0).max(10_000).optional(),
});
const Meter = Slave.extend({
  wh: Whole.default(0),
  watts: z.coerce.number().int().min(-32_768).max(32_767).default(0),
});

const faultsOf = (device: SimModbusDevice): OwnFaults => ({
  "wrong-address": (on) => device.fault(on ? "wrong-unit" : "well"),
  "counter-wrap": (on) => {
    if (on) device.fault("counter-wrap");
  },
});

export const MODBUS_DEVICES: Readonly<Record<string, SimDeviceRow>> = {
  "modbus-counter": simDeviceRow(
    "a people counter with two totals",
    Slave.extend({
      in: Whole.default(0),
      out: Whole.default(0),
      bits: z
        .enum(["16", "32"])
        .transform((bits) => (bits === "16" ? 16 : 32))
        .default(32),
    }),
    (id, keys, random) => {
      const device = createModbusCounter({ id, ...keys }, random);
      return { device, ownFaults: faultsOf(device), shown: () => ({ ...device.totals }) };
    },
  ),
  "modbus-turnstile": simDeviceRow(
    "a turnstile with passage totals, alarms and two release coils",
    Slave,
    (id, keys, random) => {
      const device = createModbusTurnstile({ id, ...keys }, random);
      const shown = () => ({ ...device.totals, released: [...device.released] });
      return { device, ownFaults: faultsOf(device), shown };
    },
  ),
  "modbus-io": simDeviceRow(
    "a module with 8 inputs and 8 outputs, a door contact on input 1",
    Slave,
    (id, keys, random) => {
      const device = createModbusIo({ id, ...keys }, random);
      const shown = () => ({ inputs: [...device.inputs], outputs: [...device.outputs] });
      return { device, ownFaults: faultsOf(device), shown };
    },
  ),
  ddsu666: simDeviceRow("an energy meter Chint DDSU666", Meter, (id, keys, random) => {
    const device = createDdsu666({ id, ...keys }, random);
    return { device, ownFaults: faultsOf(device), shown: () => ({ wh: device.energyWh, watts: device.powerW }) };
  }),
  dds238: simDeviceRow("an energy meter Hiking DDS238", Meter, (id, keys, random) => {
    const device = createDds238({ id, ...keys }, random);
    return { device, ownFaults: faultsOf(device), shown: () => ({ wh: device.energyWh, watts: device.powerW }) };
  }),
};
