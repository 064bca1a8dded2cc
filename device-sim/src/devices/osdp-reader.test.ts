import {
  agree,
  decodeCardBits,
  decodeOsdpFrame,
  encodeOsdpFrame,
  type OsdpReply,
  osdpCommands,
  osdpReplies,
  SCS,
} from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { withFaults } from "./faulty.ts";
import { createOsdpReader, type OsdpReaderOptions } from "./osdp-reader.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

/** A reader and the bytes of a POLL to it, in the clear. */
function open(options: Partial<OsdpReaderOptions> = {}) {
  const reader = createOsdpReader({ id: "reader-1", address: 3, secureRequired: false, ...options }, new Random(1));
  let sequence = 0;
  const ask = (code: number, payload = new Uint8Array()) => {
    const frame = { mark: true, address: 3, reply: false, sequence, check: "crc" as const, code, payload };
    sequence = (sequence % 3) + 1;
    return encodeOsdpFrame(frame);
  };
  const poll = (): OsdpReply | undefined => {
    const [answer] = reader.hear(ask(0x60), 0);
    if (answer === undefined) return undefined;
    const frame = decodeOsdpFrame(answer.bytes);
    return osdpReplies.decode(frame.code, frame.payload);
  };
  poll();
  return { reader, poll, ask };
}

test("a card comes as Wiegand bits with right parity, long numbers with 34", () => {
  const { reader, poll } = open();
  for (const number of [0x12_3456, 0xffff_fffe]) {
    reader.act({ kind: "card", number }, 0);
    const card = poll();
    const bits = card?.kind === "raw" ? decodeCardBits(card.bits, card.data, "auto") : undefined;
    const text = number.toString(16).toUpperCase();
    expect(bits).toMatchObject({ ok: true, number: text.padStart(number < 1 << 24 ? 6 : 8, "0") });
  }
});

test("keys, door, tamper and power are told as they happen", () => {
  const { reader, poll } = open();
  reader.act({ kind: "keypad", digits: "12*#" }, 0);
  reader.act({ kind: "door", open: true }, 0);
  reader.act({ kind: "tamper", on: true }, 0);
  reader.act({ kind: "power", ok: false }, 0);
  expect([poll(), poll(), poll(), poll(), poll()]).toEqual([
    { kind: "keypad", reader: 0, digits: Uint8Array.of(0x31, 0x32, 0x7f, 0x0d) },
    { kind: "istatr", states: Uint8Array.of(1, 0, 0, 0) },
    { kind: "lstatr", tamper: 1, power: 0 },
    { kind: "lstatr", tamper: 1, power: 1 },
    { kind: "ack" },
  ]);
});

test("a command in pieces is heard, the rest of one that was broken off is not", () => {
  const { reader, ask } = open();
  const command = ask(0x60);
  expect(reader.hear(command.subarray(0, 4), 1_000)).toEqual([]);
  expect(reader.hear(command.subarray(4), 1_010)).toHaveLength(1);
  expect(reader.hear(command.subarray(0, 4), 2_000)).toEqual([]);
  expect(reader.hear(command.subarray(4), 3_000)).toEqual([]);
  expect(reader.hear(command, 3_010)).toHaveLength(1);
});

test("with a key it answers no POLL in the clear", () => {
  const { poll } = open({ key: KEY, secureRequired: true });
  expect(poll()).toMatchObject({ kind: "nak", reason: 6 });
});

/** The answer to SCRYPT, from an ACU that has this key. */
function handshake(hear: (bytes: Uint8Array) => readonly { bytes: Uint8Array }[], key: Uint8Array, address = 3) {
  const frame = { mark: true, address, reply: false, check: "crc" as const };
  const say = (sequence: number, type: number, command: Parameters<typeof osdpCommands.encode>[0]) => {
    const security = { type, data: Uint8Array.of(1) };
    const [answer] = hear(encodeOsdpFrame({ ...frame, sequence, security, ...osdpCommands.encode(command) }));
    if (answer === undefined) return undefined;
    const { code, payload } = decodeOsdpFrame(answer.bytes);
    return osdpReplies.decode(code, payload);
  };
  const random = KEY.subarray(0, 8);
  const ccrypt = say(0, SCS[11], { kind: "chlng", random });
  if (ccrypt?.kind !== "ccrypt") return ccrypt?.kind;
  const { acuCryptogram } = agree(key, random, ccrypt.random);
  return say(1, SCS[13], { kind: "scrypt", cryptogram: acuCryptogram })?.kind;
}

test("a wrong key and a wrong address are troubles that come and go; a reboot costs what was not told", () => {
  const reader = createOsdpReader({ id: "reader-1", address: 3, key: KEY }, new Random(1));
  const faulty = withFaults(reader, [], new Random(2), reader.ownFaults);
  const connect = (nowMs: number) => handshake((bytes) => faulty.hear(bytes, nowMs), KEY);
  expect(connect(0)).toBe("rmac");
  faulty.set("wrong-key", true, 0);
  expect(connect(0)).toBe("nak");
  faulty.set("wrong-key", false, 0);
  expect(connect(0)).toBe("rmac");
  faulty.set("wrong-address", true, 0);
  expect(connect(0)).toBeUndefined();
  faulty.set("wrong-address", false, 0);
  faulty.act({ kind: "card", number: 7 }, 0);
  faulty.set("reboot", true, 0);
  expect(connect(1_000)).toBeUndefined();
  expect(connect(2_500)).toBe("rmac");
  expect(reader.pd.events.waiting).toBe(0);
});
