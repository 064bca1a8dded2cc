import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../bytes.ts";
import { decodeVs13x, encodeVs13x } from "../people-counter/vs13x.ts";
import { describeModbusRtu, describeModbusTcp } from "./describe.ts";
import { decodeMbap, encodeMbap } from "./mbap.ts";
import { decodeModbusReply, decodeModbusRequest, encodeModbusReply, encodeModbusRequest } from "./pdu.ts";
import { decodeRegisters } from "./register-value.ts";
import { decodeRtu, encodeRtu } from "./rtu.ts";

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly decoded: Readonly<Record<string, unknown>>;
}

const file = new URL("../../vectors/people-counter/frames.json", import.meta.url);
const vectors = (JSON.parse(readFileSync(file, "utf8")) as { readonly vectors: readonly Vector[] }).vectors;
const named = (part: RegExp) => vectors.filter(({ name }) => part.test(name));
const hexOf = (bytes: Uint8Array) => toHex(bytes).replaceAll(" ", "").toLowerCase();

test("all seven vectors are looked at", () => {
  expect(named(/vs13x|modbus-rtu|gauger-tcp/)).toHaveLength(vectors.length);
  expect(vectors).toHaveLength(7);
});

test.each(named(/vs13x/))("$name decodes and encodes", ({ hex, decoded }) => {
  const counts = decodeVs13x(fromHex(hex));
  // The maker's example of a period names the one line that counted anything.
  expect(counts).toMatchObject(decoded);
  const others = Object.entries(counts).filter(([name]) => !(name in decoded));
  expect(others.filter(([, count]) => count !== 0)).toEqual([]);
  expect(hexOf(encodeVs13x(counts))).toBe(hex);
});

test.each(named(/modbus-rtu.*query/))("$name decodes and encodes", ({ hex, decoded }) => {
  const { unit, pdu } = decodeRtu(fromHex(hex));
  const request = decodeModbusRequest(pdu);
  expect({ unit, ...request }).toEqual(decoded);
  expect(hexOf(encodeRtu({ unit, pdu: encodeModbusRequest(request) }))).toBe(hex);
});

test.each(named(/modbus-rtu.*reply/))("$name decodes and encodes", ({ hex, decoded }) => {
  const { unit, pdu } = decodeRtu(fromHex(hex));
  const reply = decodeModbusReply(pdu);
  if (!("registers" in reply)) throw new RangeError("no registers");
  const u32BigWord = decodeRegisters(reply.registers, { type: "u32", byteOrder: "big", wordOrder: "big" });
  expect({ unit, ...reply, u32BigWord }).toEqual(decoded);
  expect(hexOf(encodeRtu({ unit, pdu: encodeModbusReply(reply) }))).toBe(hex);
});

test.each(named(/gauger-tcp/))("$name decodes and encodes", ({ name, hex, decoded }) => {
  const { transaction, unit, pdu } = decodeMbap(fromHex(hex));
  const isQuery = name.endsWith("query");
  const message = isQuery ? decodeModbusRequest(pdu) : decodeModbusReply(pdu);
  expect({ transaction, unit, ...message }).toEqual(decoded);
  const again = isQuery ? encodeModbusRequest(decodeModbusRequest(pdu)) : encodeModbusReply(decodeModbusReply(pdu));
  expect(hexOf(encodeMbap({ transaction, unit, pdu: again }))).toBe(hex);
});

test("frames of the field say in a line what they mean", () => {
  const say = (hex: string, direction: "tx" | "rx") => describeModbusRtu(fromHex(hex), direction);
  expect(say("01 04 00 00 00 01 31 CA", "tx")).toBe("unit 1: read 1 input registers from 0");
  expect(say("01 04 02 00 01 78 F0", "rx")).toBe("unit 1: input registers 1");
  expect(say("FF 02 00 00 00 08 6C 12", "tx")).toBe("unit 255: read 8 inputs from 0");
  expect(say("FF 02 01 01 51 A0", "rx")).toBe("unit 255: inputs 10000000");
  expect(say("01 83 02 C0 F1", "rx")).toBe(
    "unit 1: function 3 refused, exception 2: it has no such register or coil: the map is of another device or model",
  );
  expect(say("01 04 02 00 01 78 F1", "rx")).toMatch(/^not Modbus \(checksum\)/);
  expect(describeModbusTcp(fromHex("0001 0000 0006 01 03 012c 0008"), "tx")).toBe(
    "unit 1: read 8 holding registers from 300",
  );
});
