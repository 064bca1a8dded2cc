import { expect, test } from "vitest";
import { fromHex } from "../bytes.ts";
import { osdpScenarios } from "../testing/osdp-vectors.ts";
import { describeOsdp, maskedOsdpHex } from "./describe.ts";

const CARD = "ff53811000065000011a002a5c1f40";
const vectors = osdpScenarios().flatMap(({ frames = [] }) => frames);
const direction = (isReply: boolean) => (isReply ? "rx" : "tx");

test("a line says who speaks to whom, in which sequence, what", () => {
  const tell = (name: string) => {
    const found = vectors.find((vector) => vector.name === name);
    return describeOsdp(fromHex(found?.hex ?? ""), direction(found?.fields.isReply ?? false));
  };
  expect(tell("plaintext-commands/002-pdid")).toBe(
    "1 to ACU, seq 0: PDID maker FE CA 00, model 7.3, serial 305419896, firmware 1.2.3",
  );
  expect(tell("plaintext-commands/005-poll")).toBe("ACU to 1, seq 2: POLL");
  expect(tell("plaintext-checksum-mode/011-led")).toBe("ACU to 1, seq 2: LED reader 0 led 0: red for 3 s, then amber");
  expect(tell("plaintext-busy/013-nak")).toBe("1 to ACU, seq 2: NAK unexpected sequence number");
  expect(tell("plaintext-events/010-raw")).toMatch(
    /^1 to ACU, seq \d: RAW reader 0: card of 26 bits, Wiegand, number masked$/,
  );
  expect(tell("plaintext-events/022-keypad")).toMatch(/KEYPAD reader 0: 4 keys masked$/);
  expect(tell("secure-scbk/054-raw")).toMatch(/RAW, secured, 16 bytes encrypted$/);
  expect(tell("secure-scbk/034-lstatr")).toMatch(/LSTATR, secured tamper off, power ok$/);
  expect(tell("plaintext-pd-answers/017-0x99")).toBe("ACU to 1, seq 1: code 99, 2 bytes that do not fit it");
  expect(tell("plaintext-pd-answers/047-id")).toBe("ACU to all, seq 1: ID");
});

test("a command that the gateway hears is another ACU's", () => {
  expect(describeOsdp(fromHex("ff530108000660d866"), "rx")).toBe("ACU to 1, seq 2: POLL (from another ACU)");
});

test("noise is told by its size", () => {
  expect(describeOsdp(fromHex("00fe53"), "rx")).toMatch(/^3 bytes of noise/);
  expect(describeOsdp(new Uint8Array(), "rx")).toMatch(/^0 bytes of noise/);
});

test("no line shows a card, a digit, a key or ciphertext, in words or in hex", () => {
  const secretCodes = new Set(["osdp_RAW", "osdp_KEYPAD", "osdp_KEYSET", "osdp_MFGREP", "osdp_MFG", "osdp_TEXT"]);
  const secret = vectors.filter(
    ({ fields }) => secretCodes.has(fields.codeName ?? "") || (fields.securityBlock?.type ?? 0) >= 0x17,
  );
  expect(secret.length).toBeGreaterThan(60);
  for (const { name, hex, fields } of secret.filter((vector) => vector.fields.check.valid)) {
    const bytes = fromHex(hex.slice(fields.leadingNoise?.length ?? 0));
    const shown = maskedOsdpHex(bytes).replace(/ /g, "");
    const tail = fields.payload.length + (fields.mac?.length ?? 0) + (fields.control.crc ? 4 : 2);
    expect(shown, name).toBe(`${hex.slice(0, -tail).toUpperCase()}${"··".repeat(tail / 2)}`);
    const line = describeOsdp(bytes, "rx").toLowerCase();
    expect(line.replace(/ /g, "")).not.toContain(fields.payload.slice(8) || "nothing");
  }
});

test("a damaged card read is noise, and shows no more than its first bytes", () => {
  expect(maskedOsdpHex(fromHex(`${CARD}0000`)).replace(/ |··/g, "")).toBe("FF53");
});

test("what holds no secret is shown whole", () => {
  expect(maskedOsdpHex(fromHex("ff530108000660d866"))).toBe("FF 53 01 08 00 06 60 D8 66");
});
