import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc16Modbus, crc16Osdp, sum8 } from "./crc.ts";
import { type Framing, type Piece, Splitter } from "./splitter.ts";

/** `AA len data… sum`, len of the data alone. */
const toy: Framing = {
  maxBytes: 35,
  look(bytes) {
    const [start, length] = bytes;
    if (start !== 0xaa) {
      const next = bytes.indexOf(0xaa);
      return { skip: next < 0 ? bytes.length : next, reason: "garbage" };
    }
    if (length === undefined) return { need: 2 };
    if (length > 32) return { skip: 1, reason: "length" };
    const whole = length + 3;
    if (bytes.length < whole) return { need: whole };
    const good = sum8(bytes.subarray(0, whole - 1)) === bytes[whole - 1];
    return good ? { frame: whole } : { skip: 1, reason: "checksum" };
  },
};

function toyFrame(data: readonly number[]): number[] {
  const body = [0xaa, data.length, ...data];
  return [...body, sum8(Uint8Array.from(body))];
}

const split = (splitter: Splitter, chunks: readonly (readonly number[])[]): Piece[] => [
  ...chunks.flatMap((chunk) => splitter.push(Uint8Array.from(chunk))),
  ...splitter.flush(),
];
const frames = (pieces: readonly Piece[]) =>
  pieces.filter(({ kind }) => kind === "frame").map(({ bytes }) => [...bytes]);

const byte = fc.integer({ min: 0, max: 255 });
const data = fc.array(byte, { maxLength: 32 });

describe("a splitter", () => {
  it("finds a frame behind any garbage, however the chunks are cut, and loses no byte", () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 80 }), data, fc.array(fc.nat(40)), (garbage, content, cuts) => {
        const whole = [...garbage, ...toyFrame(content)];
        const chunks: number[][] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(whole.slice(at, at + cut));
          at += cut;
        }
        chunks.push(whole.slice(at));
        const pieces = split(new Splitter(toy), chunks);
        expect(pieces.flatMap(({ bytes }) => [...bytes])).toEqual(whole);
        const found = frames(pieces).map(String);
        // Garbage may hold a frame of its own that swallows the start of ours; with no start byte in it, ours must be there.
        if (!garbage.includes(0xaa)) expect(found).toEqual([String(toyFrame(content))]);
      }),
    );
  });

  it("finds a frame that a false start has swallowed", () => {
    const inner = toyFrame([1, 2, 3]);
    expect(frames(split(new Splitter(toy), [[0xaa, 0x1f, ...inner]]))).toEqual([inner]);
  });

  it("names noise by the damage in it", () => {
    const bad = toyFrame([7, 7]);
    bad[4] = (bad[4] as number) ^ 1;
    const pieces = split(new Splitter(toy), [[1, 2, ...bad], toyFrame([9])]);
    expect(pieces.map((piece) => (piece.kind === "noise" ? piece.reason : piece.kind))).toEqual(["checksum", "frame"]);
    expect(split(new Splitter(toy), [[0xaa, 4, 1]])).toMatchObject([{ reason: "truncated" }]);
    expect(split(new Splitter(toy), [[0xaa, 200, 1]])).toMatchObject([{ reason: "length" }]);
  });

  it("holds no more than a frame, whatever comes", () => {
    const splitter = new Splitter(toy);
    for (let i = 0; i < 5_000; i++) splitter.push(Uint8Array.of(0xaa, i & 31, i & 0xff));
    expect(splitter.held).toBeLessThanOrEqual(toy.maxBytes);
  });
});

describe("checksums", () => {
  const text = Buffer.from("123456789");
  it("give the check values of their definitions", () => {
    expect(crc16Osdp(text).toString(16)).toBe("e5cc");
    expect(crc16Modbus(text).toString(16)).toBe("4b37");
    expect(sum8(text).toString(16)).toBe("dd");
  });
});
