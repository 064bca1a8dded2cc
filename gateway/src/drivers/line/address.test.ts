import { describe, expect, it } from "vitest";
import { characterMs, formatAddress, LinkUrl, linkUrl } from "./address.ts";

const reasonOf = (text: string) => LinkUrl.safeParse(text).error?.issues[0]?.message;

describe("the address of a line", () => {
  it("names a port of this machine, a device server or an RFC 2217 server", () => {
    expect(
      LinkUrl.parse("serial:/dev/serial/by-id/usb-FTDI_FT232R-if00-port0?baud=115200&parity=even&data=7&stop=2"),
    ).toEqual({
      kind: "serial",
      path: "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0",
      baud: 115_200,
      parity: "even",
      dataBits: 7,
      stopBits: 2,
    });
    expect(LinkUrl.parse("tcp:10.0.0.9:4001")).toMatchObject({ kind: "tcp", host: "10.0.0.9", port: 4001, baud: 9600 });
    expect(LinkUrl.parse("tcp://meters.local:4001")).toMatchObject({ host: "meters.local", port: 4001 });
    expect(LinkUrl.parse("rfc2217:[fd00::9]:2217")).toMatchObject({ kind: "rfc2217", host: "fd00::9", port: 2217 });
  });

  it("takes what is usual for the protocol where it says nothing", () => {
    const meters = linkUrl({ baud: 2400, parity: "even" });
    expect(meters.parse("tcp:10.0.0.9:4001")).toMatchObject({ baud: 2400, parity: "even", dataBits: 8 });
    expect(meters.parse("tcp:10.0.0.9:4001?baud=9600")).toMatchObject({ baud: 9600, parity: "even" });
    expect(meters.parse("serial:/dev/ttyUSB0?parity=none")).toMatchObject({ baud: 2400, parity: "none" });
  });

  it("says what to write instead", () => {
    expect(reasonOf("/dev/ttyUSB0")).toBe(
      '"/dev/ttyUSB0" is no line: write serial:/dev/serial/by-id/…, tcp:HOST:PORT or rfc2217:HOST:PORT',
    );
    expect(reasonOf("serial:ttyUSB0")).toBe('"serial:ttyUSB0" names no port: write serial:/dev/serial/by-id/…');
    expect(reasonOf("tcp:10.0.0.9")).toBe('"tcp:10.0.0.9" is no line: write tcp:HOST:PORT');
    expect(reasonOf("tcp:10.0.0.9:70000")).toContain("write tcp:HOST:PORT");
    expect(reasonOf("serial:/dev/a?bauds=9600")).toContain('"bauds" is unknown: did you mean "baud"');
    expect(reasonOf("serial:/dev/a?baud=fast")).toContain("must be a rate from 300");
    expect(reasonOf("serial:/dev/a?parity=mark")).toContain('parity: "mark" must be none, even, odd');
    expect(reasonOf("serial:/dev/a?constructor=1")).toContain('"constructor" is unknown');
  });

  it("tells how long a character takes, and itself", () => {
    expect(characterMs(LinkUrl.parse("serial:/dev/a?baud=2400&parity=even"))).toBeCloseTo(11_000 / 2400);
    expect(formatAddress(LinkUrl.parse("tcp:[::1]:4001?baud=2400"))).toBe("tcp:[::1]:4001");
  });
});
