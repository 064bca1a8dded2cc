/** Optiboot's side of STK500 version 1: what a bootloader answers, byte by byte, and when it gives up. Pure. */
import { BootFlash, type TargetOptions, type TargetStep } from "./boot-flash.ts";
import { V1 } from "./v1.ts";

/** Version as Optiboot 6.2 tells it. */
const PARAMETERS: Readonly<Record<number, number>> = { 129: 6, 130: 2 };
const OTHER_PARAMETER = 3;
const SIGNATURE_ADDRESS_OP = 0x30;

/** Bytes of a command before its end mark; a page's come on top. */
const ARGUMENTS: Readonly<Record<number, number>> = {
  [V1.getParameter]: 1,
  [V1.setDevice]: 20,
  [V1.setDeviceExtended]: 5,
  [V1.address]: 2,
  [V1.universal]: 4,
  [V1.program]: 3,
  [V1.read]: 3,
};

export class V1Target {
  readonly #flash: BootFlash;
  #held: number[] = [];
  #at = 0;
  #dead = false;

  constructor(options: TargetOptions) {
    this.#flash = new BootFlash(options);
  }

  /** A byte where the end mark should stand ends the bootloader, as a lost one does. */
  hear(bytes: Uint8Array): TargetStep {
    const answers: Uint8Array[] = [];
    for (const byte of this.#dead ? [] : bytes) {
      this.#held.push(byte);
      if (this.#held.length < this.#wanted()) continue;
      const command = Uint8Array.from(this.#held.slice(0, -1));
      const ended = this.#held.at(-1) === V1.end;
      this.#held = [];
      if (!ended) return { answers, leaves: true };
      const data = this.#obey(command);
      if (data === undefined) return { answers, leaves: false };
      answers.push(Uint8Array.of(V1.inSync, ...data, V1.ok));
      if (command[0] === V1.leave) return { answers, leaves: true };
    }
    return { answers, leaves: false };
  }

  /** Length of the command that is coming in, as far as it is known, with its end mark. */
  #wanted(): number {
    const [code = 0, high = 0, low = 0] = this.#held;
    const page = code === V1.program && this.#held.length >= 3 ? high * 0x100 + low : 0;
    return 1 + (ARGUMENTS[code] ?? 0) + page + 1;
  }

  /** The data of its answer; undefined when it has died. */
  #obey(command: Uint8Array): Iterable<number> | undefined {
    const [code = 0, first = 0, second = 0, third = 0] = command;
    switch (code) {
      case V1.getParameter:
        return [PARAMETERS[first] ?? OTHER_PARAMETER];
      case V1.address:
        this.#at = (first + second * 0x100) * 2;
        return [];
      case V1.signature:
        return this.#flash.signature;
      case V1.universal:
        return [first === SIGNATURE_ADDRESS_OP ? (this.#flash.signature[third & 3] ?? 0) : 0];
      case V1.read:
        return this.#flash.read(this.#at, first * 0x100 + second);
      case V1.program:
        if (this.#flash.program(this.#at, command.subarray(4))) return [];
        this.#dead = true;
        return undefined;
      default:
        return [];
    }
  }
}
