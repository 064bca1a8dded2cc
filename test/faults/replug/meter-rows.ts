/** Meters: nothing to command, a total that is read again and again. */
import { createCjt188Meter, createDlt645Meter, type SimDevice } from "@gatehouse/device-sim";
import { type Driver, type DriverDeps, driverTypes } from "gatehouse";
import type { ReplugRow } from "./replug-run.ts";

interface MeterRow {
  readonly config: { parse(config: unknown): never };
  create(id: string, config: never, deps: DriverDeps): Driver;
}

interface Metered {
  readonly kind: string;
  readonly meter: SimDevice;
  /** What the driver should tell now. */
  total(): number;
}

function meterRow(type: "dlt645" | "cjt188", address: string, simulate: ReplugRow["simulate"]): ReplugRow {
  return {
    driver: type,
    query: "?baud=115200&parity=even",
    create: (link, deps) => {
      const row = driverTypes.find((candidate) => candidate.type === type) as unknown as MeterRow;
      const kind = type === "dlt645" ? ("energy-meter" as const) : ("water-meter" as const);
      const devices = [{ id: "meter", kind, driver: type, reversed: false, address, periodSeconds: 0.1 }];
      return row.create(type, row.config.parse({ link }), { ...deps, devices });
    },
    simulate,
  };
}

/** Every happening adds ten to the total. */
function world({ kind, meter, total }: Metered): ReturnType<ReplugRow["simulate"]> {
  const told = new Map<number, number>();
  return {
    devices: [meter],
    happen: (n, nowMs) => {
      meter.act({ kind: "use", wh: 10, litres: 10 }, nowMs);
      told.set(n, total());
    },
    tells: (item, n) => {
      const reading = item as { readonly kind?: string; readonly value?: number };
      return reading.kind === kind && reading.value === told.get(n);
    },
    repeats: true,
    obeyed: () => 0,
  };
}

export const METER_ROWS: readonly ReplugRow[] = [
  meterRow("dlt645", "202311000123", (random) => {
    const meter = createDlt645Meter({ id: "meter", address: "202311000123", wh: 50_000 }, random);
    return world({ kind: "meter.energyWh", meter, total: () => meter.wh });
  }),
  meterRow("cjt188", "78330011223344", (random) => {
    const meter = createCjt188Meter({ id: "meter", address: "78330011223344", litres: 5_000 }, random);
    return world({ kind: "meter.waterL", meter, total: () => meter.litres });
  }),
];
