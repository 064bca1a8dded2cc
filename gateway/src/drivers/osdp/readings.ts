/** What a reader's replies mean as readings: facts as they come, states when they change. Knows the last states and nothing else. */
import { decodeCardBits, type OsdpReply, type UnreadableReply } from "@gatehouse/protocol";
import { Pseudonymized, Unreadable } from "../../core/ports.ts";
import type { OsdpDevice } from "./config.ts";

export interface Meaning {
  /** For accept. */
  readonly items: readonly unknown[];
  /** What the person at the door may be shown. */
  readonly card?: "read" | "unreadable";
}

const NOTHING: Meaning = { items: [] };
/** RSTATR: the reader behind this PD was opened. */
const READER_TAMPER = 2;

export class ReaderStates {
  readonly #device: string;
  readonly #config: OsdpDevice;
  readonly #pseudonym: (number: string) => string;
  /** Last told, by what it is about. */
  readonly #told = new Map<string, boolean>();
  #boxTamper: boolean | undefined;
  #readerTamper = false;

  constructor(device: string, config: OsdpDevice, pseudonym: (number: string) => string) {
    this.#device = device;
    this.#config = config;
    this.#pseudonym = pseudonym;
  }

  /** The reader was away: what it tells next is told on, whatever was known before. */
  forget(): void {
    this.#told.clear();
    this.#boxTamper = undefined;
    this.#readerTamper = false;
  }

  take(reply: OsdpReply | UnreadableReply): Meaning {
    switch (reply.kind) {
      case "raw":
        return this.#card(decodeCardBits(reply.bits, reply.data, this.#config.format));
      case "fmt":
        return this.#card(numberOf(reply.digits));
      case "keypad":
        // Of a PIN only its length is ever known outside this line.
        return { items: [this.#fact("keypad.entry", Math.min(64, reply.digits.length))] };
      case "lstatr":
        this.#boxTamper = reply.tamper !== 0;
        return { items: [...this.#tamper(), ...this.#state("power", reply.power !== 0, "power.fail", "power.ok")] };
      case "rstatr":
        this.#readerTamper = reply.states.includes(READER_TAMPER);
        return { items: this.#tamper() };
      case "istatr":
        return { items: [...reply.states].flatMap((state, input) => this.#input(input, state !== 0)) };
      case "ostatr":
        return { items: this.#lock(reply.states) };
      case "unreadable":
        return { items: [new Unreadable(this.#device, reply.reason)] };
      default:
        return NOTHING;
    }
  }

  #card(card: ReturnType<typeof decodeCardBits>): Meaning {
    if (!card.ok) return { items: [new Unreadable(this.#device, `card: ${card.reason}`)], card: "unreadable" };
    const credential = this.#pseudonym(card.number);
    return { items: [new Pseudonymized({ ...this.#fact("card.read"), credential })], card: "read" };
  }

  #tamper(): readonly unknown[] {
    if (this.#boxTamper === undefined && !this.#readerTamper) return [];
    return this.#state("tamper", this.#boxTamper === true || this.#readerTamper, "tamper.on", "tamper.off");
  }

  #input(input: number, on: boolean): readonly unknown[] {
    const { contact } = this.#config;
    if (contact?.input === input)
      return this.#state("contact", on === (contact.open === "on"), "door.opened", "door.closed");
    const key = `input ${input}`;
    // An input at rest is no news the first time.
    if (!on && !this.#told.has(key)) return [];
    return this.#state(key, on, "input.on", "input.off", input);
  }

  #lock(states: Uint8Array): readonly unknown[] {
    const { lock } = this.#config;
    const on = lock === undefined ? undefined : states[lock.output];
    return on === undefined ? [] : this.#state("lock", on !== 0, "lock.unlocked", "lock.locked");
  }

  #state(key: string, on: boolean, kindOn: string, kindOff: string, value?: number): readonly unknown[] {
    if (this.#told.get(key) === on) return [];
    this.#told.set(key, on);
    return [this.#fact(on ? kindOn : kindOff, value)];
  }

  #fact(kind: string, value?: number) {
    return { device: this.#device, kind, ...(value === undefined ? {} : { value }) };
  }
}

/** A card number that an old reader sends as decimal text. */
function numberOf(digits: Uint8Array): ReturnType<typeof decodeCardBits> {
  const text = String.fromCharCode(...digits).trim();
  if (!/^\d{1,40}$/.test(text)) return { ok: false, reason: "its text is no number" };
  return { ok: true, number: BigInt(text).toString(16).toUpperCase() };
}
