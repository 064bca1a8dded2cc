/** An ACU and a PD with a line between them that damages what it carries: seeded, on a clock that the test moves. */
import { fromHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { type AcuEvent, type AcuOptions, OsdpAcu } from "../osdp/acu.ts";
import { decodeOsdpFrame, type OsdpFrame, osdpFraming } from "../osdp/frame.ts";
import { createPd, type Pd } from "../osdp/pd/pd.ts";
import type { PdOptions } from "../osdp/pd/state.ts";
import { Splitter } from "../splitter.ts";
import { decodeCardBits, encodeWiegand } from "../wiegand.ts";
import { Random } from "./random.ts";

export const OWN_KEY = fromHex("00112233445566778899aabbccddeeff");
export const OTHER_KEY = fromHex("ffeeddccbbaa99887766554433221100");
const TURN_MS = 100;

export interface Damage {
  /** Chance that a byte has a wrong bit, and that a whole transmission is lost. */
  readonly wrong: number;
  readonly lost: number;
}

export const CLEAN: Damage = { wrong: 0, lost: 0 };

export class NoisyLine {
  readonly pd: Pd;
  readonly acu: OsdpAcu;
  readonly cards: number[] = [];
  readonly events: AcuEvent[] = [];
  /** What the ACU said, before any damage. */
  readonly said: OsdpFrame[] = [];
  damage = CLEAN;
  nowMs = 0;
  readonly #random: Random;

  constructor(
    seed: string,
    { pd = {}, acu = {} }: { readonly pd?: Partial<PdOptions>; readonly acu?: Partial<AcuOptions> } = {},
  ) {
    const random = new Random(seed);
    this.#random = random;
    const some = (count: number) => Uint8Array.from({ length: count }, () => random.int(0, 255));
    const identity = { vendor: Uint8Array.of(1, 2, 3), model: 4, version: 5, serial: 6, firmware: [1, 0, 0] as const };
    this.pd = createPd({ address: 5, identity, scbk: OWN_KEY, secureRequired: true, ...pd }, some);
    const keys = [{ name: "own", key: OWN_KEY }];
    this.acu = new OsdpAcu({ address: 5, security: "required", keys, random: some, statusMs: 5_000, ...acu });
  }

  turns(count: number): void {
    for (let turn = 0; turn < count; turn++) this.turn();
  }

  /** Kinds of what happened. */
  get kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  swipe(number: number): void {
    this.pd.push({ kind: "raw", reader: 0, format: 1, bits: 34, data: encodeWiegand(34, number >>> 16, number) });
  }

  turn(): void {
    this.nowMs += TURN_MS;
    const request = this.acu.next(this.nowMs);
    if (request !== undefined) this.said.push(decodeOsdpFrame(request));
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
      if (heard.kind === "answer" && heard.reply.kind === "raw" && this.acu.trusts(heard))
        this.cards.push(numberOf(heard.reply));
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
