import { encodeMbap, encodeRtu, FrameError, fromHex, type Piece, RejectedError, toHex } from "@gatehouse/protocol";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Question } from "../line/bus.ts";
import { type ModbusWire, openWire } from "./wire.ts";

let rtu: ModbusWire;
let tcp: ModbusWire;
beforeAll(async () => {
  rtu = await openWire({ mode: "rtu", replyMs: 100 });
  tcp = await openWire({ mode: "tcp", replyMs: 100 });
});

const frame = (hex: string): Piece => ({ kind: "frame", bytes: fromHex(hex) });
const registers = (wire: ModbusWire, unit = 1): Question<readonly number[]> =>
  wire.ask(unit, (client, next) => client.writeFC4(unit, 0, 1, (error, answer) => next(error, answer?.data ?? [])));

describe("a question over RTU", () => {
  test("is the library's request, and its answer the library's", () => {
    const question = registers(rtu);
    expect(toHex(question.request)).toBe("01 04 00 00 00 01 31 CA");
    expect(question.hear(frame("01 04 02 00 01 78 F0"))).toEqual([1]);
  });

  test("hears past noise, another unit, another function and its own echo", () => {
    const question = registers(rtu);
    expect(question.hear({ kind: "noise", reason: "garbage", bytes: Uint8Array.of(1) })).toBeUndefined();
    expect(
      question.hear({ kind: "frame", bytes: encodeRtu({ unit: 2, pdu: fromHex("04 02 00 01") }) }),
    ).toBeUndefined();
    expect(
      question.hear({ kind: "frame", bytes: encodeRtu({ unit: 1, pdu: fromHex("03 02 00 01") }) }),
    ).toBeUndefined();
    expect(question.hear({ kind: "frame", bytes: question.request })).toBeUndefined();
    expect(question.hear(frame("01 04 02 00 01 78 F0"))).toEqual([1]);
  });

  test("takes a write for done when its own words come back, not those of an earlier one", () => {
    const off = rtu.ask<{ readonly state: boolean }>(1, (client, next) => client.writeFC5(1, 0, false, next));
    expect(off.hear({ kind: "frame", bytes: encodeRtu({ unit: 1, pdu: fromHex("05 00 00 FF 00") }) })).toBeUndefined();
    expect(off.hear({ kind: "frame", bytes: off.request })).toMatchObject({ state: false });
  });

  test("ends with the words of an exception", () => {
    const exception: Piece = { kind: "frame", bytes: encodeRtu({ unit: 1, pdu: fromHex("84 06") }) };
    expect(() => registers(rtu).hear(exception)).toThrow(new RejectedError("unit 1: exception 6: it is busy"));
  });

  test("takes an answer of another length for damage", () => {
    const long: Piece = { kind: "frame", bytes: encodeRtu({ unit: 1, pdu: fromHex("04 04 00 01 00 02") }) };
    expect(() => registers(rtu).hear(long)).toThrow(FrameError);
  });

  test("takes an answer whose byte count says more than it holds for damage", () => {
    const boast: Piece = { kind: "frame", bytes: encodeRtu({ unit: 1, pdu: fromHex("04 04 00 01") }) };
    expect(() => registers(rtu).hear(boast)).toThrow(FrameError);
  });

  test("whatever stands in a good frame, it ends with an answer or one of ours", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 252 }), fc.constantFrom(4, 0x84), (rest, code) => {
        const bytes = encodeRtu({ unit: 1, pdu: Uint8Array.of(code, ...rest) });
        try {
          const answer = registers(rtu).hear({ kind: "frame", bytes });
          expect(answer === undefined || answer.length === 1).toBe(true);
        } catch (error) {
          expect(error instanceof FrameError || error instanceof RejectedError).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("tells another master by its requests", () => {
    expect(rtu.judge(fromHex("01 04 00 00 00 01 31 CA"))).toBe("master");
    expect(rtu.judge(fromHex("01 04 02 00 01 78 F0"))).toBe("device");
    expect(rtu.judge(encodeRtu({ unit: 3, pdu: fromHex("05 00 01 FF 00") }))).toBe("device");
  });
});

describe("a question over TCP", () => {
  test("goes without checksum under a number of its own, and takes only the answer to that", () => {
    const first = registers(tcp);
    const second = registers(tcp);
    const number = (second.request[0] as number) * 256 + (second.request[1] as number);
    expect(toHex(second.request.subarray(2))).toBe("00 00 00 06 01 04 00 00 00 01");
    expect(toHex(first.request.subarray(0, 2))).not.toBe(toHex(second.request.subarray(0, 2)));
    const answer = (transaction: number): Piece => ({
      kind: "frame",
      bytes: encodeMbap({ transaction, unit: 1, pdu: fromHex("04 02 00 09") }),
    });
    expect(second.hear(answer(number - 1))).toBeUndefined();
    expect(second.hear(answer(number))).toEqual([9]);
  });
});
