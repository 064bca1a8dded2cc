/** A reader's keys: the site file's, or the gateway's own, which it makes, stores, hands over and only then believes. */
import { createHash, randomBytes } from "node:crypto";
import { type AcuKey, RejectedError } from "@gatehouse/protocol";
import type { Clock } from "../../core/ports.ts";
import { hexOf, type ReaderMemory } from "./reader-memory.ts";

const KEY_BYTES = 16;

export class ReaderKeys {
  readonly memory: ReaderMemory;
  readonly #site: Uint8Array | undefined;
  readonly #clock: Clock;

  constructor(memory: ReaderMemory, site: Uint8Array | undefined, clock: Clock) {
    this.memory = memory;
    this.#site = site;
    this.#clock = clock;
  }

  /** The wanted one first, then those the reader may still have. */
  get candidates(): readonly AcuKey[] {
    const keys = [this.#site, this.memory.pending, this.memory.current].filter((key) => key !== undefined);
    return keys.map(named).filter((key, at, all) => all.findIndex(({ name }) => name === key.name) === at);
  }

  /** `secure: install` stands in the site file and has not had its window, and no key was ever proved. */
  get wantsSiteWindow(): boolean {
    const { current, siteWindowUsed } = this.memory.state;
    return current === undefined && siteWindowUsed !== true;
  }

  /** On disk before the window opens, so that a reader that took the key is never without us knowing it. */
  async prepareInstall(forMs: number): Promise<AcuKey> {
    const window = { wallMs: this.#clock.nowMs(), monoMs: this.#clock.monoMs(), forMs };
    if (this.#site !== undefined) {
      await this.memory.change({ window });
      return named(this.#site);
    }
    const pending = this.memory.state.pending ?? hexOf(randomBytes(KEY_BYTES));
    await this.memory.change({ window, pending });
    return named(Buffer.from(pending, "hex"));
  }

  /** The next key, stored beside the one in use. Throws RejectedError where the gateway does not own the key. */
  async prepareNext(): Promise<AcuKey> {
    if (this.#site !== undefined)
      throw new RejectedError("its key stands in the site file: change it there, and on the reader");
    if (this.memory.current === undefined)
      throw new RejectedError("it has no key of its own yet: gatehouse osdp install gives it one");
    const pending = this.memory.state.pending ?? hexOf(randomBytes(KEY_BYTES));
    await this.memory.change({ pending });
    return named(Buffer.from(pending, "hex"));
  }

  /** The reader has shown that it has this key: the others are not needed any more. */
  async proved(name: string): Promise<void> {
    const { memory } = this;
    if (this.#site !== undefined && named(this.#site).name === name)
      await memory.change({ current: undefined, pending: undefined });
    else if (memory.pending !== undefined && named(memory.pending).name === name)
      await memory.change({ current: memory.state.pending, pending: undefined });
  }

  /** The reader did not take it. */
  async refused(name: string): Promise<void> {
    const { memory } = this;
    const isPending = memory.pending !== undefined && named(memory.pending).name === name;
    if (isPending && memory.current !== undefined) await memory.change({ pending: undefined });
  }
}

/** Named by a digest that tells nothing of a random key. */
const named = (key: Uint8Array): AcuKey => ({
  name: createHash("sha256").update("osdp").update(key).digest("hex").slice(0, 12),
  key,
});
