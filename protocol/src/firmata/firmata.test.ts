import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { type Framing, Splitter } from "../splitter.ts";
import { describeFirmata } from "./describe.ts";
import {
  decodeBoardMessage,
  decodeHostMessage,
  encodeBoardMessage,
  encodeHostMessage,
  isDoorNodeMessage,
} from "./door-node.ts";
import {
  BOARD_LAYOUTS,
  type DoorNodeBoardMessage,
  type DoorNodeHostMessage,
  FIELD_MAX,
  HOST_LAYOUTS,
} from "./door-node-layout.ts";
import { bitNames, DOOR_NODE_CONFIG, DOOR_NODE_STATE_BITS } from "./door-node-names.ts";
import {
  decodeFirmataBoard,
  decodeFirmataHost,
  encodeFirmataBoard,
  encodeFirmataHost,
  type FirmataBoardMessage,
  type FirmataHostMessage,
} from "./firmata.ts";
import { firmataBoardFraming, firmataHostFraming } from "./framing.ts";

interface Vector {
  readonly name: string;
  readonly direction: "host-to-board" | "board-to-host";
  readonly own: boolean;
  readonly hex: string;
  readonly decoded: { readonly kind: string };
}

const file = new URL("../../vectors/firmata/messages.json", import.meta.url);
const vectors = (JSON.parse(readFileSync(file, "utf8")) as { readonly vectors: readonly Vector[] }).vectors;
const page = readFileSync(new URL("../../firmware-messages.md", import.meta.url), "utf8");
const hexOf = (bytes: Uint8Array) => toHex(bytes).replaceAll(" ", "").toLowerCase();
const framingOf = ({ direction }: Vector) => (direction === "host-to-board" ? firmataHostFraming : firmataBoardFraming);

function decoded({ own, direction, hex }: Vector): { readonly kind: string } {
  const bytes = fromHex(hex);
  if (direction === "host-to-board") return own ? decodeHostMessage(bytes) : decodeFirmataHost(bytes);
  return own ? decodeBoardMessage(bytes) : decodeFirmataBoard(bytes);
}

function encoded({ own, direction, decoded: message }: Vector): Uint8Array {
  if (direction === "host-to-board") {
    return own ? encodeHostMessage(message as DoorNodeHostMessage) : encodeFirmataHost(message as FirmataHostMessage);
  }
  return own ? encodeBoardMessage(message as DoorNodeBoardMessage) : encodeFirmataBoard(message as FirmataBoardMessage);
}

test("there is a vector of every own message", () => {
  const kinds = (direction: string) =>
    vectors.filter((one) => one.own && one.direction === direction).map((one) => one.decoded.kind);
  expect(new Set(kinds("host-to-board"))).toEqual(new Set(Object.keys(HOST_LAYOUTS)));
  expect(new Set(kinds("board-to-host"))).toEqual(new Set(Object.keys(BOARD_LAYOUTS)));
});

test.each(vectors)("$name decodes and encodes", (vector) => {
  expect(decoded(vector)).toEqual(vector.decoded);
  expect(hexOf(encoded(vector))).toBe(vector.hex);
  expect(isDoorNodeMessage(fromHex(vector.hex))).toBe(vector.own);
  const told = describeFirmata(fromHex(vector.hex), vector.direction === "host-to-board" ? "tx" : "rx");
  expect(told).toMatch(new RegExp(`^${vector.decoded.kind}`));
});

test.each(vectors)("$name is one frame, however it is cut, with noise around it", (vector) => {
  const bytes = fromHex(vector.hex);
  for (let cut = 1; cut <= bytes.length; cut++) {
    const splitter = new Splitter(framingOf(vector));
    const around = [fromHex("05 33"), bytes.subarray(0, cut), bytes.subarray(cut), fromHex("12"), bytes];
    const frames = around.filter((part) => part.length > 0).flatMap((part) => splitter.push(part));
    expect(frames.filter(({ kind }) => kind === "frame").map((piece) => hexOf(piece.bytes))).toEqual([
      vector.hex,
      vector.hex,
    ]);
  }
});

test("the page shows the examples as the vectors have them", () => {
  const shown = Array.from(page.matchAll(/`(F0 0[0-9A-F] [0-9A-F ]*F7)`/g), ([, hex]) => hex ?? "");
  const known = new Set(vectors.map(({ hex }) => toHex(fromHex(hex))));
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.filter((hex) => !known.has(hex))).toEqual([]);
});

const fields = (layouts: typeof HOST_LAYOUTS | typeof BOARD_LAYOUTS) =>
  fc.constantFrom(...Object.entries(layouts)).chain(([kind, layout]) => {
    const values = Object.entries(layout.fields as Readonly<Record<string, keyof typeof FIELD_MAX>>).map(
      ([name, type]) => [name, fc.integer({ min: 0, max: FIELD_MAX[type] })] as const,
    );
    return fc.record({ kind: fc.constant(kind), ...Object.fromEntries(values) });
  });

test("whatever is said is understood, both ways", () => {
  fc.assert(
    fc.property(fields(HOST_LAYOUTS), fields(BOARD_LAYOUTS), (host, board) => {
      const asked = encodeHostMessage(host as unknown as DoorNodeHostMessage);
      const told = encodeBoardMessage(board as unknown as DoorNodeBoardMessage);
      expect(decodeHostMessage(asked)).toEqual(host);
      expect(decodeBoardMessage(told)).toEqual(board);
      expect(Math.max(asked.length, told.length)).toBeLessThanOrEqual(64);
    }),
  );
});

test("a message with up to three flipped bits is never taken for another", () => {
  const bits = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fields(HOST_LAYOUTS), bits, (message, flips) => {
      const bytes = encodeHostMessage(message as unknown as DoorNodeHostMessage);
      const hurt = Uint8Array.from(bytes);
      for (const flip of flips) {
        const at = 1 + (Math.floor(flip / 8) % (bytes.length - 2));
        hurt[at] = (hurt[at] as number) ^ (1 << (flip % 8));
      }
      fc.pre(hexOf(hurt) !== hexOf(bytes));
      const heard = new Splitter(firmataHostFraming).push(hurt).filter((piece) => piece.kind === "frame");
      for (const { bytes: frame } of heard) {
        if (isDoorNodeMessage(frame)) expect(() => decodeHostMessage(frame)).toThrow(FrameError);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["of the board", firmataBoardFraming],
  ["of the host", firmataHostFraming],
] as readonly (readonly [string, Framing])[])("noise on the line %s costs no later message", (_name, framing) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const splitter = new Splitter(framing);
      const marker = fromHex("91 7F 01");
      const pieces = [...splitter.push(noise), ...splitter.push(marker), ...splitter.push(marker)];
      expect(pieces.map(({ bytes }) => hexOf(bytes)).join("")).toBe(hexOf(noise) + hexOf(marker).repeat(2));
      expect(pieces.slice(-2)).toEqual([
        { kind: "frame", bytes: marker },
        { kind: "frame", bytes: marker },
      ]);
      expect(splitter.held).toBe(0);
      for (const { kind, bytes } of pieces) if (kind === "frame") describeFirmata(bytes, "tx");
    }),
  );
});

test("what does not fit is not sent, what is wrong is not read", () => {
  expect(() => encodeHostMessage({ kind: "config-write", key: 128, value: 0 })).toThrow("key 128");
  expect(() => encodeHostMessage({ kind: "config-write", key: 4, value: 65536 })).toThrow("value 65536");
  expect(() => encodeHostMessage({ kind: "config-read", key: 1.5 })).toThrow(FrameError);
  expect(() => encodeFirmataHost({ kind: "port-write", port: 16, bits: 0 })).toThrow("16 is no port");
  const fault = (read: () => unknown) => {
    try {
      read();
    } catch (error) {
      return error instanceof FrameError ? error.code : error;
    }
    return undefined;
  };
  expect(fault(() => decodeHostMessage(fromHex("F0 0A 00 00 00 F7")))).toBe("checksum");
  expect(fault(() => decodeHostMessage(fromHex("F0 79 F7")))).toBe("unknown");
  expect(fault(() => decodeFirmataBoard(fromHex("F0 6C 00 F7")))).toBe("truncated");
  expect(fault(() => decodeFirmataBoard(fromHex("F0 6C 00 01 F7")))).toBe("truncated");
  expect(fault(() => decodeFirmataHost(fromHex("F0 7A 01 F7")))).toBe("truncated");
  expect(describeFirmata(fromHex("F0 0A 00 00 00 F7"), "tx")).toMatch(/^not a message: /);
});

test("every setting's factory value is in its range and stands on the page", () => {
  const rows = page.split("\n");
  for (const [name, { key, min, max, factory }] of Object.entries(DOOR_NODE_CONFIG)) {
    expect(factory >= min && factory <= max, name).toBe(true);
    if (key >= 0x10) continue;
    const row = rows.find((line) =>
      line.startsWith(`| ${key.toString(16).toUpperCase().padStart(2, "0")} | \`${name}\``),
    );
    expect(row, name).toMatch(new RegExp(`\\| ${min}-${max} \\| ${factory} \\|$`));
  }
});

test("bits have names", () => {
  expect(bitNames(DOOR_NODE_STATE_BITS, 0x44)).toEqual(["door-open", "lock-0-released"]);
});
