import { decodeCjt188Frame, decodeDlt645Frame, encodeCjt188Read, encodeDlt645Read } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { createCjt188Meter } from "./cjt188-meter.ts";
import { createDlt645Meter } from "./dlt645-meter.ts";
import { withFaults } from "./faulty.ts";

const ELECTRIC = "202311000123";
const WATER = "78330011223344";
const electric = () => createDlt645Meter({ id: "e", address: ELECTRIC, wh: 1_206_420 }, new Random(1));
const water = () => createCjt188Meter({ id: "w", address: WATER, order: "1F-90" }, new Random(1));
/** A second later at every call, so that nothing is left of what was heard. */
function seconds(): () => number {
  let nowMs = 0;
  return () => {
    nowMs += 1_000;
    return nowMs;
  };
}
const askElectric = (address: string) => encodeDlt645Read(address, "00010000");

describe("a simulated electricity meter", () => {
  it("answers its own address and wildcards, never another's, the broadcast or another meter's answer", () => {
    const meter = electric();
    const later = seconds();
    const answers = (request: Uint8Array) => meter.hear(request, later()).length;
    expect([ELECTRIC, "AAAAAAAAAAAA", "AAAAAAAA0123"].map((address) => answers(askElectric(address)))).toEqual([
      1, 1, 1,
    ]);
    expect(["202311000124", "AAAAAAAA0124", "999999999999"].map((address) => answers(askElectric(address)))).toEqual([
      0, 0, 0,
    ]);
    const [own] = meter.hear(askElectric(ELECTRIC), later());
    expect(answers(own?.bytes ?? new Uint8Array(0))).toBe(0);
  });

  it("hears a request in pieces, and forgets half of one after a silence", () => {
    const meter = electric();
    const request = askElectric(ELECTRIC);
    expect(meter.hear(request.subarray(0, 9), 0)).toEqual([]);
    expect(meter.hear(request.subarray(9), 50)).toHaveLength(1);
    expect(meter.hear(request.subarray(0, 9), 1_000)).toEqual([]);
    expect(meter.hear(request, 3_000)).toHaveLength(1);
  });

  it("without mains says nothing", () => {
    const meter = electric();
    meter.act({ kind: "power", ok: false }, 0);
    expect(meter.hear(askElectric(ELECTRIC), 0)).toEqual([]);
  });

  it("suffers its own faults from the start, where it is given them", () => {
    const meter = electric();
    const faulty = withFaults(meter, ["wrong-address"], new Random(2), meter.own);
    const [answer] = faulty.hear(askElectric(ELECTRIC), 0);
    expect(decodeDlt645Frame(answer?.bytes ?? new Uint8Array(0)).address).toBe("202311000124");
    expect(faulty.set("wrong-address", false, 0)).toBe(true);
    const [again] = faulty.hear(askElectric(ELECTRIC), 1_000);
    expect(decodeDlt645Frame(again?.bytes ?? new Uint8Array(0)).address).toBe(ELECTRIC);
  });
});

describe("a simulated water meter", () => {
  it("answers in its order of the identifier alone, to its type or any, with the serial it was asked with", () => {
    const meter = water();
    const later = seconds();
    const ask = (type: number, address: string, order: "90-1F" | "1F-90") =>
      meter.hear(encodeCjt188Read({ type, address, order, serial: 9 }, 0), later());
    expect(ask(0x10, WATER, "90-1F")).toEqual([]);
    expect(ask(0x11, WATER, "1F-90")).toEqual([]);
    expect(ask(0x10, "78330011223345", "1F-90")).toEqual([]);
    for (const [type, address] of [
      [0x10, WATER],
      [0xaa, WATER],
      [0x10, "AA".repeat(7)],
    ] as const) {
      const [answer] = ask(type, address, "1F-90");
      const frame = decodeCjt188Frame(answer?.bytes ?? new Uint8Array(0));
      expect([frame.type, frame.address, frame.control, ...frame.data.subarray(0, 3)]).toEqual([
        0x10,
        WATER,
        0x81,
        0x1f,
        0x90,
        9,
      ]);
    }
  });

  it("obeys nobody who wants its valve", () => {
    // 68 10, address, 04 04, A0 17 00 99: close.
    const body = Buffer.from("6810443322110033780404a0170099", "hex");
    const sum = body.reduce((total, byte) => (total + byte) & 0xff, 0);
    const [answer] = water().hear(Uint8Array.of(...body, sum, 0x16), 0);
    expect(decodeCjt188Frame(answer?.bytes ?? new Uint8Array(0)).control).toBe(0xc4);
  });
});
