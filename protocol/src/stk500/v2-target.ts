/** The ATmega2560 bootloader's side of STK500 version 2: damaged frames are dropped, whole ones answered under their sequence. Pure. */
import { Splitter } from "../splitter.ts";
import { BootFlash, type TargetOptions, type TargetStep } from "./boot-flash.ts";
import { V2 } from "./v2.ts";
import { decodeV2Frame, encodeV2Frame, v2Framing } from "./v2-frame.ts";

const NAME = new TextEncoder().encode("AVRISP_2");
const PROGRAM_HEADER = 10;
const OP_SIGNATURE = 0x30;
/** Hardware and software version, as avrdude asks for them. */
const PARAMETERS: Readonly<Record<number, number>> = { 144: 15, 145: 2, 146: 10 };

export class V2Target {
  readonly #flash: BootFlash;
  readonly #splitter = new Splitter(v2Framing);
  #at = 0;
  #dead = false;

  constructor(options: TargetOptions) {
    this.#flash = new BootFlash(options);
  }

  hear(bytes: Uint8Array): TargetStep {
    const answers: Uint8Array[] = [];
    for (const piece of this.#dead ? [] : this.#splitter.push(bytes)) {
      if (piece.kind === "noise") continue;
      const { sequence, body } = decodeV2Frame(piece.bytes);
      const answer = this.#obey(body);
      if (answer === undefined) break;
      answers.push(encodeV2Frame({ sequence, body: Uint8Array.of(body[0] as number, ...answer) }));
      if (body[0] === V2.leave) return { answers, leaves: true };
    }
    return { answers, leaves: false };
  }

  /** The line has fallen silent: half a frame is forgotten. */
  silence(): void {
    this.#splitter.flush();
  }

  /** What follows the command's code in its answer; undefined when it has died. */
  #obey(body: Uint8Array): Iterable<number> | undefined {
    const [code = 0, ...rest] = body;
    const [high = 0, low = 0] = rest;
    switch (code) {
      case V2.signOn:
        return [V2.ok, NAME.length, ...NAME];
      case V2.setParameter:
      case V2.enter:
      case V2.leave:
        return [V2.ok];
      case V2.getParameter:
        return [V2.ok, PARAMETERS[high] ?? 0];
      case V2.address:
        this.#at = wordAddress(rest) * 2;
        return [V2.ok];
      case V2.program: {
        const at = this.#at;
        this.#at += high * 0x100 + low;
        if (this.#flash.program(at, body.slice(PROGRAM_HEADER))) return [V2.ok];
        this.#dead = true;
        return undefined;
      }
      case V2.read: {
        const length = high * 0x100 + low;
        const data = this.#flash.read(this.#at, length);
        this.#at += length;
        return [V2.ok, ...data, V2.ok];
      }
      case V2.signature:
        return [V2.ok, this.#flash.signature[rest[3] ?? 0] ?? 0, V2.ok];
      case V2.multi:
        return [V2.ok, 0, rest[3] ?? 0, 0, this.#multi(rest), V2.ok];
      default:
        return [code === V2.erase ? V2.failed : V2.unknown];
    }
  }

  /** Four bytes as a programmer over SPI would send them to the chip: only the signature is known. */
  #multi([, , , op, , index = 0]: readonly number[]): number {
    return op === OP_SIGNATURE ? (this.#flash.signature[index] ?? 0) : 0;
  }
}

/** Without the bit that says "extended". */
const wordAddress = ([top = 0, second = 0, third = 0, low = 0]: readonly number[]): number =>
  (((top & 0x7f) * 0x100 + second) * 0x100 + third) * 0x100 + low;
