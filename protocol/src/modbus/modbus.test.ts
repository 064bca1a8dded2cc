import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex } from "../bytes.ts";
import { crc16Modbus } from "../crc.ts";
import { FrameError } from "../errors.ts";
import { type Framing, Splitter } from "../splitter.ts";
import { encodeMbap, modbusTcpFraming } from "./mbap.ts";
import {
  decodeModbusReply,
  decodeModbusRequest,
  encodeModbusReply,
  encodeModbusRequest,
  type ModbusReply,
  type ModbusRequest,
} from "./pdu.ts";
import { decodeRegisters, encodeRegisters, REGISTER_TYPES, type RegisterLayout } from "./register-value.ts";
import { decodeRtu, encodeRtu, modbusRtuFraming, modbusRtuSlaveFraming } from "./rtu.ts";

const u16 = fc.integer({ min: 0, max: 0xffff });
const readFunction = fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const);
const bits = fc.array(fc.boolean(), { minLength: 1, maxLength: 300 });
const registers = fc.array(u16, { minLength: 1, maxLength: 100 });
const unit = fc.integer({ min: 0, max: 255 });

const request: fc.Arbitrary<ModbusRequest> = fc.oneof(
  fc.record({ function: readFunction, start: u16, quantity: u16 }),
  fc.record({ function: fc.constant(5 as const), address: u16, on: fc.boolean() }),
  fc.record({ function: fc.constant(6 as const), address: u16, value: u16 }),
  fc.record({ function: fc.constant(15 as const), start: u16, bits }),
  fc.record({ function: fc.constant(16 as const), start: u16, registers }),
);

const wholeBytes = bits.map((list) => [...list, ...Array.from({ length: (8 - (list.length % 8)) % 8 }, () => false)]);
const reply: fc.Arbitrary<ModbusReply> = fc.oneof(
  fc.record({ function: fc.constantFrom(1 as const, 2 as const), bits: wholeBytes }),
  fc.record({ function: fc.constantFrom(3 as const, 4 as const), registers }),
  fc.record({ function: fc.constant(5 as const), address: u16, on: fc.boolean() }),
  fc.record({ function: fc.constant(6 as const), address: u16, value: u16 }),
  fc.record({ function: fc.constantFrom(15 as const, 16 as const), start: u16, quantity: u16 }),
  fc.record({ function: fc.integer({ min: 1, max: 16 }), exception: fc.integer({ min: 1, max: 11 }) }),
);

test("requests and replies come out as they went in", () => {
  fc.assert(
    fc.property(request, (it) => {
      expect(decodeModbusRequest(encodeModbusRequest(it))).toEqual(it);
    }),
  );
  fc.assert(
    fc.property(reply, (it) => {
      expect(decodeModbusReply(encodeModbusReply(it))).toEqual(it);
    }),
  );
});

test("whatever comes, decoding ends with a value or a FrameError", () => {
  const failureOf = (decode: () => unknown): unknown => {
    try {
      decode();
      return undefined;
    } catch (error) {
      return error;
    }
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const failures = [decodeModbusRequest, decodeModbusReply, decodeRtu].map((decode) =>
        failureOf(() => decode(bytes)),
      );
      expect(failures.filter((failure) => failure !== undefined && !(failure instanceof FrameError))).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

/** The frames found when the bytes come in chunks of the given sizes and then silence. */
function framesIn(framing: Framing, bytes: Uint8Array, sizes: readonly number[]): string[] {
  const splitter = new Splitter(framing);
  const pieces = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(...splitter.push(bytes.subarray(at, at + size)));
    at += size;
  }
  pieces.push(...splitter.push(bytes.subarray(at)), ...splitter.flush());
  return pieces.filter(({ kind }) => kind === "frame").map((piece) => piece.bytes.join());
}

describe("a frame is found after any garbage, however it is cut", () => {
  const garbage = fc.uint8Array({ maxLength: 40 });
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 });
  const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

  /** One in some thousand pieces of garbage ends in a right checksum, with the first bytes of the frame for its last: nobody can tell it from one. */
  function isFrameByChance(before: Uint8Array, frame: Uint8Array): boolean {
    const bytes = join(before, frame);
    return before.some((_, start) =>
      [4, 5, 8, 5 + (bytes[start + 2] ?? 0), 9 + (bytes[start + 6] ?? 0)].some((length) => {
        const end = start + length;
        if (end <= before.length || end > bytes.length) return false;
        return crc16Modbus(bytes.subarray(start, end)) === 0;
      }),
    );
  }

  test("garbage that happens to end in a right checksum is known", () => {
    const frame = encodeRtu({ unit: 2, pdu: Uint8Array.of(6, 0, 0, 0, 0) });
    expect(isFrameByChance(Uint8Array.of(27, 160, 13, 184), frame)).toBe(true);
    expect(isFrameByChance(Uint8Array.of(27, 160, 13, 185), frame)).toBe(false);
  });

  test("RTU, as a master and as a slave hears it", () => {
    fc.assert(
      fc.property(unit, reply, garbage, sizes, (from, message, before, cuts) => {
        const frame = encodeRtu({ unit: from, pdu: encodeModbusReply(message) });
        fc.pre(!isFrameByChance(before, frame));
        expect(framesIn(modbusRtuFraming, join(before, frame), cuts)).toContain(frame.join());
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(unit, request, garbage, sizes, (to, message, before, cuts) => {
        const frame = encodeRtu({ unit: to, pdu: encodeModbusRequest(message) });
        fc.pre(!isFrameByChance(before, frame));
        expect(framesIn(modbusRtuSlaveFraming, join(before, frame), cuts)).toContain(frame.join());
      }),
      { numRuns: 500 },
    );
  });

  test("TCP after bytes that are no header", () => {
    fc.assert(
      fc.property(u16, unit, reply, sizes, (transaction, from, message, cuts) => {
        const frame = encodeMbap({ transaction, unit: from, pdu: encodeModbusReply(message) });
        const before = Uint8Array.from({ length: 9 }, () => 0xff);
        expect(framesIn(modbusTcpFraming, join(before, frame, frame), cuts)).toEqual([frame.join(), frame.join()]);
      }),
      { numRuns: 300 },
    );
  });

  test("a changed bit is never a frame of its own length", () => {
    fc.assert(
      fc.property(unit, reply, fc.nat(), (from, message, where) => {
        const frame = encodeRtu({ unit: from, pdu: encodeModbusReply(message) });
        const bit = where % (8 * frame.length);
        const damaged = frame.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(framesIn(modbusRtuFraming, damaged, [])).not.toContain(damaged.join());
      }),
      { numRuns: 500 },
    );
  });
});

describe("numbers in registers", () => {
  const layout = fc.record({
    byteOrder: fc.constantFrom("big" as const, "little" as const),
    wordOrder: fc.constantFrom("big" as const, "little" as const),
  });
  const ranges: Readonly<Record<(typeof REGISTER_TYPES)[number], fc.Arbitrary<number>>> = {
    u16,
    i16: fc.integer({ min: -0x8000, max: 0x7fff }),
    u32: fc.integer({ min: 0, max: 0xffff_ffff }),
    i32: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
    u64: fc.maxSafeNat(),
    float32: fc.float({ noNaN: true, noDefaultInfinity: true }),
    bcd16: fc.integer({ min: 0, max: 9_999 }),
    bcd32: fc.integer({ min: 0, max: 99_999_999 }),
  };

  test.each(REGISTER_TYPES)("%s comes out as it went in, in every order", (type) => {
    fc.assert(
      fc.property(ranges[type], layout, (value, orders) => {
        const whole: RegisterLayout = { type, ...orders };
        expect(decodeRegisters(encodeRegisters(value, whole), whole)).toBe(value);
      }),
    );
  });

  const big = { byteOrder: "big", wordOrder: "big" } as const;
  const little = { byteOrder: "little", wordOrder: "little" } as const;

  test("230.2 V of a DDSU666, and the same bytes of a water meter that begins with the lowest", () => {
    expect(decodeRegisters([0x4366, 0x3334], { type: "float32", ...big })).toBeCloseTo(230.2, 4);
    expect(decodeRegisters([0x3433, 0x6643], { type: "float32", ...little })).toBeCloseTo(230.2, 4);
  });

  test("what is no number is no value, and what are no digits is a bad frame", () => {
    expect(decodeRegisters([0x7fc0, 0], { type: "float32", ...big })).toBeUndefined();
    expect(decodeRegisters([0xffff, 0xffff, 0xffff, 0xffff], { type: "u64", ...big })).toBeUndefined();
    expect(() => decodeRegisters([0x12ab], { type: "bcd16", ...big })).toThrow(FrameError);
  });
});

test.each([
  ["a coil set to something else", "05 00 01 12 34", "payload"],
  ["a byte count that does not fit", "10 00 00 00 02 03 00 00 00", "payload"],
  ["a function nobody uses", "2B 0E 01 00", "unknown"],
  ["too short", "03 00", "truncated"],
  ["bytes behind it", "03 00 00 00 01 00", "payload"],
])("a request with %s is refused", (_, hex, code) => {
  expect(() => decodeModbusRequest(fromHex(hex))).toThrow(expect.objectContaining({ name: "FrameError", code }));
});
