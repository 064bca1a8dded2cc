/** Every reference frame decodes and encodes as it says, in the clear and inside the secure channel. */
import { expect, test } from "vitest";
import { fromHex } from "../bytes.ts";
import { crc16Osdp, sum8 } from "../crc.ts";
import { FrameError } from "../errors.ts";
import { asVector } from "../testing/osdp-vector-form.ts";
import { type OsdpVector, type OsdpVectorSession, osdpScenarios, readOsdpVectors } from "../testing/osdp-vectors.ts";
import { osdpCommands } from "./commands.ts";
import { decodeOsdpFrame, encodeOsdpFrame } from "./frame.ts";
import { osdpReplies } from "./replies.ts";
import { agree, SCBK_DEFAULT, SecureSession } from "./secure-channel.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const files = osdpScenarios();
const all = files.flatMap(({ frames = [], sessions = [] }) => frames.map((vector) => ({ vector, sessions })));
const bytesOf = ({ hex: text, fields }: OsdpVector) => fromHex(text.slice(fields.leadingNoise?.length ?? 0));
const isSecured = ({ fields }: OsdpVector) => fields.mac !== null;

/** The keys of this frame's session, from the file's sessions or standing beside it. */
function keysOf({ crypto }: OsdpVector, sessions: readonly OsdpVectorSession[]) {
  const source = crypto?.sEnc === undefined ? sessions[crypto?.session ?? -1] : crypto;
  if (source?.sEnc === undefined || source.sMac1 === undefined || source.sMac2 === undefined) return undefined;
  return { enc: fromHex(source.sEnc), mac1: fromHex(source.sMac1), mac2: fromHex(source.sMac2) };
}

/** A session whose last MAC, whichever direction this frame is, is the one the vector names. */
function sessionBefore(vector: OsdpVector, sessions: readonly OsdpVectorSession[]): SecureSession | undefined {
  const keys = keysOf(vector, sessions);
  const chain = vector.crypto?.macIv;
  return keys === undefined || chain === undefined
    ? undefined
    : new SecureSession(keys, fromHex(chain), fromHex(chain));
}

test("the vectors are there", () => {
  expect(files.length).toBe(21);
  expect(all.length).toBe(848);
  expect(all.filter(({ vector }) => isSecured(vector)).length).toBeGreaterThan(240);
});

test("every frame's header, block, code, payload and MAC are what the vector says", () => {
  for (const { vector } of all.filter((item) => item.vector.fields.check.valid)) {
    const { fields } = vector;
    const frame = decodeOsdpFrame(bytesOf(vector));
    expect({
      mark: frame.mark,
      address: frame.address,
      isReply: frame.reply,
      sequence: frame.sequence,
      crc: frame.check === "crc",
      block: frame.security && { type: frame.security.type, data: hex(frame.security.data) },
      code: frame.code,
      payload: hex(frame.payload),
      mac: frame.mac === undefined ? null : hex(frame.mac),
    }).toEqual({
      mark: fields.mark,
      address: fields.address,
      isReply: fields.isReply,
      sequence: fields.control.sequence,
      crc: fields.control.crc,
      block: fields.securityBlock ? { type: fields.securityBlock.type, data: fields.securityBlock.data } : undefined,
      code: fields.code,
      payload: fields.payload,
      mac: fields.mac,
    });
    const name = (fields.isReply ? osdpReplies : osdpCommands).name(fields.code);
    // A command-direction ACK is no command: the set names it by its code all the same.
    if (fields.codeName !== null && name !== undefined) expect(`osdp_${name}`).toBe(fields.codeName);
  }
});

test("every frame is encoded as the bytes it was decoded from", () => {
  for (const { vector } of all.filter((item) => item.vector.fields.check.valid)) {
    expect(hex(encodeOsdpFrame(decodeOsdpFrame(bytesOf(vector)))), vector.name).toBe(hex(bytesOf(vector)));
  }
});

test("frames with a wrong check are refused for it", () => {
  const wrong = all.filter(({ vector }) => !vector.fields.check.valid);
  expect(wrong.map(({ vector }) => vector.name)).toEqual([
    "plaintext-pd-answers/050-poll",
    "plaintext-restart/010-raw",
    "plaintext-restart/040-poll",
  ]);
  for (const { vector } of wrong) expect(failure(() => decodeOsdpFrame(bytesOf(vector)))).toBe("checksum");
});

/** Frames whose payload does not hold what its code says, and why. */
const MALFORMED: Readonly<Record<string, FrameError["code"]>> = {
  "plaintext-cp-rejects/011-raw": "truncated",
  "plaintext-cp-rejects/022-keypad": "truncated",
  "plaintext-pd-answers/017-0x99": "unknown",
  "plaintext-pd-answers/019-id": "truncated",
  "plaintext-pd-answers/021-poll": "payload",
  "plaintext-pd-answers/023-led": "truncated",
  "secure-pd-answers/007-0x9d": "unknown",
  "secure-pd-answers/009-id": "truncated",
  "secure-pd-answers/043-chlng": "truncated",
};

test("every payload means what the vector says and is encoded back, the malformed ones are refused for the right reason", () => {
  const refused: Record<string, string> = {};
  for (const { vector } of all.filter((item) => item.vector.fields.check.valid)) {
    const { code, payload, plaintext, isReply } = vector.fields;
    const data = fromHex(plaintext ?? payload);
    if (isSecured(vector) && vector.decoded === undefined) continue;
    const reason = failure(() => (isReply ? osdpReplies : osdpCommands).decode(code, data));
    if (reason !== undefined) {
      refused[vector.name] = reason;
      continue;
    }
    const value = isReply ? osdpReplies.decode(code, data) : osdpCommands.decode(code, data);
    expect(asVector(value), vector.name).toEqual(vector.decoded);
    const encoded = isReply
      ? osdpReplies.encode(osdpReplies.decode(code, data))
      : osdpCommands.encode(osdpCommands.decode(code, data));
    expect([encoded.code, hex(encoded.payload)], vector.name).toEqual([code, hex(data)]);
  }
  expect(refused).toEqual(MALFORMED);
});

test("every secured frame opens with its session's keys, and is sealed into the same bytes", () => {
  let opened = 0;
  for (const { vector, sessions } of all) {
    if (!isSecured(vector) || vector.crypto?.macValid !== true) continue;
    const frame = decodeOsdpFrame(bytesOf(vector));
    const session = sessionBefore(vector, sessions);
    const plaintext = session?.open(frame);
    expect(plaintext && hex(plaintext), vector.name).toBe(vector.fields.plaintext ?? vector.fields.payload);
    opened++;
    // Data in the clear under SCS_15 is a habit of one PD: read, never written.
    if (frame.security?.type === 0x15 && frame.payload.length > 0) continue;
    const again = sessionBefore(vector, sessions)?.seal({ ...frame, payload: plaintext ?? new Uint8Array() });
    expect(again && hex(encodeOsdpFrame(again)), vector.name).toBe(hex(bytesOf(vector)));
  }
  expect(opened).toBeGreaterThan(240);
});

test("a wrong MAC does not open, and leaves the session as it was", () => {
  const forged = all.filter(({ vector }) => vector.crypto?.macValid === false);
  expect(forged.map(({ vector }) => vector.name)).toEqual(["secure-pd-answers/017-poll"]);
  for (const { vector, sessions } of forged) {
    const session = sessionBefore(vector, sessions);
    const frame = decodeOsdpFrame(bytesOf(vector));
    expect(failure(() => session?.open(frame))).toBe("checksum");
    const right = { ...frame, mac: fromHex((vector.crypto?.macFull ?? "").slice(0, 8)) };
    expect(session?.open(right)).toEqual(new Uint8Array());
  }
});

test.each(files.filter(({ sessions }) => sessions !== undefined))(
  "$scenario: cryptograms and chain of MACs follow from the base key and the random numbers",
  (file) => {
    const { sessions = [], frames = [] } = file;
    for (const [index, session] of sessions.entries()) {
      const agreed = agree(fromHex(session.scbk), fromHex(session.cpRandom), fromHex(session.pdRandom));
      expect({
        sEnc: hex(agreed.keys.enc),
        sMac1: hex(agreed.keys.mac1),
        sMac2: hex(agreed.keys.mac2),
        pd: hex(agreed.pdCryptogram),
        cp: hex(agreed.acuCryptogram),
        rMacI: hex(agreed.initialMac),
      }).toEqual({
        sEnc: session.sEnc,
        sMac1: session.sMac1,
        sMac2: session.sMac2,
        pd: session.pdCryptogram,
        cp: session.cpCryptogram,
        rMacI: session.rMacI,
      });
      const chain = new SecureSession(agreed.keys, agreed.initialMac);
      const inOrder = frames.filter(
        (frame) => frame.crypto?.session === index && frame.crypto.macValid === true && !frame.crypto.retransmission,
      );
      for (const vector of inOrder) {
        if (vector.crypto?.macChain === "previous-command" || vector.step?.startsWith("sequence jump")) continue;
        if (vector.step?.startsWith("the old session is gone")) continue;
        expect(hex(chain.open(decodeOsdpFrame(bytesOf(vector)))), vector.name).toBe(
          vector.fields.plaintext ?? vector.fields.payload,
        );
      }
    }
  },
);

interface AnnexE {
  readonly crc16: { readonly examples: readonly { readonly hex: string; readonly wireCrc: string }[] };
  readonly checksum8: { readonly examples: readonly { readonly hex: string; readonly wireChecksum: string }[] };
  readonly secureChannel: Readonly<Record<string, string>>;
}

test("the worked examples of the standard's Annex E", () => {
  const { crc16, checksum8, secureChannel } = readOsdpVectors<AnnexE>("annex-e-constants");
  for (const example of crc16.examples) {
    const crc = crc16Osdp(fromHex(example.hex));
    expect(hex(Uint8Array.of(crc & 0xff, crc >>> 8))).toBe(example.wireCrc);
    expect(decodeOsdpFrame(fromHex(example.hex + example.wireCrc)).check).toBe("crc");
  }
  for (const example of checksum8.examples) {
    expect(hex(Uint8Array.of(-sum8(fromHex(example.hex)) & 0xff))).toBe(example.wireChecksum);
    expect(decodeOsdpFrame(fromHex(example.hex + example.wireChecksum)).check).toBe("checksum");
  }
  const text = (name: string) => secureChannel[name] ?? "";
  expect(hex(SCBK_DEFAULT)).toBe(text("scbk"));
  const agreed = agree(SCBK_DEFAULT, fromHex(text("cpRandom")), fromHex(text("pdRandom")));
  expect([agreed.keys.enc, agreed.keys.mac1, agreed.keys.mac2].map(hex)).toEqual(["sEnc", "sMac1", "sMac2"].map(text));
  expect([agreed.acuCryptogram, agreed.pdCryptogram, agreed.initialMac].map(hex)).toEqual(
    ["cpCryptogram", "pdCryptogram", "initialRMac"].map(text),
  );
});

function failure(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof FrameError) return error.code;
    throw error;
  }
}
