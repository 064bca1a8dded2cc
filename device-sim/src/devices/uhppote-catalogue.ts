/** The boards on a network as the command line names them. */
import { z } from "zod";
import { given, type SimDeviceRow, simDeviceRow } from "./catalogue-row.ts";
import { createUhppoteBoard } from "./uhppote-board.ts";

export const NETWORK_DEVICES: Readonly<Record<string, SimDeviceRow>> = {
  "uhppote-board": simDeviceRow(
    "an access board with four doors on the network: listen at udp:127.0.0.1:60000",
    z.strictObject({
      serial: z.coerce.number().int().min(1).max(0xffff_ffff).default(405_419_896),
      /** Events it has room for. */
      room: z.coerce.number().int().min(1).max(100_000).optional(),
    }),
    (id, { serial, ...options }) => {
      const device = createUhppoteBoard({ id, serial, ...given(options) });
      const shown = () => ({ opened: device.opened.length, lastDoor: device.opened.at(-1), events: device.last });
      return { device, ownFaults: device.ownFaults, shown, listener: () => device.listener };
    },
  ),
};
