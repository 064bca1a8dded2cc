import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex } from "../bytes.ts";
import { FrameError, InvariantError } from "../errors.ts";
import { Splitter } from "../splitter.ts";
import { decodeDlt645Answer, dlt645DataAnswer, encodeDlt645Answer } from "./answer.ts";
import { describeDlt645, dlt645Function } from "./describe.ts";
import { createDlt645Exchange, dlt645ValuesOf } from "./exchange.ts";
import { decodeDlt645Frame, dlt645Control, dlt645Framing } from "./frame.ts";
import { dlt645Item } from "./items.ts";
import { decodeDlt645Request, encodeDlt645Follow, encodeDlt645Read, encodeDlt645ReadAddress } from "./request.ts";
import { type Dlt645Value, dlt645Number, dlt645Phases, encodeDlt645Values } from "./values.ts";

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly direction: "master-to-meter" | "meter-to-master";
  readonly frame: {
    readonly preambleFE: number;
    readonly address: string;
    readonly wildcard: boolean;
    readonly broadcast: boolean;
    readonly control: number;
    readonly abnormal: boolean;
    readonly moreFrames: boolean;
    readonly function: string;
    readonly data: string;
    readonly dataIdentifier?: string;
  };
  readonly decoded: {
    readonly name?: string;
    readonly value?: string;
    readonly values?: readonly (string | null | { invalidBcd: string })[];
    readonly unit?: string;
    readonly errorByte?: number;
    readonly errors?: readonly string[];
    readonly frameSequence?: number;
  };
}

const { vectors } = JSON.parse(readFileSync(new URL("../../vectors/dlt645/frames.json", import.meta.url), "utf8")) as {
  vectors: Vector[];
};

const slot = (value: Dlt645Value) =>
  value.kind === "value" ? value.text : value.kind === "absent" ? null : { invalidBcd: value.hex };
const toSlot = (slot: string | null | { invalidBcd: string }): Dlt645Value =>
  slot === null
    ? { kind: "absent" }
    : typeof slot === "string"
      ? { kind: "value", text: slot }
      : { kind: "garbage", hex: slot.invalidBcd };

/** The reader's own encoder for what the frame asks; undefined where there is none on purpose. */
function requestOf({ frame, decoded }: Vector): Uint8Array | undefined {
  const { address, dataIdentifier: di = "", preambleFE } = frame;
  if (frame.function === "read data") return encodeDlt645Read(address, di, preambleFE);
  if (frame.function === "read following data")
    return encodeDlt645Follow(address, di, decoded.frameSequence ?? 0, preambleFE);
  return frame.function === "read address" ? encodeDlt645ReadAddress(preambleFE) : undefined;
}

/** The meter's answer put together from what the vector says it means. */
function answerOf({ frame, decoded }: Vector): Uint8Array {
  const { address, control, dataIdentifier: di, preambleFE, moreFrames } = frame;
  const values = decoded.values ?? (decoded.value === undefined ? undefined : [decoded.value]);
  const item = di === undefined ? undefined : dlt645Item(di);
  if (di === undefined || item === undefined || values === undefined)
    return encodeDlt645Answer({ address, control, data: fromHex(frame.data) }, preambleFE);
  const { frameSequence: part } = decoded;
  const data = encodeDlt645Values(item, values.map(toSlot));
  const answer = { di, data, more: moreFrames, ...(part === undefined ? {} : { part }) };
  return encodeDlt645Answer(dlt645DataAnswer(address, answer), preambleFE);
}

describe.each(vectors)("$name", (vector) => {
  const bytes = fromHex(vector.hex);
  const { frame, decoded, direction } = vector;

  it("decodes to what it says", () => {
    const got = decodeDlt645Frame(bytes);
    const control = dlt645Control(got.control);
    expect({
      address: got.address,
      control: got.control,
      data: Buffer.from(got.data).toString("hex"),
      abnormal: control.abnormal,
      moreFrames: control.moreFrames,
      function: dlt645Function(control.code),
      fromMeter: control.fromMeter,
      wildcard: got.address.includes("AA"),
      broadcast: got.address === "999999999999",
    }).toEqual({
      address: frame.address,
      control: frame.control,
      data: frame.data,
      abnormal: frame.abnormal,
      moreFrames: frame.moreFrames,
      function: frame.function,
      fromMeter: direction === "meter-to-master",
      wildcard: frame.wildcard,
      broadcast: frame.broadcast,
    });
    if (direction === "master-to-meter") {
      const request = decodeDlt645Request(got);
      if ("di" in request) expect(request.di).toBe(frame.dataIdentifier);
      if (request.kind === "follow") expect(request.part).toBe(decoded.frameSequence);
      return;
    }
    const answer = decodeDlt645Answer(got);
    if (answer.kind === "refusal")
      expect(answer).toMatchObject({ errorByte: decoded.errorByte, errors: decoded.errors });
    else if (answer.kind === "address") expect(answer.address).toBe(decoded.value);
    else if (answer.kind === "data") {
      const item = dlt645Item(answer.di);
      expect({ di: answer.di, name: item?.name, unit: item?.unit ?? "" }).toEqual({
        di: frame.dataIdentifier,
        name: decoded.name,
        unit: decoded.unit ?? "",
      });
      expect(answer.part).toBe(decoded.frameSequence);
      expect(dlt645ValuesOf(answer.di, answer.data).map(slot)).toEqual(decoded.values ?? [decoded.value]);
    } else expect(decoded).toEqual({});
  });

  it("encodes from what it says", () => {
    const made = direction === "master-to-meter" ? requestOf(vector) : answerOf(vector);
    if (made === undefined) expect(frame.function).toMatch(/^write/);
    else expect(Buffer.from(made).toString("hex")).toBe(vector.hex);
  });

  it("is found behind garbage, byte by byte, and described", () => {
    const splitter = new Splitter(dlt645Framing);
    const noise = [0x00, 0x68, 0x16, 0x33, 0xfe];
    const pieces = [...[...noise, ...bytes].flatMap((byte) => splitter.push(Uint8Array.of(byte))), ...splitter.flush()];
    const frames = pieces.filter(({ kind }) => kind === "frame");
    expect(frames).toHaveLength(1);
    const text = describeDlt645((frames[0] as { bytes: Uint8Array }).bytes, "rx");
    expect(text).toContain(frame.address);
    if (decoded.name !== undefined && frame.dataIdentifier !== undefined) expect(text).toContain(decoded.name);
    expect(text).not.toContain("damaged");
  });

  it("is refused with any one byte changed, cut short or too long", () => {
    const start = frame.preambleFE;
    for (let at = start; at < bytes.length; at++) {
      const bad = bytes.slice();
      bad[at] = (bad[at] as number) ^ 0x01;
      expect(() => decodeDlt645Frame(bad), `byte ${at}`).toThrow(FrameError);
    }
    expect(() => decodeDlt645Frame(bytes.subarray(0, -1))).toThrow(FrameError);
    expect(() => decodeDlt645Frame(Uint8Array.of(...bytes, 0x16))).toThrow(FrameError);
  });
});

describe("the 1997 edition", () => {
  const read = fromHex("68 03 00 00 00 00 00 68 81 04 44 E9 33 34 EC 16");
  it("reads a voltage of 100 V", () => {
    const answer = decodeDlt645Answer(decodeDlt645Frame(read));
    expect(answer).toMatchObject({ kind: "data", di: "B611", more: false });
    if (answer.kind !== "data") return;
    expect(dlt645ValuesOf(answer.di, answer.data)).toEqual([{ kind: "value", text: "100" }]);
    expect(describeDlt645(read, "rx")).toBe("000000000003: voltage phase A = 100 V");
  });

  it("has requests of its own, and their following parts are not numbered", () => {
    expect(decodeDlt645Frame(encodeDlt645Read("000000000003", "9010"))).toEqual({
      address: "000000000003",
      control: 1,
      data: Uint8Array.of(0x10, 0x90),
    });
    expect(decodeDlt645Frame(encodeDlt645Follow("000000000003", "901F", 3))).toMatchObject({ control: 2 });
  });

  it("may end a block in AA", () => {
    const data = Uint8Array.of(0x26, 0x01, 0, 0, 0x11, 0, 0, 0, 0xaa);
    expect(dlt645ValuesOf("901F", data)).toEqual([
      { kind: "value", text: "1.26" },
      { kind: "value", text: "0.11" },
    ]);
  });
});

describe("an exchange", () => {
  const meter = "000000000161";
  const item = dlt645Item("0001FF00");
  if (item === undefined) throw new RangeError("no item");
  const values: Dlt645Value[] = ["10.00", "4.00", "3.00", "2.00", "1.00"].map((text) => ({ kind: "value", text }));
  const whole = encodeDlt645Values(item, values);
  const part = (from: number, to: number, options: { part?: number; more?: boolean }) =>
    encodeDlt645Answer(dlt645DataAnswer(meter, { di: "0001FF00", data: whole.subarray(from, to), ...options }));

  it("fetches following parts until the last", () => {
    const exchange = createDlt645Exchange(meter, "0001FF00");
    expect(describeDlt645(exchange.request(), "tx")).toMatch(/: read forward active energy/);
    expect(exchange.hear(part(0, 10, { more: true }))).toEqual({ kind: "part" });
    expect(describeDlt645(exchange.request(), "tx")).toMatch(/: read part 1 of/);
    expect(exchange.hear(part(10, 14, { more: true, part: 1 }))).toEqual({ kind: "part" });
    // Repeated, as after a lost request: heard once.
    expect(exchange.hear(part(10, 14, { more: true, part: 1 }))).toEqual({ kind: "foreign" });
    expect(describeDlt645(exchange.request(), "tx")).toMatch(/: read part 2 of/);
    const done = exchange.hear(part(14, 20, { part: 2 }));
    expect(done).toMatchObject({ kind: "done", address: meter });
    if (done.kind === "done") expect(dlt645ValuesOf("0001FF00", done.data)).toEqual(values);
  });

  it("listens past other meters, other answers and its own echo, and says why a meter refuses", () => {
    const exchange = createDlt645Exchange(meter, "00010000");
    expect(exchange.hear(exchange.request())).toEqual({ kind: "foreign" });
    const other = dlt645DataAnswer("000000000162", { di: "00010000", data: Uint8Array.of(1, 0, 0, 0) });
    expect(exchange.hear(encodeDlt645Answer(other))).toEqual({ kind: "foreign" });
    const late = dlt645DataAnswer(meter, { di: "02030000", data: Uint8Array.of(1, 0, 0) });
    expect(exchange.hear(encodeDlt645Answer(late))).toEqual({ kind: "foreign" });
    const no = encodeDlt645Answer({ address: meter, control: 0xd1, data: Uint8Array.of(2) });
    expect(() => exchange.hear(no)).toThrow("meter 000000000161 refuses 00010000: no such data");
  });

  it("takes the one meter that answers to a wildcard", () => {
    const exchange = createDlt645Exchange("AAAAAAAA0161", "00010000");
    const answer = dlt645DataAnswer(meter, { di: "00010000", data: Uint8Array.of(0x26, 0, 0, 0) });
    expect(exchange.hear(encodeDlt645Answer(answer))).toMatchObject({ kind: "done", address: meter });
  });
});

describe("values", () => {
  const voltages = dlt645Item("0201FF00");
  if (voltages === undefined) throw new RangeError("no item");

  it("of phases that are not there are left out, whether sent as FF or as 0", () => {
    const values = dlt645ValuesOf("0201FF00", Uint8Array.of(0x56, 0x22, 0xff, 0xff, 0x00, 0x00));
    expect(dlt645Phases(voltages, values)).toEqual([225.6, undefined, undefined]);
  });

  it("that are no digits are a FrameError, however good the checksum", () => {
    const values = dlt645ValuesOf("00010000", Uint8Array.of(0x0c, 0x0b, 0x0a, 0x09));
    const energy = dlt645Item("00010000");
    if (energy === undefined) throw new RangeError("no item");
    expect(() => dlt645Number(energy, values)).toThrow(expect.objectContaining({ code: "payload" }));
    expect(() => dlt645ValuesOf("00010000", Uint8Array.of(1, 2, 3))).toThrow(
      expect.objectContaining({ code: "payload" }),
    );
  });

  it("in ASCII come last letter first", () => {
    const model = dlt645Item("0400040B");
    if (model === undefined) throw new RangeError("no item");
    const bytes = encodeDlt645Values(model, [{ kind: "value", text: "DDSU666" }]);
    expect(Buffer.from(bytes).toString("latin1")).toBe("   666USDD");
    expect(dlt645ValuesOf("0400040B", bytes)).toEqual([{ kind: "value", text: "DDSU666" }]);
  });
});

describe("what a reader may send", () => {
  it("is reading alone: nothing here encodes a write, a relay or a setting", () => {
    const sent = [
      encodeDlt645Read("000000000161", "00010000"),
      encodeDlt645Read("000000000161", "9010"),
      encodeDlt645Follow("000000000161", "0001FF00", 1),
      encodeDlt645Follow("000000000161", "901F", 1),
      encodeDlt645ReadAddress(),
    ].map((bytes) => decodeDlt645Frame(bytes).control);
    expect(sent).toEqual([0x11, 0x01, 0x12, 0x02, 0x13]);
    const relay = { address: "000000000161", control: 0x1c, data: new Uint8Array(8) };
    expect(() => encodeDlt645Answer(relay)).toThrow(InvariantError);
  });
});
