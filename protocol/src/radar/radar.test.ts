import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { type Framing, Splitter } from "../splitter.ts";
import {
  decodeRadarConfig,
  encodeRadarConfig,
  enterConfig,
  type RadarAck,
  type RadarCommand,
  radarCommand,
  radarFirmware,
} from "./config-frames.ts";
import { describeRadar } from "./describe.ts";
import { ld2410Framing, ld2450Framing, radarCommandFraming } from "./framing.ts";
import {
  decodeLd2410,
  decodeLd2410Limits,
  decodeLd2410Parameters,
  encodeLd2410,
  encodeLd2410Limits,
  encodeLd2410Parameters,
  type Ld2410Report,
} from "./ld2410.ts";
import { decodeLd2450, decodeLd2450Zones, encodeLd2450, encodeLd2450Zones, isInZone } from "./ld2450.ts";

interface Vector {
  readonly name: string;
  readonly hex: string;
  readonly decoded?: {
    readonly kind?: string;
    readonly command?: string;
    readonly value?: string;
    readonly status?: number;
    readonly firmware?: string;
    readonly mode?: string;
    readonly targets?: readonly object[];
    readonly movingGateEnergy?: readonly number[];
    readonly stationaryGateEnergy?: readonly number[];
    readonly trailing?: string;
  };
  readonly expectFrames?: readonly string[];
}
const vectorsOf = (name: string) =>
  (
    JSON.parse(readFileSync(new URL(`../../vectors/${name}/frames.json`, import.meta.url), "utf8")) as {
      readonly vectors: readonly Vector[];
    }
  ).vectors;
const hex = (bytes: Uint8Array) => toHex(bytes).replaceAll(" ", "").toLowerCase();

const framings = { ld2410: ld2410Framing, ld2450: ld2450Framing };
const all = (["ld2410", "ld2450"] as const).flatMap((radar) =>
  vectorsOf(radar).map((vector) => ({ ...vector, radar, framing: framings[radar] })),
);

test("every vector is there", () => expect(all.length).toBe(22));

describe.each(all)("$name", ({ name, hex: text, decoded, expectFrames, framing, radar }) => {
  const bytes = fromHex(text);

  test("is one frame, or holds the frames it says", () => {
    const frames = new Splitter(framing).push(bytes).filter(({ kind }) => kind === "frame");
    expect(frames.map((piece) => hex(piece.bytes))).toEqual(expectFrames ?? [text]);
  });

  if (decoded?.kind !== undefined)
    test("decodes and encodes as it says", () => {
      const config = decodeRadarConfig(bytes);
      expect(config).toMatchObject({ kind: decoded.kind, command: Number.parseInt(decoded.command ?? "", 16) });
      expect(hex(config.value)).toBe(decoded.value);
      if (config.kind === "ack") expect(config.status).toBe(decoded.status);
      if (decoded.firmware !== undefined) expect(radarFirmware(config.value)).toBe(decoded.firmware);
      expect(hex(encodeRadarConfig(config))).toBe(text);
    });
  else if (decoded?.mode !== undefined)
    test("decodes and encodes as it says", () => {
      const { mode, movingGateEnergy, stationaryGateEnergy, trailing, ...fields } = decoded;
      const { lightSensor, outPin, maxMovingGate, maxStationaryGate, ...report } = fields as Record<string, unknown>;
      const read = decodeLd2410(bytes);
      expect(read).toMatchObject(report);
      expect(read.gates === undefined ? "basic" : "engineering").toBe(mode);
      if (read.gates !== undefined) {
        expect(read.gates).toMatchObject({ movingEnergy: movingGateEnergy, stationaryEnergy: stationaryGateEnergy });
        expect([...read.gates.trailing]).toEqual([lightSensor, outPin]);
        expect(hex(read.gates.trailing)).toBe(trailing);
        expect([read.gates.movingEnergy.length - 1, read.gates.stationaryEnergy.length - 1]).toEqual([
          maxMovingGate,
          maxStationaryGate,
        ]);
      }
      expect(hex(encodeLd2410(read))).toBe(text);
    });
  else if (radar === "ld2450" && decoded?.targets !== undefined)
    test("decodes and encodes as it says", () => {
      const targets = decodeLd2450(bytes);
      expect(targets).toEqual(decoded.targets);
      const again = encodeLd2450(targets);
      expect(decodeLd2450(again)).toEqual(targets);
      // A speed of zero has two spellings, and this one uses both.
      if (name !== "ld2450/guide-1") expect(hex(again)).toBe(text);
    });
});

test("the parameters of the read vector are understood", () => {
  const frame = fromHex(all.find(({ name }) => name === "ld2410/read-parameters-reply")?.hex ?? "");
  const parameters = decodeLd2410Parameters(decodeRadarConfig(frame).value);
  expect(parameters).toEqual({
    maxGate: 8,
    maxMovingGate: 8,
    maxStationaryGate: 8,
    movingSensitivity: Array(9).fill(20),
    stationarySensitivity: Array(9).fill(25),
    unmannedSeconds: 5,
  });
  expect(hex(encodeLd2410Parameters(parameters))).toBe(hex(decodeRadarConfig(frame).value));
  const limits = { maxMovingGate: 8, maxStationaryGate: 8, unmannedSeconds: 5 };
  expect(hex(encodeLd2410Limits(limits))).toBe("000008000000010008000000020005000000");
  expect(decodeLd2410Limits(encodeLd2410Limits(limits))).toEqual(limits);
});

const basic: fc.Arbitrary<Uint8Array> = fc
  .record({
    stateCode: fc.nat(6),
    movingDistanceCm: fc.nat(0xffff),
    movingEnergy: fc.nat(255),
    stationaryDistanceCm: fc.nat(0xffff),
    stationaryEnergy: fc.nat(255),
    detectionDistanceCm: fc.nat(0xffff),
  })
  .map((report) => encodeLd2410({ ...report, state: "none" }));
const number = fc.integer({ min: -0x7fff, max: 0x7fff });
const target = fc.record({
  xMm: number,
  yMm: number,
  speedCmS: number,
  resolutionMm: fc.integer({ min: 1, max: 0xffff }),
});
const targets = fc
  .array(fc.option(target), { minLength: 3, maxLength: 3 })
  .map((slots) => slots.flatMap((slot, at) => (slot === null ? [] : [{ slot: at + 1, ...slot }])));

test("targets come back as they were, signs and all", () => {
  fc.assert(
    fc.property(targets, (list) => {
      expect(decodeLd2450(encodeLd2450(list))).toEqual(list);
    }),
  );
});

test("zones come back as they were", () => {
  const corner = fc.integer({ min: -6000, max: 6000 });
  const zone = fc.record({ fromXMm: corner, fromYMm: corner, toXMm: corner, toYMm: fc.integer({ min: 1, max: 6000 }) });
  fc.assert(
    fc.property(fc.array(zone, { maxLength: 3 }), fc.constantFrom("off", "only", "never"), (zones, use) => {
      expect(decodeLd2450Zones(encodeLd2450Zones({ use, zones }))).toEqual({ use, zones });
    }),
  );
  const kitchen = { fromXMm: 1000, fromYMm: 3000, toXMm: -1000, toYMm: 0 };
  expect([isInZone({ xMm: 0, yMm: 1500 }, kitchen), isInZone({ xMm: 0, yMm: 3001 }, kitchen)]).toEqual([true, false]);
});

const cases: readonly (readonly [string, Framing, fc.Arbitrary<Uint8Array>])[] = [
  ["ld2410", ld2410Framing, basic],
  ["ld2450", ld2450Framing, targets.map(encodeLd2450)],
  ["command", radarCommandFraming, fc.constant(encodeRadarConfig(enterConfig()))],
];

test.each(cases)("%s: frames are found wherever the chunks are cut", (_name, framing, frame) => {
  const input = fc.tuple(fc.array(frame, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(40), { maxLength: 30 }));
  fc.assert(
    fc.property(input, ([frames, cuts]) => {
      const stream = Uint8Array.from(frames.flatMap((each) => [...each]));
      const splitter = new Splitter(framing);
      const pieces = [];
      let at = 0;
      for (const cut of cuts) {
        pieces.push(...splitter.push(stream.slice(at, at + cut)));
        at = Math.min(stream.length, at + cut);
      }
      pieces.push(...splitter.push(stream.slice(at)));
      expect(pieces.map(({ kind, bytes }) => `${kind} ${hex(bytes)}`)).toEqual(
        frames.map((each) => `frame ${hex(each)}`),
      );
    }),
  );
});

test.each(cases)("%s: a frame right behind any garbage is found", (_name, framing, frame) => {
  // Headers cut off in the middle are the worst garbage there is.
  const heads = fc.constantFrom(
    [0xf4, 0xf3],
    [0xf4, 0xf3, 0xf2, 0xf1, 0x0d, 0],
    [0xaa, 0xff, 3, 0],
    [0xfd, 0xfc, 0xfb, 0xfa, 4, 0],
  );
  const garbage = fc.array(fc.oneof(fc.uint8Array({ maxLength: 12 }), heads), { maxLength: 6 });
  fc.assert(
    fc.property(garbage, frame, (chunks, good) => {
      const splitter = new Splitter(framing);
      const noise = chunks.flatMap((chunk) => [...chunk]);
      const pieces = [...splitter.push(Uint8Array.from([...noise, ...good])), ...splitter.flush()];
      // Garbage may be a whole frame of its own only by a miracle; the good one must be among what is found.
      const found = pieces.filter(({ kind }) => kind === "frame").map(({ bytes }) => hex(bytes));
      expect(found).toContain(hex(good));
      expect(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(noise.length + good.length);
    }),
    { numRuns: 500 },
  );
});

test("a stream at full rate with damaged bytes loses the damaged reports and no other", () => {
  const reports = Array.from({ length: 200 }, (_, at) =>
    encodeLd2450([{ slot: 1, xMm: at, yMm: 1000, speedCmS: 0, resolutionMm: 360 }]),
  );
  const stream = Uint8Array.from(reports.flatMap((each) => [...each]));
  const damaged = new Set([3, 50, 51, 120, 199]);
  for (const at of damaged) stream[at * 30 + (at % 2 === 0 ? 0 : 28)] = 0x77;
  const splitter = new Splitter(ld2450Framing);
  const found: number[] = [];
  for (let at = 0; at < stream.length; at += 61)
    for (const { kind, bytes } of splitter.push(stream.slice(at, at + 61)))
      if (kind === "frame") found.push(decodeLd2450(bytes)[0]?.xMm ?? -1);
  expect(found).toEqual(reports.map((_, at) => at).filter((at) => !damaged.has(at)));
});

test("any bytes are frames or noise, and any frame is read or a FrameError", () => {
  const start = fc.constantFrom(
    [],
    [0xf4, 0xf3, 0xf2, 0xf1, 13, 0],
    [0xaa, 0xff, 3, 0],
    [0xfd, 0xfc, 0xfb, 0xfa, 4, 0],
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 90 }), (head, rest) => {
      const bytes = Uint8Array.from([...head, ...rest]);
      expect(describeRadar(bytes, "rx").length).toBeGreaterThan(0);
      for (const framing of [ld2410Framing, ld2450Framing]) {
        const look = bytes.length === 0 ? { skip: 1 } : framing.look(bytes);
        expect(Object.values(look).every((value) => typeof value === "string" || value > 0)).toBe(true);
      }
      for (const read of [decodeRadarConfig, decodeLd2410, decodeLd2450, decodeLd2410Parameters, decodeLd2450Zones]) {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }
    }),
  );
});

test.each([
  ["a wrong tail", "f4f3f2f10d0002aa0251000000003b00005500f8f7f6f4", "format"],
  ["no AA", "f4f3f2f10d0002ab0251000000003b00005500f8f7f6f5", "format"],
  ["no 55", "f4f3f2f10d0002aa0251000000003b00005600f8f7f6f5", "format"],
  ["a length beyond reason", "f4f3f2f1ff0302aa0251000000003b00005500f8f7f6f5", "length"],
  ["a length too short for a report", "f4f3f2f1020002aaf8f7f6f5", "length"],
])("%s is no frame", (_name, text, reason) => {
  expect(ld2410Framing.look(fromHex(text))).toEqual({ skip: 1, reason });
});

test("states beyond the known ones and reports that do not add up are FrameErrors", () => {
  const good: Ld2410Report = {
    stateCode: 7,
    state: "none",
    movingDistanceCm: 0,
    movingEnergy: 0,
    stationaryDistanceCm: 0,
    stationaryEnergy: 0,
    detectionDistanceCm: 0,
  };
  expect(() => decodeLd2410(encodeLd2410(good))).toThrow(expect.objectContaining({ code: "unknown" }));
  const gates = { movingEnergy: [1], stationaryEnergy: [1], trailing: new Uint8Array(0) };
  const cut = encodeLd2410({ ...good, stateCode: 1, gates });
  cut[17] = 9;
  expect(() => decodeLd2410(cut)).toThrow(expect.objectContaining({ code: "truncated" }));
  expect(decodeLd2410(encodeLd2410({ ...good, stateCode: 5 })).state).toBe("calibrating");
});

test("a dialogue can be read", () => {
  const line = (config: RadarCommand | RadarAck) => describeRadar(encodeRadarConfig(config), "tx");
  expect(line(enterConfig())).toBe("enter 01 00");
  expect(line({ kind: "ack", command: 0xff, status: 1, value: new Uint8Array(0) })).toBe("enter refused");
  expect(line(radarCommand("leave"))).toBe("leave");
  expect(describeRadar(fromHex(vectorsOf("ld2410")[0]?.hex ?? ""), "rx")).toBe("report stationary still 0 cm/59");
  expect(describeRadar(fromHex(vectorsOf("ld2450")[0]?.hex ?? ""), "rx")).toBe(
    "report 1 targets 1: -782,1713 mm -16 cm/s",
  );
});
