/** Modbus: a people counter, and a module whose first output is a lock. */
import { createModbusCounter, createModbusIo } from "@gatehouse/device-sim";
import type { Device } from "@gatehouse/protocol";
import { driverTypes } from "gatehouse";
import { readyMap } from "../../support/modbus-rig.ts";
import type { ReplugRow } from "./replug-run.ts";

const COUNTER = 5;
const MODULE = 3;

const devices: readonly Device[] = [
  { id: "count-1", kind: "counter", unit: COUNTER, map: readyMap("people-counter"), periodSeconds: 0.1 },
  {
    id: "lock-1",
    kind: "lock",
    unit: MODULE,
    map: readyMap("io-8ch"),
    periodSeconds: 0.1,
    inputs: [{ input: 1, as: "door" }],
    lock: { output: 1, pulseSeconds: 0.2 },
  },
].map((keys) => ({ driver: "modbus", reversed: false, ...keys }) as Device);

export const modbusRow: ReplugRow = {
  driver: "modbus",
  query: "?baud=115200",
  create: (link, deps) => {
    const row = driverTypes.find(({ type }) => type === "modbus");
    if (row === undefined) throw new RangeError("there is no driver type modbus");
    const config = row.config.parse({ link, replyMs: 200 });
    return row.create("modbus", config as never, { ...deps, devices });
  },
  simulate: (random) => {
    const counter = createModbusCounter({ id: "counter", unit: COUNTER, replyMs: 2 }, random);
    const module8 = createModbusIo({ id: "module", unit: MODULE, replyMs: 2 }, random);
    return {
      devices: [counter, module8],
      happen: (_, nowMs) => counter.act({ kind: "pass", direction: "in" }, nowMs),
      tells: (item, n) => {
        const { kind, value } = item as { readonly kind: string; readonly value?: { readonly in: number } };
        return kind === "count.totals" && value?.in === n + 1;
      },
      // A driver that begins with an empty memory says where its counters stand.
      repeats: true,
      command: { device: "lock-1", action: "unlock", args: { seconds: 0.2 } },
      obeyed: () => module8.switched.filter(({ on }) => on).length,
    };
  },
};
