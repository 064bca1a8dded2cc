import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cjt188Framing, decodeCjt188Frame } from "./cjt188/frame.ts";
import { CJT188_PROFILES, quantityBytes, readQuantity } from "./cjt188/quantity.ts";
import { encodeCjt188Answer } from "./cjt188/reading.ts";
import { encodeDlt645Answer } from "./dlt645/answer.ts";
import { decodeDlt645Frame, dlt645Framing } from "./dlt645/frame.ts";
import { type Dlt645Item, dlt645Item } from "./dlt645/items.ts";
import { type Dlt645Value, decodeDlt645Values, encodeDlt645Values } from "./dlt645/values.ts";
import { type Framing, Splitter } from "./splitter.ts";

const byte = fc.integer({ min: 0, max: 255 });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
const answerControl = fc.integer({ min: 0x80, max: 0xff });

const dlt645 = fc.record({ address: digits(12), control: answerControl, data: bytes(200) });
const cjt188 = fc.record({
  type: fc.integer({ min: 0x10, max: 0x59 }),
  address: digits(14),
  control: answerControl,
  data: bytes(128),
});

function framesIn(framing: Framing, chunks: readonly Uint8Array[]): Uint8Array[] {
  const splitter = new Splitter(framing);
  const pieces = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.flush()];
  const whole = Buffer.concat(pieces.map((piece) => piece.bytes));
  expect(whole.equals(Buffer.concat(chunks))).toBe(true);
  return pieces.filter(({ kind }) => kind === "frame").map((piece) => piece.bytes);
}

describe.each([
  { name: "DL/T 645", frame: dlt645, encode: encodeDlt645Answer, decode: decodeDlt645Frame, framing: dlt645Framing },
  { name: "CJ/T 188", frame: cjt188, encode: encodeCjt188Answer, decode: decodeCjt188Frame, framing: cjt188Framing },
] as readonly {
  name: string;
  frame: fc.Arbitrary<{ type: number; address: string; control: number; data: Uint8Array }>;
  encode: (
    frame: { type: number; address: string; control: number; data: Uint8Array },
    preamble?: number,
  ) => Uint8Array;
  decode: (bytes: Uint8Array) => object;
  framing: Framing;
}[])("frames of $name", ({ frame, encode, decode, framing }) => {
  it("come back as they went out, behind any number of waking bytes", () => {
    fc.assert(
      fc.property(frame, fc.nat(16), (one, preamble) => {
        expect(decode(encode(one, preamble))).toEqual(one);
      }),
    );
  });

  it("are found behind garbage and a frame cut off, however the bytes are cut", () => {
    fc.assert(
      fc.property(
        bytes(60),
        frame,
        frame,
        fc.nat(200),
        fc.array(fc.nat(30), { maxLength: 12 }),
        (garbage, cut, one, at, cuts) => {
          const broken = encode(cut).subarray(0, at);
          const sent = Buffer.concat([garbage, broken, encode(one, 2)]);
          const chunks: Uint8Array[] = [];
          let from = 0;
          for (const size of cuts) {
            chunks.push(sent.subarray(from, from + size));
            from += size;
          }
          chunks.push(sent.subarray(from));
          const found = framesIn(framing, chunks);
          expect(found.map((piece) => decode(piece))).toContainEqual(one);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("are never read with an exception that is no FrameError, whatever comes", () => {
    fc.assert(
      fc.property(bytes(80), (noise) => {
        try {
          decode(noise);
        } catch (error) {
          expect(error).toMatchObject({ name: "FrameError" });
        }
      }),
    );
  });
});

const ITEMS = [
  "00000000",
  "00010000",
  "02010100",
  "02020100",
  "02030000",
  "02060000",
  "0280000A",
  "9010",
  "B611",
  "B630",
];

const valueFor = (item: Dlt645Item): fc.Arbitrary<Dlt645Value> => {
  const { shape } = item;
  if (shape.kind !== "number") throw new RangeError(item.di);
  const top = 10 ** (2 * shape.bytes) - 1;
  const most = shape.signed ? Math.floor(top * 0.8) : top;
  const number = fc.integer({ min: shape.signed ? -most : 0, max: most });
  return fc.oneof(
    {
      weight: 9,
      arbitrary: number.map((n) => ({
        kind: "value" as const,
        text: (n / 10 ** shape.decimals).toFixed(shape.decimals),
      })),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "absent" as const }) },
  );
};

describe("values", () => {
  it.each(ITEMS)("of %s come back as they went out", (di) => {
    const item = dlt645Item(di);
    if (item === undefined) throw new RangeError(di);
    fc.assert(
      fc.property(valueFor(item), (value) => {
        expect(decodeDlt645Values(item, encodeDlt645Values(item, [value]))).toEqual([value]);
      }),
    );
  });

  it("with a unit byte come back as they went out", () => {
    const { decimals } = CJT188_PROFILES.standard;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), byte, (n, unitCode) => {
        const value = (n / 100).toFixed(2);
        const back = readQuantity(quantityBytes({ value, unit: "", unitCode }, decimals), decimals);
        expect(back).toMatchObject({ value, unitCode });
      }),
    );
  });
});
