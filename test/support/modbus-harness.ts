/** The Modbus driver with an input and output module at the other end of a TCP line. */
import { createModbusIo, serveTcp, shareLine } from "@gatehouse/device-sim";
import { systemClock } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { makeModbus } from "./modbus-rig.ts";
import type { OpenPolled } from "./polled-contract.ts";

const DEVICE = "lock-302";

export const openModbusDriver: OpenPolled = async (accept) => {
  const module8 = createModbusIo({ id: DEVICE, unit: 3 }, new Random(1));
  const far = await serveTcp();
  const line = shareLine(far, [module8], { clock: systemClock });
  const { driver } = makeModbus({
    link: `tcp:127.0.0.1:${far.port}`,
    accept,
    devices: [
      {
        id: DEVICE,
        kind: "lock",
        unit: 3,
        map: "io-8ch",
        periodSeconds: 0.1,
        inputs: [{ input: 1, as: "door" }],
        lock: { output: 1, pulseSeconds: 0.5 },
      },
    ],
  });
  let open = false;
  return {
    driver,
    device: DEVICE,
    happen: () => {
      open = !open;
      module8.act({ kind: "door", open }, 0);
    },
    tells: (item) => (item as { readonly kind: string }).kind === (open ? "door.opened" : "door.closed"),
    command: { action: "unlock", args: { seconds: 0.5 } },
    obeyed: () => module8.switched.filter(({ on }) => on).length,
    refuse: () => module8.fault("exception"),
    silence: () => line.devices.clear(),
    breakLink: () => far.drop(),
    close: async () => {
      line.stop();
      await far.close();
    },
  };
};
