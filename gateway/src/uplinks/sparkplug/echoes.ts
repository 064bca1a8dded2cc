/** Messages that went out with QoS 0 and come back from the broker: nobody acknowledges them, so the broker has them when it hands them back. */
import { type Clock, LinkError } from "@gatehouse/protocol";
import { UnderWay } from "../under-way.ts";

export interface EchoesOptions {
  readonly clock: Clock;
  /** Without any message coming back for so long, ms of real time, `silent` is called. */
  readonly answerMs: number;
  silent(error: LinkError): void;
}

export class Echoes {
  readonly #underWay: UnderWay;
  readonly #waiting: { readonly payload: Buffer; readonly back: () => void }[] = [];

  constructor(options: EchoesOptions) {
    const { answerMs } = options;
    const why = `the broker handed nothing back within ${answerMs} ms (may this account publish NDATA, and read its own?)`;
    this.#underWay = new UnderWay(options, () => options.silent(new LinkError("timeout", why)));
  }

  /** Resolves when it is back. Throws LinkError when the link is lost first. */
  async of(payload: Buffer): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry = { payload, back: resolve };
    this.#waiting.push(entry);
    try {
      await this.#underWay.wait(promise);
    } finally {
      const index = this.#waiting.indexOf(entry);
      if (index >= 0) this.#waiting.splice(index, 1);
    }
  }

  /** In the order they went out; what nobody sent is left out. */
  heard(payload: Buffer): void {
    const index = this.#waiting.findIndex((entry) => entry.payload.equals(payload));
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.back();
  }

  fail(error: LinkError): void {
    this.#underWay.fail(error);
  }
}
