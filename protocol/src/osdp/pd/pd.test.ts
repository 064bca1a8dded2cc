import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { Random } from "../../testing/random.ts";
import { NAK, OUTPUT } from "../codes.ts";
import { type OsdpCommand, osdpCommands } from "../commands.ts";
import { decodeOsdpFrame, encodeOsdpFrame, type OsdpFrame, SCS } from "../frame.ts";
import type { LedControl } from "../indicators.ts";
import { type OsdpReply, osdpReplies } from "../replies.ts";
import { agree, SCBK_DEFAULT, SecureSession } from "../secure-channel.ts";
import { createPd, type Pd } from "./pd.ts";
import { isOutputOn, ledColour, type PdOptions } from "./state.ts";

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i * 17);
const OTHER_KEY = Uint8Array.from({ length: 16 }, (_, i) => 255 - i);
const IDENTITY = { vendor: Uint8Array.of(1, 2, 3), model: 1, version: 1, serial: 77, firmware: [1, 0, 0] } as const;
const CARD: OsdpReply = { kind: "raw", reader: 0, format: 1, bits: 26, data: Uint8Array.of(0x2a, 0x5c, 0x1f, 0x40) };
const KEYS: OsdpReply = { kind: "keypad", reader: 0, digits: Uint8Array.of(0x31, 0x0d) };
const SILENCE = "silence";

/** As much of an ACU as these tests need. */
class Asker {
  readonly pd: Pd;
  nowMs = 0;
  sequence = 0;
  session: SecureSession | undefined;
  sent = new Uint8Array();

  constructor(pd: Pd) {
    this.pd = pd;
  }

  restart(): void {
    this.sequence = 0;
    this.session = undefined;
  }

  /** The next command; with `lost` its answer never arrives, and the sequence number stays. */
  ask(command: OsdpCommand, security?: OsdpFrame["security"], lost = false): OsdpReply | typeof SILENCE {
    const { code, payload } = osdpCommands.encode(command);
    const check = "crc" as const;
    const { address } = this.pd;
    const frame = { mark: false, address, reply: false, sequence: this.sequence, check, code, payload };
    const sealed = security === undefined ? this.session?.seal(frame) : undefined;
    this.sent = Uint8Array.from(encodeOsdpFrame(sealed ?? { ...frame, security }));
    if (lost) {
      this.pd.hear(this.sent, this.nowMs);
      return SILENCE;
    }
    return this.again();
  }

  again(): OsdpReply | typeof SILENCE {
    const bytes = this.pd.hear(this.sent, this.nowMs);
    if (bytes === undefined) return SILENCE;
    const frame = decodeOsdpFrame(bytes);
    const payload = frame.mac !== undefined && this.session !== undefined ? this.session.open(frame) : frame.payload;
    const reply = osdpReplies.decode(frame.code, payload);
    if (reply.kind !== "busy") this.sequence = (this.sequence % 3) + 1;
    return reply;
  }

  handshake(scbk: Uint8Array, wanted = 1, from = 0): OsdpReply | typeof SILENCE {
    this.restart();
    this.sequence = from;
    const random = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const ccrypt = this.ask({ kind: "chlng", random }, { type: SCS[11], data: Uint8Array.of(wanted) });
    if (ccrypt === SILENCE || ccrypt.kind !== "ccrypt") return ccrypt;
    const { keys, acuCryptogram, initialMac } = agree(scbk, random, ccrypt.random);
    const scrypt: OsdpCommand = { kind: "scrypt", cryptogram: acuCryptogram };
    const rmac = this.ask(scrypt, { type: SCS[13], data: Uint8Array.of(wanted) });
    this.session = new SecureSession(keys, initialMac);
    return rmac;
  }
}

const nak = (reason: number) => ({ kind: "nak", reason, detail: new Uint8Array() });
const POLL: OsdpCommand = { kind: "poll" };
const ACK = { kind: "ack" };

function connect(options: Partial<PdOptions> = {}): Asker {
  const random = new Random("pd");
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => random.int(0, 255));
  return new Asker(createPd({ address: 5, identity: IDENTITY, scbk: KEY, ...options }, bytes));
}

let acu: Asker;
beforeEach(() => {
  acu = connect();
});

test("an event is told until the ACU goes on, and then the next one", () => {
  acu.ask(POLL);
  acu.pd.push(CARD);
  acu.pd.push(KEYS);
  acu.ask(POLL, undefined, true);
  expect(acu.again()).toEqual(CARD);
  expect(acu.pd.events.waiting).toBe(2);
  expect(acu.ask(POLL)).toEqual(KEYS);
  expect(acu.ask(POLL)).toEqual(ACK);
  expect(acu.pd.events).toEqual({ waiting: 0, lost: 0 });
});

test("an ACU that starts over is told again what it may not have heard", () => {
  acu.ask(POLL);
  acu.pd.push(CARD);
  acu.ask(POLL, undefined, true);
  acu.restart();
  expect(acu.ask({ kind: "id", replyType: 0 })).toEqual({ kind: "pdid", ...IDENTITY });
  expect(acu.ask(POLL)).toEqual(CARD);
});

test("a forged command makes a PD in a session forget no card", () => {
  acu.handshake(KEY);
  acu.ask(POLL);
  acu.pd.push(CARD);
  acu.ask(POLL, undefined, true);
  const frame = decodeOsdpFrame(acu.sent);
  const forged = { ...frame, sequence: (frame.sequence % 3) + 1, mac: Uint8Array.of(0, 0, 0, 0) };
  const answer = decodeOsdpFrame(acu.pd.hear(encodeOsdpFrame(forged), 0) ?? new Uint8Array());
  expect(osdpReplies.decode(answer.code, answer.payload)).toEqual(nak(NAK.securityConditions));
  expect(acu.pd.isSecure).toBe(false);
  acu.handshake(KEY);
  expect(acu.ask(POLL)).toEqual(CARD);
});

test("a new session on the next number is told again too what the old one may not have delivered", () => {
  acu.handshake(KEY);
  acu.pd.push(CARD);
  acu.ask(POLL, undefined, true);
  acu.sequence = (acu.sequence % 3) + 1;
  acu.handshake(KEY, 1, acu.sequence);
  expect(acu.ask(POLL)).toEqual(CARD);
});

test("a repeat is answered with the same bytes, and rebuilds nothing", () => {
  acu.handshake(KEY);
  acu.pd.push(CARD);
  acu.ask(POLL, undefined, true);
  const [first, second] = [acu.pd.hear(acu.sent, 0), acu.pd.hear(acu.sent, 0)];
  expect(first).toEqual(second);
  expect(acu.again()).toEqual(CARD);
  expect(acu.ask(POLL)).toEqual(ACK);
});

test("the same sequence number with another command is out of order", () => {
  acu.ask(POLL);
  acu.ask(POLL);
  acu.sequence = 1;
  expect(acu.ask({ kind: "lstat" })).toEqual(nak(NAK.sequence));
});

test("a PD that has just been switched on wants sequence 0", () => {
  acu.sequence = 2;
  expect(acu.ask(POLL)).toEqual(nak(NAK.sequence));
  acu.restart();
  expect(acu.ask(POLL)).toEqual(ACK);
  acu.pd.push(CARD);
  acu.pd.reboot();
  expect(acu.ask(POLL)).toEqual(nak(NAK.sequence));
});

test("BUSY has sequence 0 and no session, and the command is taken when it comes again", () => {
  acu.handshake(KEY);
  acu.pd.setInput(1, true);
  acu.pd.beBusy(2);
  expect(acu.ask(POLL)).toEqual({ kind: "busy" });
  const busy = decodeOsdpFrame(acu.pd.hear(acu.sent, 0) ?? new Uint8Array());
  expect([busy.sequence, busy.security]).toEqual([0, undefined]);
  expect(acu.again()).toEqual({ kind: "istatr", states: Uint8Array.of(0, 1, 0, 0) });
});

test("a session stands on the PD's key and ends with silence, a restart or a frame in the clear's worth of nothing", () => {
  expect(acu.handshake(OTHER_KEY)).toEqual(nak(NAK.securityUnsupported));
  expect(acu.pd.isSecure).toBe(false);
  expect(acu.handshake(KEY)).toMatchObject({ kind: "rmac" });
  expect(acu.ask(POLL)).toEqual(ACK);
  const session = acu.session;
  acu.session = undefined;
  const sealed = decodeOsdpFrame(acu.pd.hear(plain(acu), 0) ?? new Uint8Array());
  expect(sealed.mac).toHaveLength(4);
  expect(acu.pd.isSecure).toBe(true);
  acu.session = session;
  acu.nowMs = 8_000;
  acu.sequence = 1;
  expect(acu.ask(POLL)).toEqual(nak(NAK.securityConditions));
  expect(acu.pd.isSecure).toBe(false);
});

function plain({ sequence }: Asker): Uint8Array {
  const payload = new Uint8Array();
  return encodeOsdpFrame({ mark: false, address: 5, reply: false, sequence, check: "crc", code: 0x60, payload });
}

test("a refusal by RMAC_I is marked as one", () => {
  acu = connect({ refusesHandshakeBy: "rmac" });
  expect(acu.handshake(OTHER_KEY)).toEqual({ kind: "rmac", mac: new Uint8Array(16) });
  const answer = decodeOsdpFrame(acu.pd.hear(acu.sent, 0) ?? new Uint8Array());
  expect(answer.security).toEqual({ type: SCS[14], data: Uint8Array.of(0xff) });
});

test("the default key opens a PD in install mode only, until it is given its own", () => {
  expect(acu.handshake(SCBK_DEFAULT, 0)).toEqual(nak(NAK.securityUnsupported));
  acu = connect({ scbk: undefined, install: true });
  expect(acu.handshake(SCBK_DEFAULT, 0)).toMatchObject({ kind: "rmac" });
  expect(acu.ask({ kind: "keyset", keyType: 1, key: OTHER_KEY.subarray(1) })).toEqual(nak(NAK.length));
  expect(acu.ask({ kind: "keyset", keyType: 1, key: OTHER_KEY })).toEqual(ACK);
  expect(acu.pd.installMode).toBe(false);
  expect(acu.handshake(SCBK_DEFAULT, 0)).toEqual(nak(NAK.securityUnsupported));
  expect(acu.handshake(OTHER_KEY)).toMatchObject({ kind: "rmac" });
  expect(acu.ask(POLL)).toEqual(ACK);
});

test("a PD without any key, or without the capability, has no secure channel", () => {
  expect(connect({ scbk: undefined }).handshake(KEY)).toEqual(nak(NAK.securityConditions));
  expect(connect({ capabilities: [] }).handshake(KEY)).toEqual(nak(NAK.securityUnsupported));
});

test("COMSET is answered at the old address, and obeyed from then on", () => {
  acu.ask(POLL);
  expect(acu.ask({ kind: "comset", address: 9, baud: 38_400 })).toEqual({ kind: "com", address: 9, baud: 38_400 });
  expect([acu.pd.address, acu.pd.baud]).toEqual([9, 38_400]);
  expect(acu.ask(POLL)).toEqual(ACK);
  expect(acu.ask({ kind: "comset", address: 9, baud: 1_234 })).toEqual({ kind: "com", address: 9, baud: 38_400 });
  expect(acu.ask({ kind: "comset", address: 127, baud: 9_600 })).toEqual(nak(NAK.length));
});

const out = (control: number, timerTenths = 0): OsdpCommand => ({
  kind: "out",
  outputs: [{ output: 0, control, timerTenths }],
});

test("outputs switch for good, for a time, and let a time run out", () => {
  const on = () => isOutputOn(acu.pd.state, 0, acu.nowMs);
  acu.ask(POLL);
  acu.ask(out(OUTPUT.onForTime, 30));
  expect(on()).toBe(true);
  acu.nowMs = 3_000;
  expect(on()).toBe(false);
  acu.ask(out(OUTPUT.onForGood));
  acu.ask(out(OUTPUT.offForTime, 10));
  expect(on()).toBe(false);
  acu.ask(out(OUTPUT.offAllowTimer));
  acu.nowMs = 5_000;
  expect(on()).toBe(false);
  acu.ask(out(OUTPUT.onForGood));
  expect(acu.ask({ kind: "ostat" })).toEqual({ kind: "ostatr", states: Uint8Array.of(1, 0) });
  expect(acu.ask({ kind: "out", outputs: [{ output: 2, control: 1, timerTenths: 0 }] })).toEqual(
    nak(NAK.unknownCommand),
  );
});

const still = { control: 0, onTenths: 0, offTenths: 0, onColour: 0, offColour: 0 };
const led = (
  temporary: Partial<LedControl["temporary"]>,
  permanent: Partial<LedControl["permanent"]>,
): OsdpCommand => ({
  kind: "led",
  leds: [
    { reader: 0, led: 0, temporary: { ...still, timerTenths: 0, ...temporary }, permanent: { ...still, ...permanent } },
  ],
});

test("a light shows the temporary colour for its time, then the lasting one", () => {
  const shown = () => ledColour(acu.pd.state, acu.nowMs);
  acu.ask(POLL);
  expect(shown()).toBeUndefined();
  acu.ask(led({ control: 2, onTenths: 1, onColour: 2, timerTenths: 20 }, { control: 1, onTenths: 1, onColour: 1 }));
  expect(shown()).toBe(2);
  acu.nowMs = 2_000;
  expect(shown()).toBe(1);
  acu.ask(led({ control: 2, onTenths: 1, onColour: 4 }, {}));
  expect(shown()).toBe(4);
  acu.ask(led({ control: 1 }, {}));
  expect(shown()).toBe(1);
  expect(acu.ask(led({}, { control: 1 }))).toEqual(nak(NAK.record));
});

test("a PD that knows no CRC says so under a checksum, and takes the same command with one", () => {
  const { pd } = connect({ checksumOnly: true });
  const ask = (check: "crc" | "checksum") => {
    const payload = new Uint8Array();
    const frame = { mark: true, address: 5, reply: false, sequence: 0, code: 0x60, payload, check };
    const answer = decodeOsdpFrame(pd.hear(encodeOsdpFrame(frame), 0) ?? new Uint8Array());
    return [answer.check, osdpReplies.decode(answer.code, answer.payload)];
  };
  expect(ask("crc")).toEqual(["checksum", nak(NAK.check)]);
  expect(ask("checksum")).toEqual(["checksum", ACK]);
});

test("sounds and texts are kept for whoever looks, and a reader that is not there is refused", () => {
  acu.ask(POLL);
  const buzzer = { reader: 0, tone: 2, onTenths: 2, offTenths: 1, count: 3 };
  expect(acu.ask({ kind: "buz", buzzers: [buzzer] })).toEqual(ACK);
  const text = { reader: 0, command: 1, seconds: 0, row: 1, column: 1, text: "WELCOME" };
  expect(acu.ask({ kind: "text", ...text })).toEqual(ACK);
  expect(acu.pd.state.buzzers.get(0)).toEqual(buzzer);
  expect(acu.pd.state.texts.get(0)).toEqual(text);
  expect(acu.ask({ kind: "text", ...text, reader: 1 })).toEqual(nak(NAK.record));
});

test("a file arrives in parts, in order only", () => {
  acu.ask(POLL);
  const file = Uint8Array.from({ length: 300 }, (_, i) => i);
  const part = (offset: number, data: Uint8Array, totalBytes = 300): OsdpCommand => ({
    kind: "filetransfer",
    fileType: 7,
    totalBytes,
    offset,
    data,
  });
  const status = (command: OsdpCommand) => acu.ask(command);
  expect(status(part(0, file.subarray(0, 200)))).toMatchObject({ kind: "ftstat", status: 0 });
  expect(status(part(100, file.subarray(100)))).toMatchObject({ status: -3 });
  expect(status(part(200, file.subarray(200)))).toMatchObject({ status: 1 });
  expect(acu.pd.state.file).toEqual({ type: 7, bytes: file });
  expect(status(part(0, file, 0xffffffff))).toMatchObject({ status: -1 });
});

test("tamper, power and contacts are told by themselves, with the state of their moment", () => {
  acu.ask(POLL);
  acu.pd.setTamper(true);
  acu.pd.setPowerFailed(true);
  acu.pd.setInput(0, true);
  acu.pd.setInput(0, false);
  expect(acu.ask(POLL)).toEqual({ kind: "lstatr", tamper: 1, power: 0 });
  expect(acu.ask(POLL)).toEqual({ kind: "lstatr", tamper: 1, power: 1 });
  expect(acu.ask(POLL)).toEqual({ kind: "istatr", states: Uint8Array.of(1, 0, 0, 0) });
  expect(acu.ask(POLL)).toEqual({ kind: "istatr", states: Uint8Array.of(0, 0, 0, 0) });
});

test("what nobody fetches is bounded, and what found no room is counted", () => {
  for (let i = 0; i < 70; i++) acu.pd.push(CARD);
  expect(acu.pd.events).toEqual({ waiting: 64, lost: 6 });
});

test("no bytes make a PD throw or speak without being asked", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (frames) => {
      const pd = connect().pd;
      for (const frame of frames) expect(pd.hear(frame, 0)).toBeUndefined();
    }),
  );
});

test("whatever a command holds, its answer is a whole frame of the same number, and the next command is heard", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 60 })), { maxLength: 20 }), (commands) => {
      const { pd } = connect();
      for (const [i, [code, payload]] of commands.entries()) {
        const frame = { mark: false, address: pd.address, reply: false, check: "crc" as const, code, payload };
        const sequence = i === 0 ? 0 : ((i - 1) % 3) + 1;
        const answer = pd.hear(encodeOsdpFrame({ ...frame, sequence }), i);
        expect(decodeOsdpFrame(answer ?? new Uint8Array()).sequence).toBe(sequence);
      }
    }),
  );
});
