/** The meter drivers with a simulated meter at the far end of a line, for the contract of line drivers. */
import { createCjt188Meter, createDlt645Meter, type SimDevice } from "@gatehouse/device-sim";
import { Random } from "@gatehouse/protocol/testing";
import type { OpenLineDriver } from "./line-driver-contract.ts";
import { openMeterRig } from "./meter-rig.ts";

interface Metered {
  readonly type: "dlt645" | "cjt188";
  readonly address: string;
  readonly kind: string;
  readonly meter: SimDevice & { readonly faults: Set<"garbage"> };
  total(): number;
}

const PERIOD_S = 5;
const TURN_MS = 10_000;

const open =
  (make: () => Metered): OpenLineDriver =>
  async (accept) => {
    const { type, address, kind, meter, total } = make();
    let asked = 0;
    const heard: SimDevice = {
      id: meter.id,
      act: (event, nowMs) => meter.act(event, nowMs),
      hear: (bytes, nowMs) => {
        asked += 1;
        return meter.hear(bytes, nowMs);
      },
    };
    const devices = { meter: { address, periodSeconds: PERIOD_S } };
    const rig = await openMeterRig({ type, meters: [heard], devices, accept });
    const happened = new Map<number, number>();
    return {
      driver: rig.driver,
      clock: rig.clock,
      device: "meter",
      ended: rig.ended,
      stop: rig.stop,
      turnMs: TURN_MS,
      happen: (n) => {
        meter.act({ kind: "use", wh: 10, litres: 10 }, rig.clock.monoMs());
        happened.set(n, total());
      },
      tells: (reading, n) =>
        "kind" in reading && reading.kind === kind && "value" in reading && reading.value === happened.get(n),
      spoil: {
        begin: () => meter.faults.add("garbage"),
        end: () => meter.faults.delete("garbage"),
        recorded: /is no number$/m,
      },
      asked: () => asked,
      breakLink: () => rig.far.unplug(),
      close: rig.close,
    };
  };

export const openDlt645Driver = open(() => {
  const address = "202311000123";
  const meter = createDlt645Meter({ id: "meter", address, wh: 50_000 }, new Random("dlt645"));
  return { type: "dlt645", address, kind: "meter.energyWh", meter: meter as Metered["meter"], total: () => meter.wh };
});

export const openCjt188Driver = open(() => {
  const address = "78330011223344";
  const meter = createCjt188Meter({ id: "meter", address, litres: 5_000 }, new Random("cjt188"));
  return { type: "cjt188", address, kind: "meter.waterL", meter: meter as Metered["meter"], total: () => meter.litres };
});
