import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { AC_ATRI_COMMANDS, AC_ATRI_DOUBTFUL, decodeAcAtri, encodeAcAtri } from "./ac-atri.ts";
import { decodeTx1500, encodeTx1500 } from "./tx1500.ts";

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly checkValid: boolean;
  readonly decoded: Readonly<Record<string, unknown>>;
}

const file = new URL("../../vectors/turnstile/frames.json", import.meta.url);
const vectors = (JSON.parse(readFileSync(file, "utf8")) as { readonly vectors: readonly Vector[] }).vectors;
const named = (part: string) => vectors.filter(({ name }) => name.includes(part));
const hexOf = (bytes: Uint8Array) => toHex(bytes).replaceAll(" ", "").toLowerCase();

test("all seven frames are looked at", () => {
  expect(named("ac-atri-018").length + named("tx1500").length).toBe(vectors.length);
  expect(vectors).toHaveLength(7);
});

test.each(named("ac-atri-018"))("$name decodes, and encodes where the manual keeps its own rule", (vector) => {
  const frame = decodeAcAtri(fromHex(vector.hex));
  const { command, meaning, address = 1 } = vector.decoded;
  expect(frame).toEqual({ address, command, meaning, checkValid: vector.checkValid });
  if (frame.meaning === undefined) throw new RangeError("a vector without a meaning");
  expect(AC_ATRI_DOUBTFUL.includes(frame.meaning)).toBe(!vector.checkValid);
  const ours = hexOf(encodeAcAtri(frame.address, frame.meaning));
  if (vector.checkValid) expect(ours).toBe(vector.hex);
  else expect(ours.slice(0, 8)).toBe(vector.hex.slice(0, 8));
});

test("by the rule, arm down ends in A8 and arm up in A9", () => {
  expect(hexOf(encodeAcAtri(1, "drop the arm"))).toBe("eb014200a8");
  expect(hexOf(encodeAcAtri(1, "raise the arm"))).toBe("eb014300a9");
});

test("every command of ours is understood again", () => {
  for (const name of Object.keys(AC_ATRI_COMMANDS) as (keyof typeof AC_ATRI_COMMANDS)[])
    expect(decodeAcAtri(encodeAcAtri(7, name))).toMatchObject({ address: 7, meaning: name, checkValid: true });
});

test.each(named("tx1500"))("$name decodes and encodes", ({ hex, decoded }) => {
  expect(decodeTx1500(fromHex(hex))).toEqual(decoded);
  const data = fromHex(hex).slice(3, -1);
  expect(hexOf(encodeTx1500([...data]))).toBe(hex);
});

test.each([
  ["a wrong check byte", "0202004849", "checksum"],
  ["another first byte", "0302004848", "unknown"],
  ["a size of nothing", "02010003", "payload"],
  ["too short", "020200", "truncated"],
])("tx1500 refuses %s", (_, hex, code) => {
  expect(() => decodeTx1500(fromHex(hex))).toThrow(expect.objectContaining({ name: FrameError.name, code }));
});
