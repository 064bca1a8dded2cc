/** Our ACU against our PD through a line that flips bits, drops and splits: no card is lost, none is made up, the session comes back. */
import { expect, test } from "vitest";
import { fromHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { Splitter } from "../splitter.ts";
import { Random } from "../testing/random.ts";
import { decodeCardBits, encodeWiegand } from "../wiegand.ts";
import { type AcuEvent, OsdpAcu } from "./acu.ts";
import { osdpFraming } from "./frame.ts";
import { createPd, type Pd } from "./pd/pd.ts";

const KEY = fromHex("00112233445566778899aabbccddeeff");
const OTHER_KEY = fromHex("ffeeddccbbaa99887766554433221100");
const TURN_MS = 100;

interface Damage {
  /** Chance that a byte has a wrong bit, and that a whole transmission is lost. */
  readonly wrong: number;
  readonly lost: number;
}

const CLEAN: Damage = { wrong: 0, lost: 0 };

class NoisyLine {
  readonly pd: Pd;
  readonly acu: OsdpAcu;
  readonly cards: number[] = [];
  readonly events: AcuEvent[] = [];
  damage = CLEAN;
  nowMs = 0;
  readonly #random: Random;

  constructor(seed: string, { secure = true, pdKey = KEY } = {}) {
    const random = new Random(seed);
    this.#random = random;
    const some = (count: number) => Uint8Array.from({ length: count }, () => random.int(0, 255));
    const identity = { vendor: Uint8Array.of(1, 2, 3), model: 4, version: 5, serial: 6, firmware: [1, 0, 0] as const };
    this.pd = createPd({ address: 5, identity, scbk: pdKey, secureRequired: secure }, some);
    this.acu = new OsdpAcu({
      address: 5,
      security: secure ? "required" : "off",
      keys: secure ? [{ name: "own", key: KEY }] : [],
      random: some,
      statusMs: 5_000,
    });
  }

  swipe(number: number): void {
    this.pd.push({ kind: "raw", reader: 0, format: 1, bits: 34, data: encodeWiegand(34, number >>> 16, number) });
  }

  turn(): void {
    this.nowMs += TURN_MS;
    const request = this.acu.next(this.nowMs);
    if (request !== undefined && !this.#answered(request)) this.acu.missed();
    this.events.push(...this.acu.drain());
  }

  /** One exchange; what comes too late or damaged is silence. */
  #answered(request: Uint8Array): boolean {
    const back = new Splitter(osdpFraming());
    let answered = false;
    for (const frame of this.#carry(request, new Splitter(osdpFraming()))) {
      const reply = this.pd.hear(frame, this.nowMs);
      if (reply === undefined) continue;
      for (const heard of this.#carry(reply, back)) answered ||= this.#take(heard);
    }
    return answered;
  }

  #take(bytes: Uint8Array): boolean {
    try {
      const heard = this.acu.hear(bytes);
      if (heard.kind === "elsewhere") return false;
      if (heard.kind === "answer" && heard.reply.kind === "raw") this.cards.push(numberOf(heard.reply));
      this.acu.take(heard, this.nowMs);
      return true;
    } catch (error) {
      if (error instanceof FrameError) return false;
      throw error;
    }
  }

  /** Whole frames that arrive at the far end. */
  #carry(bytes: Uint8Array, splitter: Splitter): Uint8Array[] {
    if (this.#random.chance(this.damage.lost)) return [];
    const noisy = bytes.map((byte) =>
      this.#random.chance(this.damage.wrong) ? byte ^ (1 << this.#random.int(0, 7)) : byte,
    );
    const cut = this.#random.int(0, noisy.length);
    const pieces = [
      ...splitter.push(noisy.subarray(0, cut)),
      ...splitter.push(noisy.subarray(cut)),
      ...splitter.flush(),
    ];
    return pieces.flatMap((piece) => (piece.kind === "frame" ? [piece.bytes] : []));
  }
}

function numberOf({ bits, data }: { readonly bits: number; readonly data: Uint8Array }): number {
  const card = decodeCardBits(bits, data, "wiegand34");
  if (!card.ok) throw new RangeError(card.reason);
  return Number.parseInt(card.number, 16);
}

const isUnique = (list: readonly number[]) => new Set(list).size === list.length;

test.each(["first", "second", "third"])(
  "every card the reader still holds arrives through noise, in order (seed %s)",
  (seed) => {
    const line = new NoisyLine(seed);
    const random = new Random(`cards of ${seed}`);
    const swiped: number[] = [];
    line.damage = { wrong: 0.004, lost: 0.05 };
    for (let turn = 0; turn < 6_000; turn++) {
      if (random.chance(0.02)) {
        swiped.push(swiped.length + 1);
        line.swipe(swiped.length);
      }
      line.turn();
    }
    line.damage = CLEAN;
    for (let turn = 0; turn < 600; turn++) line.turn();
    expect(line.pd.events).toEqual({ waiting: 0, lost: 0 });
    expect(line.cards.filter((card, at) => line.cards.indexOf(card) === at)).toEqual(swiped);
    expect(swiped.length).toBeGreaterThan(80);
    expect(line.pd.isSecure).toBe(true);
    expect(line.acu.isOnline).toBe(true);
    expect(line.events.map(({ kind }) => kind)).toContain("resumed");
    expect(line.events.map(({ kind }) => kind)).not.toContain("refused");
  },
);

test("a clean line gives every card once", () => {
  const line = new NoisyLine("clean");
  for (let card = 1; card <= 200; card++) {
    line.swipe(card);
    line.turn();
    line.turn();
  }
  for (let turn = 0; turn < 20; turn++) line.turn();
  expect(isUnique(line.cards)).toBe(true);
  expect(line.cards).toHaveLength(200);
});

test.each(["one", "two"])("with the wrong key nothing a reader says is ever taken, however noisy (seed %s)", (seed) => {
  const line = new NoisyLine(seed, { pdKey: OTHER_KEY });
  line.damage = { wrong: 0.002, lost: 0.02 };
  for (let turn = 0; turn < 12_000; turn++) {
    if (turn % 50 === 0) line.swipe(turn + 1);
    line.turn();
  }
  expect(line.cards).toEqual([]);
  expect(line.acu.isOnline).toBe(false);
  expect(line.events).toContainEqual({ kind: "refused", why: "wrong-key", detail: expect.any(String) });
  expect(line.events.map(({ kind }) => kind)).not.toContain("online");
});

test("a reader that does not insist on security is not listened to in the clear either", () => {
  const line = new NoisyLine("lax", { pdKey: OTHER_KEY });
  const lax = new NoisyLine("lax in the clear", { secure: false });
  lax.swipe(7);
  for (let turn = 0; turn < 50; turn++) {
    line.turn();
    lax.turn();
  }
  expect(lax.cards).toEqual([7]);
  expect(line.cards).toEqual([]);
});

test("a reader that is switched off is reported once, and comes back by itself", () => {
  const line = new NoisyLine("power");
  for (let turn = 0; turn < 20; turn++) line.turn();
  line.damage = { wrong: 0, lost: 1 };
  for (let turn = 0; turn < 100; turn++) line.turn();
  line.damage = CLEAN;
  for (let turn = 0; turn < 100; turn++) line.turn();
  const standing = line.events.map(({ kind }) => kind).filter((kind) => kind === "online" || kind === "offline");
  expect(standing).toEqual(["online", "offline", "online"]);
});
