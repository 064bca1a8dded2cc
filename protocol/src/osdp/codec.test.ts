import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameError } from "../errors.ts";
import { CAPABILITY, itemsOf, nakReason, sizeOf } from "./codes.ts";
import { osdpCommands } from "./commands.ts";
import { osdpReplies } from "./replies.ts";

const COMMANDS =
  "60 POLL 61 ID 62 CAP 64 LSTAT 65 ISTAT 66 OSTAT 67 RSTAT 68 OUT 69 LED 6A BUZ 6B TEXT 6E COMSET 73 BIOREAD 74 BIOMATCH 75 KEYSET " +
  "76 CHLNG 77 SCRYPT 7B ACURXSIZE 7C FILETRANSFER 80 MFG A1 XWR A2 ABORT A3 PIVDATA A4 GENAUTH A5 CRAUTH A7 KEEPACTIVE";
const REPLIES =
  "40 ACK 41 NAK 45 PDID 46 PDCAP 48 LSTATR 49 ISTATR 4A OSTATR 4B RSTATR 50 RAW 51 FMT 53 KEYPAD 54 COM 57 BIOREADR 58 BIOMATCHR " +
  "76 CCRYPT 78 RMAC_I 79 BUSY 7A FTSTAT 80 PIVDATAR 81 GENAUTHR 82 CRAUTHR 83 MFGSTATR 84 MFGERRR 90 MFGREP B1 XRD";

test.each([
  ["commands", osdpCommands, COMMANDS],
  ["replies", osdpReplies, REPLIES],
])("the %s are those of version 2.2", (_, codec, list) => {
  const known = Array.from({ length: 256 }, (_, code) => code).flatMap((code) => {
    const name = codec.name(code);
    return name === undefined ? [] : [`${code.toString(16).toUpperCase()} ${name}`];
  });
  expect(known.join(" ")).toBe(list);
});

const codes = (codec: { name(code: number): string | undefined }) =>
  Array.from({ length: 256 }, (_, code) => code).filter((code) => codec.name(code) !== undefined);

test.each([
  ["commands", osdpCommands, 500],
  ["replies", osdpReplies, 500],
])("%s that can be read are written as the same bytes, all others are refused as bad frames", (_, codec, least) => {
  let read = 0;
  const sizes = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 14, 16, 18, 28, 32), fc.nat(80));
  const bytes = sizes.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }));
  // Small first bytes make lengths inside the payload fit now and then.
  const tame = bytes.map((some) => some.map((byte, i) => (i < 6 ? byte % 5 : byte)));
  fc.assert(
    fc.property(fc.constantFrom(...codes(codec)), fc.oneof(bytes, tame), (code, payload) => {
      let value: ReturnType<typeof codec.decode>;
      try {
        value = codec.decode(code, payload);
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
        return;
      }
      read++;
      const again = (codec.encode as (value: unknown) => { code: number; payload: Uint8Array })(value);
      expect([again.code, ...again.payload]).toEqual([code, ...payload]);
    }),
    { numRuns: 5_000 },
  );
  expect(read).toBeGreaterThan(least);
});

test("what does not fit its field is not written", () => {
  const key = new Uint8Array(15);
  const refused = [
    () => osdpCommands.encode({ kind: "chlng", random: key }),
    () => osdpCommands.encode({ kind: "scrypt", cryptogram: key }),
    () => osdpCommands.encode({ kind: "acurxsize", sizeBytes: 65_536 }),
    () => osdpCommands.encode({ kind: "out", outputs: [{ output: 0, control: 5, timerTenths: 70_000 }] }),
    () => osdpCommands.encode({ kind: "out", outputs: [{ output: 300, control: 5, timerTenths: 0 }] }),
    () => osdpCommands.encode({ kind: "text", reader: 0, command: 1, seconds: 0, row: 1, column: 1, text: "欢迎" }),
    () => osdpReplies.encode({ kind: "raw", reader: 0, format: 1, bits: 26, data: new Uint8Array(3) }),
    () => osdpReplies.encode({ kind: "mfgrep", vendor: key, data: key }),
  ];
  for (const encode of refused) expect(encode).toThrow(FrameError);
});

test("capabilities are looked up by function", () => {
  const capabilities = [
    { function: CAPABILITY.outputs, compliance: 1, items: 2 },
    { function: CAPABILITY.receiveBytes, compliance: 0xa0, items: 5 },
  ];
  expect(itemsOf(capabilities, CAPABILITY.outputs)).toBe(2);
  expect(itemsOf(capabilities, CAPABILITY.leds)).toBe(0);
  expect(sizeOf(capabilities, CAPABILITY.receiveBytes)).toBe(1_440);
  expect(sizeOf(capabilities, CAPABILITY.combinedBytes)).toBeUndefined();
  expect([nakReason(4), nakReason(200)]).toEqual(["unexpected sequence number", "reason 200"]);
});
