/** The radar drivers for the contract: a simulated radar at a raw TCP device server, in front of which one person comes and goes. */
import { createLd2410, createLd2450, type SimDevice } from "@gatehouse/device-sim";
import { Random } from "@gatehouse/protocol/testing";
import type { OpenDriver } from "./driver-contract.ts";
import { openRadarRig } from "./radar-rig.ts";

const DEVICE = "radar-1";
const devices = [{ id: DEVICE, kind: "presence", driver: "r", space: "s", reversed: false, holdSeconds: 1 }];

function openRadar(type: "ld2410" | "ld2450", makeRadar: () => SimDevice): OpenDriver {
  return async (accept) => {
    const radar = makeRadar();
    const rig = await openRadarRig({ type, radar, devices, accept, late: true });
    let isThere = false;
    let passing: Promise<void> = Promise.resolve();
    return {
      driver: rig.driver,
      clock: rig.clock,
      device: DEVICE,
      join: () => rig.join(),
      send: () => {
        isThere = !isThere;
        radar.act({ kind: "presence", people: isThere ? 1 : 0 }, rig.clock.monoMs());
        passing = rig.pass(2_000);
      },
      acknowledged: () => Promise.reject(new RangeError("a radar is not acknowledged")),
      isQuiet: async () => {
        await passing;
        return true;
      },
      badInputs: [
        { name: "noise", send: () => rig.noise(Uint8Array.of(1, 2, 3, 0xf4, 0xf3, 0xaa, 0xff, 0xfd)) },
        {
          name: "a header with an absurd length",
          send: () => rig.noise(Uint8Array.of(0xf4, 0xf3, 0xf2, 0xf1, 0xff, 0xff)),
        },
        { name: "half a frame", send: () => rig.noise(Uint8Array.of(0xaa, 0xff, 3, 0, 0x0e, 3, 0xb1)) },
        {
          name: "a state nobody knows",
          send: () => rig.noise(Buffer.from("f4f3f2f10d0002aa0951000000003b00005500f8f7f6f5", "hex")),
        },
      ],
      obey: () => Promise.reject(new RangeError("a radar obeys nobody")),
      breakLink: () => rig.drop(),
      codes: () => rig.health.entries.map(({ code }) => code),
      close: () => rig.stop(),
    };
  };
}

export const openLd2410Driver = openRadar("ld2410", () =>
  createLd2410({ id: "sim", missed: 0, ghosts: 0 }, new Random(1)),
);
export const openLd2450Driver = openRadar("ld2450", () => createLd2450({ id: "sim", missed: 0 }, new Random(1)));
