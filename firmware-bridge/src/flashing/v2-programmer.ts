/** The programmer's side of STK500 version 2: every message has a checksum and a sequence, so that it is said again until its own answer is there. */
import {
  decodeV2Frame,
  encodeV2,
  encodeV2Frame,
  LinkError,
  RejectedError,
  readV2Answer,
  Splitter,
  type V2Answer,
  type V2Command,
  v2Framing,
} from "@gatehouse/protocol";
import type { BootLine } from "./boot-line.ts";
import type { Programmer } from "./programmer.ts";

const GREET_MS = 150;
const ANSWER_MS = 500;
const QUIET_MS = 30;
const TRIES = 6;
const SIGNATURE = [0, 1, 2];

export class V2Programmer implements Programmer {
  readonly #line: BootLine;
  #sequence = 0;

  constructor(line: BootLine) {
    this.#line = line;
  }

  async greet(): Promise<boolean> {
    return (await this.#once({ kind: "sign-on" }, GREET_MS))?.kind === "ok";
  }

  async signature(): Promise<number> {
    let signature = 0;
    for (const index of SIGNATURE) {
      const [byte = 0] = await this.#ask({ kind: "signature", index });
      signature = signature * 0x100 + byte;
    }
    return signature;
  }

  async enter(): Promise<void> {
    await this.#ask({ kind: "enter" });
  }

  async write(at: number, page: Uint8Array): Promise<void> {
    await this.#ask({ kind: "address", at }, { kind: "program", page });
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    return this.#ask({ kind: "address", at }, { kind: "read", length });
  }

  async leave(): Promise<void> {
    await this.#once({ kind: "leave" }, ANSWER_MS);
  }

  /** All of them in order, from the first one again when one fails: a page's command moves the address on. */
  async #ask(...commands: readonly V2Command[]): Promise<Uint8Array> {
    for (let tried = 0; tried < TRIES; tried++) {
      if (tried > 0) await this.#line.quiet(QUIET_MS);
      const data = await this.#all(commands);
      if (data !== undefined) return data;
    }
    throw new LinkError("timeout", "the bootloader has stopped answering");
  }

  async #all(commands: readonly V2Command[]): Promise<Uint8Array | undefined> {
    let data: Uint8Array | undefined;
    for (const command of commands) {
      const answer = await this.#once(command, ANSWER_MS);
      if (answer?.kind === "refused")
        throw new RejectedError(`the bootloader refused "${command.kind}" with status ${answer.status}`);
      if (answer?.kind !== "ok") return undefined;
      ({ data } = answer);
    }
    return data;
  }

  async #once(command: V2Command, withinMs: number): Promise<V2Answer | undefined> {
    this.#sequence = (this.#sequence + 1) & 0xff;
    const sequence = this.#sequence;
    return this.#line.ask(encodeV2Frame({ sequence, body: encodeV2(command) }), withinMs, (bytes) => {
      for (const piece of new Splitter(v2Framing).push(bytes)) {
        if (piece.kind !== "frame") continue;
        const frame = decodeV2Frame(piece.bytes);
        if (frame.sequence === sequence) return readV2Answer(command, frame.body);
      }
      return undefined;
    });
  }
}
