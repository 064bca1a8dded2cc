/** RFC 2217: a serial port over telnet, whose rate and parity the client sets. Bytes to text and commands, both ways; no I/O. */
import type { WireFormat } from "./address.ts";

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SUB = 250;
const END = 240;
const BINARY = 0;
const SUPPRESS_GO_AHEAD = 3;
export const COM_PORT = 44;

const SET_BAUD = 1;
const SET_DATA = 2;
const SET_PARITY = 3;
const SET_STOP = 4;
/** A server answers with the number of the request and this. */
const ANSWER = 100;
const PARITY: Readonly<Record<WireFormat["parity"], number>> = { none: 1, odd: 2, even: 3 };

const MAX_SUB_BYTES = 64;

/** What a server said beside the bytes of the line. */
export type ComPortEvent =
  | { readonly kind: "option"; readonly option: number; readonly granted: boolean }
  /** It set the rate, and to which. */
  | { readonly kind: "baud"; readonly baud: number };

/** What a client says first: binary both ways, and may it set the port. */
export const GREETING = Uint8Array.of(
  ...[IAC, WILL, BINARY, IAC, DO, BINARY, IAC, WILL, SUPPRESS_GO_AHEAD, IAC, DO, SUPPRESS_GO_AHEAD],
  ...[IAC, WILL, COM_PORT],
);

const setting = (what: number, ...value: readonly number[]): number[] => [
  ...[IAC, SUB, COM_PORT, what],
  ...value.flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])),
  ...[IAC, END],
];

export function baudRequest(baud: number): Uint8Array {
  return Uint8Array.from(setting(SET_BAUD, baud >>> 24, (baud >>> 16) & 0xff, (baud >>> 8) & 0xff, baud & 0xff));
}

/** Everything but the rate. */
export function formatRequest({ parity, dataBits, stopBits }: WireFormat): Uint8Array {
  return Uint8Array.from([
    ...setting(SET_DATA, dataBits),
    ...setting(SET_PARITY, PARITY[parity]),
    ...setting(SET_STOP, stopBits),
  ]);
}

/** Bytes for the line, as they travel. */
export function escaped(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(IAC)) return bytes;
  return Uint8Array.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

/** One connection's incoming side. Holds at most one command. */
export class ComPortReader {
  #state: "data" | "command" | "option" | "sub" | "sub-command" = "data";
  #verb = 0;
  #sub: number[] = [];
  #replies: number[] = [];

  /** The bytes of the line, what the server said, and what must be answered to it. */
  read(chunk: Uint8Array): {
    readonly bytes: Uint8Array;
    readonly events: readonly ComPortEvent[];
    readonly reply: Uint8Array;
  } {
    const bytes: number[] = [];
    const events: ComPortEvent[] = [];
    this.#replies = [];
    for (const byte of chunk) {
      const found = this.#step(byte, bytes);
      if (found !== undefined) events.push(found);
    }
    return { bytes: Uint8Array.from(bytes), events, reply: Uint8Array.from(this.#replies) };
  }

  #step(byte: number, bytes: number[]): ComPortEvent | undefined {
    switch (this.#state) {
      case "data":
        if (byte === IAC) this.#state = "command";
        else bytes.push(byte);
        return undefined;
      case "command":
        this.#state = "data";
        if (byte === IAC) bytes.push(byte);
        else if (byte === SUB) {
          this.#sub = [];
          this.#state = "sub";
        } else if (byte >= WILL) {
          this.#verb = byte;
          this.#state = "option";
        }
        return undefined;
      case "option":
        this.#state = "data";
        return this.#option(byte);
      case "sub":
        if (byte === IAC) this.#state = "sub-command";
        else if (this.#sub.length < MAX_SUB_BYTES) this.#sub.push(byte);
        return undefined;
      case "sub-command":
        this.#state = byte === END ? "data" : "sub";
        if (byte === END) return subEvent(this.#sub);
        if (byte === IAC) this.#sub.push(byte);
        return undefined;
    }
  }

  /** Only what was offered is used; everything else a server proposes is declined. */
  #option(option: number): ComPortEvent | undefined {
    const ours = option === BINARY || option === SUPPRESS_GO_AHEAD || option === COM_PORT;
    if (!ours && this.#verb === DO) this.#replies.push(IAC, WONT, option);
    if (!ours && this.#verb === WILL) this.#replies.push(IAC, DONT, option);
    if (this.#verb === DO) return { kind: "option", option, granted: true };
    if (this.#verb === DONT) return { kind: "option", option, granted: false };
    return undefined;
  }
}

function subEvent([option, what, ...value]: readonly number[]): ComPortEvent | undefined {
  if (option !== COM_PORT || what !== SET_BAUD + ANSWER || value.length < 4) return undefined;
  return { kind: "baud", baud: value.slice(0, 4).reduce((sum, byte) => sum * 256 + byte, 0) };
}
