import { ConfigError, LinkError } from "@gatehouse/protocol";
import { expect, test } from "vitest";
import { parsePlace, portOfUsb } from "./place.ts";

test("the three forms of a link, and advice for any other", () => {
  expect(parsePlace("serial:/dev/serial/by-id/usb-Arduino:1")).toEqual({
    kind: "serial",
    path: "/dev/serial/by-id/usb-Arduino:1",
  });
  expect(parsePlace("usb:2341:0043:A1")).toEqual({ kind: "usb", vendor: "2341", product: "0043", serial: "A1" });
  expect(parsePlace("tcp:[::1]:4001")).toEqual({ kind: "tcp", host: "::1", port: 4001 });
  for (const wrong of ["", "/dev/ttyUSB0", "serial:COM1", "usb:1:2", "tcp:h", "tcp:h:70000"])
    expect(() => parsePlace(wrong)).toThrow(ConfigError);
});

test("a board is found by its USB id wherever it is plugged in, and twins are told apart by serial number", () => {
  const port = (path: string, serialNumber: string) => ({ path, vendorId: "2341", productId: "0043", serialNumber });
  const place = { kind: "usb", vendor: "2341", product: "0043" } as const;
  expect(portOfUsb(place, [{ path: "/dev/ttyS0" }, port("/dev/ttyACM3", "A1")])).toBe("/dev/ttyACM3");
  const both = [port("/dev/ttyACM0", "A1"), port("/dev/ttyACM1", "B2")];
  expect(() => portOfUsb(place, both)).toThrow(/2 adapters fit.*A1, B2/);
  expect(portOfUsb({ ...place, serial: "B2" }, both)).toBe("/dev/ttyACM1");
  expect(() => portOfUsb(place, [])).toThrow(LinkError);
});
