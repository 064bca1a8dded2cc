import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex } from "../bytes.ts";
import { FrameError, InvariantError } from "../errors.ts";
import { Splitter } from "../splitter.ts";
import { cjt188Function, describeCjt188 } from "./describe.ts";
import { createCjt188Exchange } from "./exchange.ts";
import { cjt188Framing, cjt188TypeName, decodeCjt188Frame } from "./frame.ts";
import {
  CJT188_PROFILES,
  type Cjt188Quantity,
  litresOf,
  quantityBytes,
  readQuantity,
  wattHoursOf,
} from "./quantity.ts";
import {
  type Cjt188Heat,
  type Cjt188Volume,
  cjt188TimeBytes,
  decodeCjt188Answer,
  encodeCjt188Answer,
} from "./reading.ts";
import {
  type Cjt188Order,
  decodeCjt188Request,
  encodeCjt188Read,
  encodeCjt188ReadAddress,
  identified,
  readIdentified,
} from "./request.ts";

interface Amount {
  readonly value: string;
  readonly unit: string;
  readonly unitCode: number;
}

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly direction: "master-to-meter" | "meter-to-master";
  readonly frame: {
    readonly preambleBytes: string;
    readonly meterType: number;
    readonly meterTypeName: string;
    readonly address: string;
    readonly control: number;
    readonly function: string;
    readonly data: string;
    readonly dataIdentifier?: string;
    readonly diOrder?: "low byte first" | "high byte first";
    readonly serial?: number;
  };
  readonly decoded: null | {
    readonly currentCumulative?: string;
    readonly unit?: string;
    readonly unitCode?: number;
    readonly settlementCumulative?: string;
    readonly settlementUnitCode?: number;
    readonly meterTime?: string | null;
    readonly status?: string | { readonly bytes: string; readonly valve: string; readonly batteryLow: boolean };
    readonly serial?: number | null;
    readonly address?: string;
    readonly currentHeat?: Amount;
    readonly settlementOrCoolingHeat?: Amount;
    readonly power?: Amount;
    readonly flow?: Amount;
    readonly cumulativeFlow?: Amount;
    readonly supplyTemperatureC?: string;
    readonly returnTemperatureC?: string;
    readonly workingHours?: number;
  };
  readonly expect?: string;
}

const { vectors } = JSON.parse(readFileSync(new URL("../../vectors/cjt188/frames.json", import.meta.url), "utf8")) as {
  vectors: Vector[];
};

const orderOf = (text: string | undefined): Cjt188Order => (text === "high byte first" ? "90-1F" : "1F-90");
const preambleOf = (vector: Vector) => vector.frame.preambleBytes.length / 2;

function asVolume({ current, settlement, meterTime, status }: Cjt188Volume): object {
  return {
    currentCumulative: current.value,
    unit: current.unit,
    unitCode: current.unitCode,
    settlementCumulative: settlement.value,
    settlementUnitCode: settlement.unitCode,
    meterTime,
    status,
  };
}

function asHeat(reading: Cjt188Heat): object {
  return {
    settlementOrCoolingHeat: reading.settlement,
    currentHeat: reading.current,
    power: reading.power,
    flow: reading.flow,
    cumulativeFlow: reading.volume,
    supplyTemperatureC: reading.supplyC,
    returnTemperatureC: reading.returnC,
    workingHours: reading.workingHours,
    meterTime: reading.meterTime,
    status: reading.status,
  };
}

describe.each(vectors.filter(({ expect: wish }) => wish === undefined))("$name", (vector) => {
  const bytes = fromHex(vector.hex);
  const { frame, decoded, direction } = vector;

  it("decodes to what it says", () => {
    const got = decodeCjt188Frame(bytes);
    expect({
      meterType: got.type,
      meterTypeName: cjt188TypeName(got.type).split(",")[0],
      address: got.address,
      control: got.control,
      data: Buffer.from(got.data).toString("hex"),
      function: cjt188Function(got.control & 0x3f),
    }).toEqual({
      meterType: frame.meterType,
      meterTypeName: frame.meterTypeName.replace("heat meter, code", "heat, code").split(",")[0],
      address: frame.address,
      control: frame.control,
      data: frame.data,
      function: frame.function,
    });
    if (frame.dataIdentifier !== undefined)
      expect(readIdentified(got.data)).toEqual({
        di: frame.dataIdentifier,
        order: orderOf(frame.diOrder),
        serial: frame.serial,
      });
    if (direction === "master-to-meter") {
      const { kind } = decodeCjt188Request(got);
      expect(kind).toBe({ "read data": "read", "read address": "read-address" }[frame.function] ?? "other");
      return;
    }
    const answer = decodeCjt188Answer(got);
    if (answer.kind === "refusal")
      expect({ serial: answer.serial, status: answer.status }).toEqual({
        serial: decoded?.serial,
        status: decoded?.status,
      });
    else if (answer.kind === "address") expect({ address: answer.address }).toEqual(decoded);
    else if (answer.kind === "totals")
      expect(answer.reading.kind === "heat" ? asHeat(answer.reading) : asVolume(answer.reading)).toEqual(decoded);
    else expect(frame.function).toBe("manufacturer extension");
  });

  it("encodes from what it says", () => {
    if (direction === "master-to-meter") {
      const to = {
        type: frame.meterType,
        address: frame.address,
        order: orderOf(frame.diOrder),
        serial: frame.serial ?? 0,
      };
      const encode = { "read data": encodeCjt188Read, "read address": encodeCjt188ReadAddress }[frame.function];
      if (encode === undefined) expect(frame.function).toBe("write address");
      else expect(Buffer.from(encode(to, preambleOf(vector))).toString("hex")).toBe(vector.hex);
      return;
    }
    const { meterType: type, address, control } = frame;
    const made = encodeCjt188Answer({ type, address, control, data: dataOf(vector) });
    expect(Buffer.from(made).toString("hex")).toBe(vector.hex.slice(frame.preambleBytes.length));
  });

  it("is found behind garbage, byte by byte, and described", () => {
    const splitter = new Splitter(cjt188Framing);
    const noise = [0x00, 0x68, 0x03, 0x16, 0x33, 0xfe];
    const pieces = [...[...noise, ...bytes].flatMap((byte) => splitter.push(Uint8Array.of(byte))), ...splitter.flush()];
    const frames = pieces.filter(({ kind }) => kind === "frame");
    expect(frames).toHaveLength(1);
    const text = describeCjt188((frames[0] as { bytes: Uint8Array }).bytes, "rx");
    expect(text).toContain(frame.address);
    if (decoded?.currentCumulative !== undefined)
      expect(text).toContain(`${decoded.currentCumulative} ${decoded.unit}`);
    expect(text).not.toContain("damaged");
  });

  it("is refused with any one byte changed, or cut short", () => {
    for (let at = preambleOf(vector); at < bytes.length; at++) {
      const bad = bytes.slice();
      bad[at] = (bad[at] as number) ^ 0x01;
      expect(() => decodeCjt188Frame(bad), `byte ${at}`).toThrow(FrameError);
    }
    expect(() => decodeCjt188Frame(bytes.subarray(0, -1))).toThrow(FrameError);
  });
});

/** An answer's data put together from its meaning, where the vector tells it whole. */
function dataOf({ frame, decoded }: Vector): Uint8Array {
  if (decoded === null || frame.dataIdentifier === undefined) return fromHex(frame.data);
  const di = identified(frame.dataIdentifier, { order: orderOf(frame.diOrder), serial: frame.serial ?? 0 });
  if (decoded.address !== undefined) return di;
  if (decoded.meterTime === undefined || typeof decoded.status === "string") return fromHex(frame.data);
  const tail = [...cjt188TimeBytes(decoded.meterTime), ...fromHex(decoded.status?.bytes ?? "")];
  const amount = (quantity: Cjt188Quantity | undefined, decimals = 2) =>
    quantity === undefined ? [] : [...quantityBytes(quantity, decimals)];
  const triple = (text: string, decimals: number) =>
    [...quantityBytes({ value: text, unit: "", unitCode: 0 }, decimals)].slice(0, 3);
  if (decoded.currentHeat !== undefined)
    return Uint8Array.of(
      ...di,
      ...amount(decoded.settlementOrCoolingHeat),
      ...amount(decoded.currentHeat),
      ...amount(decoded.power),
      ...amount(decoded.flow, 4),
      ...amount(decoded.cumulativeFlow),
      ...triple(decoded.supplyTemperatureC ?? "", 2),
      ...triple(decoded.returnTemperatureC ?? "", 2),
      ...triple(String(decoded.workingHours), 0),
      ...tail,
    );
  const total = (value: string | undefined, unitCode: number | undefined) =>
    amount({ value: value ?? null, unit: "", unitCode: unitCode ?? 0 });
  return Uint8Array.of(
    ...di,
    ...total(decoded.currentCumulative, decoded.unitCode),
    ...total(decoded.settlementCumulative, decoded.settlementUnitCode),
    ...tail,
  );
}

it.each(vectors.filter(({ expect: wish }) => wish !== undefined))("$name", ({ hex, expect: wish }) => {
  const bytes = fromHex(hex);
  expect(wish).toBe("reject: checksum");
  expect(() => decodeCjt188Frame(bytes)).toThrow(expect.objectContaining({ name: "FrameError", code: "checksum" }));
  const splitter = new Splitter(cjt188Framing);
  expect([...splitter.push(bytes), ...splitter.flush()]).toMatchObject([{ kind: "noise", reason: "checksum" }]);
  expect(describeCjt188(bytes, "rx")).toMatch(/^damaged \(checksum\)/);
});

describe("a field capture of an empty register", () => {
  const capture =
    "68 10 45 41 10 05 15 33 78 81 16 90 1F AA 00 59 59 00 2C FF FF FF FF 2C FF FF FF FF FF FF FF 00 00 C2 16";
  it("reads 5959.00 m3, and FF as absent", () => {
    const answer = decodeCjt188Answer(decodeCjt188Frame(fromHex(capture)));
    expect(answer).toMatchObject({
      kind: "totals",
      reading: { current: { value: "5959.00", unit: "m3" }, settlement: { value: null }, meterTime: null },
    });
  });
});

describe("quantities", () => {
  const quantity = (hex: string, decimals = 2) => readQuantity(fromHex(hex), decimals);

  it("become litres and watt-hours", () => {
    expect(litresOf(quantity("23 01 00 00 2C"))).toBe(1_230);
    expect(litresOf(quantity("45 23 01 00 29"))).toBe(123.45);
    expect(litresOf(quantity("45 23 01 00 2C", 3))).toBe(12_345);
    expect(litresOf(quantity("FF FF FF FF 2C"))).toBeUndefined();
    expect(wattHoursOf(quantity("88 27 44 05 05"))).toBe(54_427_880);
    expect(wattHoursOf(quantity("00 01 00 00 11"))).toBe(277_777.778);
  });

  it("of another unit, or of no digits, are a FrameError", () => {
    expect(() => litresOf(quantity("23 01 00 00 05"))).toThrow("kWh is no unit of volume");
    expect(() => wattHoursOf(quantity("23 01 00 00 7F"))).toThrow("?7F is no unit of energy");
    expect(() => quantity("2A 01 00 00 2C")).toThrow(expect.objectContaining({ code: "payload" }));
  });
});

describe("makers' own status bits", () => {
  const bytes = fromHex("68104433221100337881161f9000007766552c007766552c3101221105152021");
  const withStatus = (first: number) =>
    decodeCjt188Answer(
      {
        type: 0x10,
        address: "78330011223344",
        control: 0x81,
        data: Uint8Array.of(...bytes.subarray(11, 31), first, 0),
      },
      CJT188_PROFILES["high-bits"],
    );
  it("are read by the profile", () => {
    expect(withStatus(0x60)).toMatchObject({ reading: { status: { valve: "closed", batteryLow: true } } });
    expect(withStatus(0xc7)).toMatchObject({ reading: { status: { valve: "fault", batteryLow: false } } });
  });
});

describe("an exchange", () => {
  const address = "78330011223344";
  const asked = { type: 0x10, address, order: "90-1F", serial: 9 } as const;
  const totals = (order: Cjt188Order, serial: number) => {
    const data = Uint8Array.of(
      ...identified("901F", { order, serial }),
      ...quantityBytes({ value: "5.01", unit: "m3", unitCode: 0x2c }, 2),
      ...quantityBytes({ value: null, unit: "m3", unitCode: 0x2c }, 2),
      ...cjt188TimeBytes(null),
      0,
      0,
    );
    return encodeCjt188Answer({ type: 0x10, address, control: 0x81, data });
  };

  it("takes the answer in either order, and listens past its echo and other meters", () => {
    const exchange = createCjt188Exchange(asked);
    expect(exchange.hear(exchange.request)).toBeUndefined();
    expect(createCjt188Exchange({ ...asked, address: "78330011223345" }).hear(totals("90-1F", 9))).toBeUndefined();
    for (const order of ["90-1F", "1F-90"] as const)
      expect(exchange.hear(totals(order, 9))).toMatchObject({ address, reading: { current: { value: "5.01" } } });
  });

  it("says what a meter refuses with", () => {
    const no = encodeCjt188Answer({ type: 0x10, address, control: 0xc1, data: Uint8Array.of(9, 2, 0) });
    expect(() => createCjt188Exchange(asked).hear(no)).toThrow(`meter ${address} refuses its totals: status 0200`);
  });
});

describe("what a reader may send", () => {
  it("is reading alone: nothing here encodes a valve or a setting", () => {
    const to = { type: 0x10, address: "78330011223344", order: "90-1F", serial: 0 } as const;
    const sent = [encodeCjt188Read(to), encodeCjt188ReadAddress(to)].map((bytes) => decodeCjt188Frame(bytes));
    expect(sent.map(({ control }) => control)).toEqual([0x01, 0x03]);
    const valve = { type: 0x10, address: "78330011223344", control: 0x04, data: fromHex("A0 17 00 99") };
    expect(() => encodeCjt188Answer(valve)).toThrow(InvariantError);
  });
});
