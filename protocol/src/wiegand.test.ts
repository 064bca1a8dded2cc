import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex } from "./bytes.ts";
import { CARD_FORMATS, decodeCardBits, encodeWiegand, MAX_CARD_BITS } from "./wiegand.ts";

const card = fc.record({
  bits: fc.constantFrom(26 as const, 34 as const),
  facility: fc.integer({ min: 0, max: 0xffff }),
  number: fc.integer({ min: 0, max: 0xffff }),
});

function flipped(data: Uint8Array, bit: number): Uint8Array {
  return data.map((byte, at) => (at === bit >> 3 ? byte ^ (0x80 >> (bit & 7)) : byte));
}

test("26 bits captured from a reader: facility 84, card 47166", () => {
  expect(decodeCardBits(26, fromHex("2a5c1f40"), "auto")).toEqual({
    ok: true,
    number: "54B83E",
    facility: 84,
    card: 47_166,
  });
});

test("34 bits captured from a reader", () => {
  expect(decodeCardBits(34, fromHex("a1b2c3d4c0"), "wiegand34")).toEqual({
    ok: true,
    number: "436587A9",
    facility: 0x4365,
    card: 0x87a9,
  });
});

test("37 bits are taken as they are, right-justified", () => {
  expect(decodeCardBits(37, fromHex("123456789a"), "auto")).toEqual({ ok: true, number: "02468ACF13" });
});

test("a number with parity and the same number without are one card", () => {
  const withParity = decodeCardBits(34, encodeWiegand(34, 0xdead, 0xbeef), "auto");
  expect(withParity).toMatchObject({ number: "DEADBEEF" });
  expect(decodeCardBits(32, fromHex("DEADBEEF"), "auto")).toEqual({ ok: true, number: "DEADBEEF" });
});

test("what was encoded comes back", () => {
  fc.assert(
    fc.property(card, ({ bits, facility, number }) => {
      const kept = bits === 26 ? facility & 0xff : facility;
      const decoded = decodeCardBits(
        bits,
        encodeWiegand(bits, facility, number),
        bits === 26 ? "wiegand26" : "wiegand34",
      );
      expect(decoded).toMatchObject({ ok: true, facility: kept, card: number });
    }),
  );
});

test("one wrong bit is always found", () => {
  fc.assert(
    fc.property(card, fc.nat(), ({ bits, facility, number }, at) => {
      const damaged = flipped(encodeWiegand(bits, facility, number), at % bits);
      expect(decodeCardBits(bits, damaged, "auto")).toMatchObject({
        ok: false,
        reason: expect.stringContaining("parity"),
      });
    }),
  );
});

test("a line that is stuck gives no card", () => {
  for (const bits of [26, 34]) {
    for (const level of [0x00, 0xff]) {
      const data = new Uint8Array(Math.ceil(bits / 8)).fill(level);
      expect(decodeCardBits(bits, data, "auto").ok).toBe(false);
    }
  }
});

test("raw takes any bits, and pads nothing in", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: MAX_CARD_BITS }),
      fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
      (bits, stream) => {
        const data = Uint8Array.from(stream.take(Math.ceil(bits / 8)));
        const decoded = decodeCardBits(bits, data, "raw");
        if (!decoded.ok) throw new RangeError(decoded.reason);
        const binary = Array.from(data, (byte) => byte.toString(2).padStart(8, "0"))
          .join("")
          .slice(0, bits);
        expect(BigInt(`0x${decoded.number}`)).toBe(BigInt(`0b${binary}`));
        expect(decoded.number).toHaveLength(Math.ceil(bits / 4));
      },
    ),
  );
});

test("never throws, and answers no where bytes and bits do not fit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -8, max: 70_000 }),
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(...CARD_FORMATS),
      (bits, data, format) => {
        const decoded = decodeCardBits(bits, data, format);
        if (bits < 1 || data.length !== Math.ceil(bits / 8)) expect(decoded.ok).toBe(false);
      },
    ),
  );
});

test("a reader set up for one format gives no other", () => {
  expect(decodeCardBits(34, encodeWiegand(34, 1, 2), "wiegand26")).toEqual({
    ok: false,
    reason: "34 bits where 26 were expected",
  });
});
