import { expect, test } from "vitest";
import { OWN_KEY } from "../testing/osdp-noisy-line.ts";
import { FACTORY_KEY, Handshake } from "./acu-handshake.ts";
import type { AcuAnswer } from "./acu-link.ts";
import { SCS } from "./frame.ts";
import { agree } from "./secure-channel.ts";

const RANDOM = { acu: new Uint8Array(8).fill(1), pd: new Uint8Array(8).fill(2) };
const AGREED = agree(OWN_KEY, RANDOM.acu, RANDOM.pd);

const answer = (reply: AcuAnswer["reply"], type: number, data: number): AcuAnswer => ({
  kind: "answer",
  reply,
  secured: false,
  block: { type, data: Uint8Array.of(data) },
});
const ccrypt = (cryptogram = AGREED.pdCryptogram, keyNumber = 1) =>
  answer({ kind: "ccrypt", clientUid: new Uint8Array(8), random: RANDOM.pd, cryptogram }, SCS[12], keyNumber);
const rmac = (mac = AGREED.initialMac, status = 1, type: number = SCS[14]) =>
  answer({ kind: "rmac", mac }, type, status);
const begun = () => new Handshake({ name: "own", key: OWN_KEY }, RANDOM.acu);
const proved = () => {
  const handshake = begun();
  expect(handshake.prove(ccrypt())).toBe("proved");
  return handshake;
};
const other = (bytes: Uint8Array) => bytes.map((byte, at) => (at === 15 ? byte ^ 1 : byte));

test("a session is opened by the PD's proof and its answer to ours", () => {
  const handshake = proved();
  expect(handshake.answer().command).toEqual({ kind: "scrypt", cryptogram: AGREED.acuCryptogram });
  expect(handshake.open(rmac())).toBeDefined();
});

test.each([
  ["another MAC", rmac(other(AGREED.initialMac))],
  ["an answer marked as failed", rmac(AGREED.initialMac, 0xff)],
  ["an answer under another block", rmac(AGREED.initialMac, 1, SCS[12])],
  ["a NAK", answer({ kind: "nak", reason: 6, detail: new Uint8Array() }, SCS[14], 1)],
])("no session by %s", (_what, said) => {
  expect(proved().open(said)).toBeUndefined();
});

test("no session without a proof", () => {
  expect(begun().open(rmac())).toBeUndefined();
});

test.each([
  ["a cryptogram with one wrong bit", ccrypt(other(AGREED.pdCryptogram)), "other-key"],
  ["the factory's key, where its own was asked for", ccrypt(AGREED.pdCryptogram, 0), "factory-key"],
  ["NAK 5", answer({ kind: "nak", reason: 5, detail: new Uint8Array() }, 0, 0), "unsupported"],
  ["NAK 6", answer({ kind: "nak", reason: 6, detail: new Uint8Array() }, 0, 0), "refused"],
  ["an ACK", answer({ kind: "ack" }, SCS[12], 1), "refused"],
])("%s is no proof", (_what, said, proof) => {
  expect(begun().prove(said)).toBe(proof);
});

test("a PD that answers the factory's key with its own is not in its installation mode", () => {
  expect(new Handshake(FACTORY_KEY, RANDOM.acu).prove(ccrypt(AGREED.pdCryptogram, 1))).toBe("other-key");
});
