/** The claim of a new box: a code that is shown on the box alone, good once and for an hour. */
import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import type { Clock } from "@gatehouse/protocol";
import type { Vault } from "../../core/ports.ts";

const WINDOW_MS = 60 * 60_000;
/** Without letters and digits that look alike: 32 signs, so 10 of them are 50 bits. */
const SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const FILE = "claim.txt";

export interface OpenClaim {
  readonly code: string;
  readonly minutes: number;
}

export interface ClaimDeps {
  readonly vault: Vault;
  readonly clock: Clock;
  /** What stands in the file for whoever can read the state folder. */
  readonly describe: (claim: OpenClaim) => Promise<string>;
}

export class Claim {
  readonly #deps: ClaimDeps;
  #hash: Buffer | undefined;
  #untilMonoMs = 0;

  constructor(deps: ClaimDeps) {
    this.#deps = deps;
  }

  get isOpen(): boolean {
    return this.#hash !== undefined && this.#deps.clock.monoMs() < this.#untilMonoMs;
  }

  /** A new code, which replaces the one before. */
  async open(): Promise<OpenClaim> {
    const signs = Array.from({ length: 10 }, () => SIGNS[randomInt(SIGNS.length)]).join("");
    const code = `${signs.slice(0, 5)}-${signs.slice(5)}`;
    const claim = { code, minutes: WINDOW_MS / 60_000 };
    const text = await this.#deps.describe(claim);
    await this.#deps.vault.write(FILE, Buffer.from(text));
    this.#hash = hashOf(code);
    this.#untilMonoMs = this.#deps.clock.monoMs() + WINDOW_MS;
    return claim;
  }

  /** True once for the right code: nobody else can use it from this moment. */
  take(code: string): boolean {
    const wanted = this.#hash;
    if (!this.isOpen || wanted === undefined || !timingSafeEqual(wanted, hashOf(code))) return false;
    this.#hash = undefined;
    return true;
  }

  /** What was taken could not be used: the code counts again, until its time is over. */
  giveBack(code: string): void {
    this.#hash = hashOf(code);
  }

  async close(): Promise<void> {
    this.#hash = undefined;
    await this.#deps.vault.write(FILE, Buffer.from("This box is claimed. For a new code: gatehouse user claim\n"));
  }
}

const hashOf = (code: string): Buffer =>
  createHash("sha256")
    .update(code.toUpperCase().replace(/[^A-Z0-9]/g, ""))
    .digest();
