/** Dialogues recorded from an independent implementation, played against our ACU: the same bytes go out, the same events come in. */
import { expect, test } from "vitest";
import { fromHex, toHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { Splitter } from "../splitter.ts";
import { type OsdpVector, type OsdpVectorFile, readOsdpVectors } from "../testing/osdp-vectors.ts";
import { type AcuEvent, OsdpAcu } from "./acu.ts";
import type { AcuKey } from "./acu-handshake.ts";
import { osdpCommands } from "./commands.ts";
import { decodeOsdpFrame, encodeOsdpFrame, osdpFraming } from "./frame.ts";

const KEYS = {
  "key-1": "00112233445566778899aabbccddeeff",
  "key-2": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
};
const keyOf = (name: keyof typeof KEYS): AcuKey => ({ name, key: fromHex(KEYS[name]) });

const secured = (name: keyof typeof KEYS) =>
  ({ address: 1, security: "required", keys: [keyOf(name)], statusMs: 0 }) as const;

interface Played {
  /** Kinds of the replies that were taken, start-up and plain ACKs left out. */
  readonly taken: readonly string[];
  readonly events: readonly AcuEvent[];
  /** Frames that were refused, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
}

const OWN = ["poll", "id", "cap", "chlng", "scrypt", "keyset"];
const DULL = ["ack", "pdid", "pdcap", "ccrypt", "rmac"];

class Stage {
  readonly taken: string[] = [];
  readonly events: AcuEvent[] = [];
  readonly refused: Record<string, string> = {};
  readonly acu: OsdpAcu;
  #nowMs = 0;
  #said: Uint8Array | undefined;

  constructor({ sessions = [] }: OsdpVectorFile, keys: readonly AcuKey[]) {
    const randoms = sessions.map(({ cpRandom }) => fromHex(cpRandom));
    const random = (bytes: number) => randoms.shift() ?? new Uint8Array(bytes);
    const security = keys.length > 0 ? "required" : "off";
    this.acu = new OsdpAcu({ address: 1, security, keys, random, statusMs: 0 });
  }

  play(frame: OsdpVector): void {
    this.#nowMs = Math.max(this.#nowMs, frame.tMs ?? 0);
    if (frame.direction === "cp-to-pd") this.#say(frame);
    else if (frame.delivered !== false) this.#hear(frame);
    this.events.push(...this.acu.drain());
  }

  #say(frame: OsdpVector): void {
    const recorded = fromHex(frame.hex);
    const isRestart = frame.fields.control.sequence === 0 && frame.fields.codeName === "osdp_ID";
    // The recorded side starts over where ours would first repeat.
    if (isRestart && this.#said !== undefined) while (this.acu.missed());
    else if (this.#said !== undefined) this.acu.missed();
    const command = osdpCommands.decode(frame.fields.code, fromHex(frame.fields.plaintext ?? frame.fields.payload));
    const isRepeat = this.#said !== undefined && toHex(this.#said) === toHex(recorded);
    if (!OWN.includes(command.kind) && !isRepeat)
      this.acu.add({ id: frame.name, command, expiresMs: Number.POSITIVE_INFINITY });
    if (frame.name === "secure-keyset/013-keyset") this.acu.want(keyOf("key-2"));
    this.#said = this.acu.next(this.#nowMs);
    expect(this.#said && toHex(this.#said), frame.name).toBe(toHex(recorded));
  }

  #hear(frame: OsdpVector): void {
    for (const piece of new Splitter(osdpFraming()).push(fromHex(frame.hex)))
      if (piece.kind === "frame") this.#hearFrame(frame.name, piece.bytes);
  }

  #hearFrame(name: string, bytes: Uint8Array): void {
    try {
      const heard = this.acu.hear(bytes);
      if (heard.kind === "answer" && !DULL.includes(heard.reply.kind)) this.taken.push(heard.reply.kind);
      this.acu.take(heard, this.#nowMs);
      if (heard.kind === "answer") this.#said = undefined;
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.refused[name] = error.message;
    }
  }
}

function play(scenario: string, keys: readonly (keyof typeof KEYS)[], upTo?: string): Played {
  const file = readOsdpVectors(scenario);
  const stage = new Stage(file, keys.map(keyOf));
  for (const frame of file.frames ?? []) {
    stage.play(frame);
    if (upTo !== undefined && frame.name.endsWith(upTo)) break;
  }
  return stage;
}

const kinds = ({ events }: Played) => events.map(({ kind }) => kind);

test("a secure session: handshake, polls, commands and events", () => {
  const { taken, refused } = play("secure-scbk", ["key-1"]);
  expect(refused).toEqual({});
  expect(taken.filter((kind) => kind === "raw" || kind === "keypad").length).toBeGreaterThan(0);
});

test("events on a plain line", () => {
  const played = play("plaintext-events", []);
  const { taken } = played;
  expect(taken.filter((kind) => kind === "raw")).toHaveLength(4);
  expect(taken.filter((kind) => kind === "keypad")).toHaveLength(4);
  expect(taken.filter((kind) => kind === "lstatr")).toHaveLength(4);
  expect(kinds(played)[0]).toBe("online");
});

test("loss inside the session: the same bytes again, and one card for two deliveries", () => {
  const played = play("secure-retries", ["key-1"]);
  expect(played.taken).toEqual(["raw"]);
  expect(kinds(played)).toEqual(["proved", "online", "done"]);
});

test("loss on a plain line", () => {
  expect(play("plaintext-retries", []).refused).toEqual({});
});

test("malformed replies on a plain line give no event, and the line lives on", () => {
  const { frames = [] } = readOsdpVectors("plaintext-cp-rejects");
  // The recorded side starts over after each, ours goes on: each is a dialogue of its own.
  const starts = frames.flatMap(({ fields }, at) => (fields.codeName === "osdp_ID" ? [at] : []));
  const outcomes = starts.map((start, n) => {
    const stage = new Stage({ scenario: "" }, []);
    for (const frame of frames.slice(start, starts[n + 1])) stage.play(frame);
    const said = stage.acu.next(10_000);
    return { taken: stage.taken, says: said && decodeOsdpFrame(said).code, kinds: kinds(stage) };
  });
  const goesOn = { says: 0x60, kinds: ["online"] };
  expect(outcomes).toEqual([
    { taken: ["unreadable"], ...goesOn },
    { taken: ["unreadable"], ...goesOn },
    { taken: [], ...goesOn },
    { taken: [], ...goesOn },
  ]);
});

test("forged replies inside a session are refused, and the line lives on", () => {
  const played = play("secure-cp-rejects", ["key-1"]);
  expect(played.taken).toEqual([]);
  expect(Object.keys(played.refused)).toEqual(["secure-cp-rejects/015-raw", "secure-cp-rejects/030-ack"]);
  expect(kinds(played)).not.toContain("offline");
});

test("a wrong key: the reader is refused and nothing is said in the clear but what finds that out", () => {
  const [, pdid, , pdcap, , ccrypt] = readOsdpVectors("secure-wrong-key").frames ?? [];
  const acu = new OsdpAcu({ ...secured("key-2"), random: (bytes) => new Uint8Array(bytes).fill(7) });
  const asked: number[] = [];
  for (let nowMs = 0; nowMs < 20_000; nowMs += 100) {
    const said = acu.next(nowMs);
    if (said === undefined) continue;
    const { code, sequence } = decodeOsdpFrame(said);
    asked.push(code);
    const recorded = { 97: pdid, 98: pdcap, 118: ccrypt }[code];
    const answer = { ...decodeOsdpFrame(fromHex(recorded?.hex ?? "")), sequence };
    acu.take(acu.hear(encodeOsdpFrame(answer)), nowMs);
  }
  // Once, and once more to be sure of it.
  expect(asked).toEqual([0x61, 0x62, 0x76, 0x61, 0x62, 0x76]);
  expect(acu.drain()).toEqual([
    { kind: "refused", why: "wrong-key", detail: "it has another key" },
    { kind: "offline" },
  ]);
});

test("a new key is given inside the session, and the next session proves it", () => {
  const played = play("secure-keyset", ["key-1"]);
  expect(played.events.filter(({ kind }) => kind === "proved")).toEqual([
    { kind: "proved", key: "key-1" },
    { kind: "proved", key: "key-2" },
  ]);
  expect(kinds(played)).not.toContain("offline");
});

test("a reader without a key is given its own inside the window", () => {
  const file = readOsdpVectors("secure-scbkd-install");
  const stage = new Stage(file, [keyOf("key-1")]);
  stage.acu.openWindow(300_000, 0);
  for (const frame of file.frames ?? []) stage.play(frame);
  expect(stage.refused).toEqual({});
  expect(stage.taken).toEqual(["raw"]);
  expect(kinds(stage).slice(0, 3)).toEqual(["proved", "window-closed", "online"]);
});

test("a reader that lost its session says so in the clear, and gets a new one", () => {
  const played = play("secure-link-lost", ["key-1"]);
  expect(played.events.filter(({ kind }) => kind === "proved")).toHaveLength(2);
});

test("a reader that knows no CRC is spoken to with checksums", () => {
  expect(play("plaintext-checksum-mode", []).refused).toEqual({});
});

test("BUSY is no answer: the same bytes go out again under the same number", () => {
  const played = play("plaintext-busy", [], "011-busy");
  expect(kinds(played)).toEqual(["online"]);
});
