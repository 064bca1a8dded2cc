/** The programmer's side of STK500 version 1. It has no checksum and no sequence: after anything odd it finds back by `sync`, and asks again. */
import { encodeV1, LinkError, readV1Answer, type V1Command, v1AnswerBytes } from "@gatehouse/protocol";
import type { BootLine } from "./boot-line.ts";
import type { Programmer } from "./programmer.ts";

const GREET_MS = 100;
const ANSWER_MS = 500;
const QUIET_MS = 30;
const TRIES = 5;
const SYNCS = 6;

export class V1Programmer implements Programmer {
  readonly #line: BootLine;

  constructor(line: BootLine) {
    this.#line = line;
  }

  async greet(): Promise<boolean> {
    return (await this.#once({ kind: "sync" }, GREET_MS)) !== undefined;
  }

  async signature(): Promise<number> {
    const [high = 0, middle = 0, low = 0] = await this.#ask({ kind: "signature" });
    return high * 0x1_0000 + middle * 0x100 + low;
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

  /** All of them in order, from the first one again when one fails; the last one's data. */
  async #ask(...commands: readonly V1Command[]): Promise<Uint8Array> {
    for (let tried = 0; tried < TRIES; tried++) {
      if (tried > 0 && !(await this.#findBack())) break;
      const data = await this.#all(commands);
      if (data !== undefined) return data;
    }
    throw new LinkError("timeout", "the bootloader has stopped answering");
  }

  async #all(commands: readonly V1Command[]): Promise<Uint8Array | undefined> {
    let data: Uint8Array | undefined;
    for (const command of commands) {
      data = await this.#once(command, ANSWER_MS);
      if (data === undefined) return undefined;
    }
    return data;
  }

  async #findBack(): Promise<boolean> {
    for (let tried = 0; tried < SYNCS; tried++) {
      await this.#line.quiet(QUIET_MS);
      if (await this.greet()) return true;
    }
    return false;
  }

  /** Undefined without an answer, and for one that is none. */
  async #once(command: V1Command, withinMs: number): Promise<Uint8Array | undefined> {
    const answer = await this.#line.ask(encodeV1(command), withinMs, (bytes) => {
      const read = readV1Answer(bytes, v1AnswerBytes(command));
      return read.kind === "waiting" ? undefined : read;
    });
    return answer?.kind === "ok" ? answer.data : undefined;
  }
}
