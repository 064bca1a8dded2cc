import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex } from "../bytes.ts";
import { Splitter } from "../splitter.ts";
import { osdpScenarios, readOsdpVectors } from "../testing/osdp-vectors.ts";
import { decodeOsdpFrame, encodeOsdpFrame, type OsdpFrame, osdpFraming } from "./frame.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

interface StreamCase {
  readonly name: string;
  readonly chunks: readonly string[];
  readonly gapMsBefore?: readonly number[];
  readonly frames: readonly string[];
  readonly rejected?: readonly string[];
}

test.each(readOsdpVectors<{ readonly cases: readonly StreamCase[] }>("stream-reassembly").cases)("$name", (item) => {
  const splitter = new Splitter(osdpFraming(256));
  const pieces = item.chunks.flatMap((chunk, i) => {
    const silent = (item.gapMsBefore?.[i] ?? 0) > 0;
    return [...(silent ? splitter.flush() : []), ...splitter.push(fromHex(chunk))];
  });
  const frames = pieces.filter(({ kind }) => kind === "frame").map(({ bytes }) => hex(bytes));
  expect(frames).toEqual(item.frames);
  const noise = pieces.filter(({ kind }) => kind === "noise").map(({ bytes }) => hex(bytes));
  for (const rejected of item.rejected ?? []) expect(noise).toContain(rejected);
});

test("a damaged check is told from garbage and from an impossible length", () => {
  const reasons = (text: string) =>
    new Splitter(osdpFraming()).push(fromHex(text)).flatMap((piece) => (piece.kind === "noise" ? [piece.reason] : []));
  expect(reasons("ff5381080005403934")).toEqual(["checksum"]);
  expect(reasons("010203")).toEqual(["garbage"]);
  expect(reasons("5381040005")).toEqual(["length"]);
  expect(reasons("538100ff05")).toEqual(["length"]);
  expect(osdpFraming(256).look(fromHex("5381010105"))).toEqual({ skip: 1, reason: "length" });
  expect(osdpFraming(256).look(fromHex("5381000105"))).toEqual({ need: 256 });
  // Security blocks of one byte, and longer than their frame, under a right checksum.
  for (const size of [1, 32]) {
    const frame = [0x53, 0x81, 9, 0, 9, size, 0x1c, 0x40];
    const check = -frame.reduce((sum, byte) => sum + byte, 0) & 0xff;
    expect(reasons(hex(Uint8Array.of(...frame, check)))).toEqual(["format"]);
  }
});

const framesOfTheSet = osdpScenarios().flatMap(({ frames = [] }) =>
  frames
    .filter(({ fields }) => fields.check.valid)
    .map((vector) => fromHex(vector.hex.slice(vector.fields.leadingNoise?.length ?? 0))),
);

test("a frame right after any garbage is found once the line is silent, cut anywhere", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(...framesOfTheSet),
      fc.array(fc.nat(200), { maxLength: 6 }),
      (garbage, frame, cuts) => {
        const all = Uint8Array.from([...garbage, ...frame]);
        const splitter = new Splitter(osdpFraming(256));
        const places = [...cuts.filter((cut) => cut < all.length), 0, all.length].sort((a, b) => a - b);
        const pieces = places.flatMap((from, i) => splitter.push(all.slice(from, places[i + 1] ?? all.length)));
        pieces.push(...splitter.flush());
        expect(hex(Uint8Array.from(pieces.flatMap(({ bytes }) => [...bytes])))).toBe(hex(all));
        // Garbage that ends with FF lends the frame its mark.
        const found = pieces.filter(({ kind }) => kind === "frame").map(({ bytes }) => hex(bytes).replace(/^ff/, ""));
        expect(found).toContain(hex(frame).replace(/^ff/, ""));
      },
    ),
  );
});

const anyFrame: fc.Arbitrary<OsdpFrame> = fc
  .record({
    mark: fc.boolean(),
    address: fc.nat(0x7f),
    reply: fc.boolean(),
    sequence: fc.nat(3),
    check: fc.constantFrom("crc" as const, "checksum" as const),
    type: fc.option(fc.integer({ min: 0x11, max: 0x1c }), { nil: undefined }),
    block: fc.uint8Array({ maxLength: 3 }),
    code: fc.nat(255),
    payload: fc.uint8Array({ maxLength: 200 }),
    mac: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  })
  .map(({ type, block, mac, ...rest }) => ({
    ...rest,
    security: type === undefined ? undefined : { type, data: block },
    mac: type !== undefined && type >= 0x15 && type <= 0x18 ? mac : undefined,
  }));

test("what is encoded is decoded", () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const bytes = encodeOsdpFrame(frame);
      const back = decodeOsdpFrame(bytes);
      expect({ ...back, payload: hex(back.payload), mac: back.mac && hex(back.mac) }).toEqual({
        ...frame,
        security: frame.security && { type: frame.security.type, data: Uint8Array.from(frame.security.data) },
        payload: hex(frame.payload),
        mac: frame.mac && hex(frame.mac),
      });
      expect(osdpFraming().look(bytes)).toEqual({ frame: bytes.length });
    }),
  );
});
