import { systemClock } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { boardFirmware } from "./board-firmware.ts";

const DOOR = { path: "/dev/serial/by-id/usb-Arduino_Uno_A1-if00", label: "Arduino Uno A1", real: "/dev/ttyACM0" };
const SPARE = { path: "/dev/serial/by-id/usb-Arduino_Uno_B2-if00", label: "Arduino Uno B2", real: "/dev/ttyACM1" };
const PLUGGED = [
  { path: "/dev/ttyACM0", vendorId: "2341", productId: "0043", serialNumber: "A1" },
  { path: "/dev/ttyACM1", vendorId: "2341", productId: "0043", serialNumber: "B2" },
];

const check = (boardLink: string, port: { readonly path: string }) =>
  boardFirmware({
    broker: { onLook: () => () => {}, publish: async () => {} },
    clock: systemClock,
    boards: [{ id: "node-1", link: boardLink, locks: [], sensors: [] }],
    lines: [],
    ports: async () => [DOOR, SPARE],
    usbPorts: async () => PLUGGED,
    newId: () => "u1",
  }).checkLine(`serial:${port.path}`);

test.each(["serial:/dev/serial/by-id/usb-Arduino_Uno_A1-if00", "serial:/dev/ttyACM0", "usb:2341:0043:A1"])(
  "the line of a site's board is known when the site file calls it %s",
  async (link) => {
    await expect(check(link, DOOR)).rejects.toThrow(/the line of the board node-1/);
    await check(link, SPARE);
  },
);

test("where a board's USB id fits two adapters, both are taken for its line", async () => {
  await expect(check("usb:2341:0043", DOOR)).rejects.toThrow(/the line of the board node-1/);
  await expect(check("usb:2341:0043", SPARE)).rejects.toThrow(/the line of the board node-1/);
});
