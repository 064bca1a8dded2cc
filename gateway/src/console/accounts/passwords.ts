/** Passwords: scrypt on the thread pool, one at a time, with a queue that is short. */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { Refusal } from "../refusal.ts";

/** 2^15 x 8 x 128 bytes: 32 MiB a hash, which is why only one runs at a time. */
const LOG2_N = 15;
const BLOCKS = 8;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MAX_WAITING = 8;
/** Of them, places only for those who signed in from here before: strangers cannot fill the queue. */
const KEPT_FOR_KNOWN = 4;

interface Waiting {
  readonly known: boolean;
  readonly start: () => void;
}

/** `known` callers go first. */
export class Passwords {
  readonly #queue: Waiting[] = [];
  #running = false;
  /** For names that do not exist, so that they take as long as those that do. */
  #nobody: string | undefined;

  /** `scrypt$15$8$SALT$HASH`. Throws Refusal `busy` when too many wait. */
  async hash(password: string, known = true): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#derive(password, salt, LOG2_N, BLOCKS, known);
    return ["scrypt", LOG2_N, BLOCKS, salt.toString("base64url"), key.toString("base64url")].join("$");
  }

  /** As slow without a hash as with one. Throws Refusal `busy` when too many wait. */
  async matches(password: string, stored: string | undefined, known: boolean): Promise<boolean> {
    this.#nobody ??= ["scrypt", LOG2_N, BLOCKS, randomBytes(SALT_BYTES).toString("base64url"), "A".repeat(43)].join(
      "$",
    );
    const [, log2n, blocks, salt = "", hash = ""] = (stored ?? this.#nobody).split("$");
    const wanted = Buffer.from(hash, "base64url");
    const found = await this.#derive(password, Buffer.from(salt, "base64url"), Number(log2n), Number(blocks), known);
    return wanted.length === found.length && timingSafeEqual(wanted, found) && stored !== undefined;
  }

  async #derive(password: string, salt: Buffer, log2n: number, blocks: number, known: boolean): Promise<Buffer> {
    await this.#turn(known);
    try {
      return await new Promise((resolve, reject) => {
        const options = { N: 2 ** log2n, r: blocks, p: 1, maxmem: 2 ** log2n * blocks * 256 };
        scrypt(password.normalize("NFC"), salt, KEY_BYTES, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      });
    } finally {
      this.#running = false;
      this.#next();
    }
  }

  #turn(known: boolean): Promise<void> {
    const room = known ? MAX_WAITING : MAX_WAITING - KEPT_FOR_KNOWN;
    if (this.#queue.length >= room) throw new Refusal("busy", { retryAfterSeconds: 2, values: { seconds: 2 } });
    return new Promise((resolve) => {
      this.#queue.push({ known, start: resolve });
      this.#next();
    });
  }

  #next(): void {
    if (this.#running) return;
    const index = this.#queue.findIndex(({ known }) => known);
    const [next] = this.#queue.splice(Math.max(0, index), 1);
    if (next === undefined) return;
    this.#running = true;
    next.start();
  }
}

/** What everybody tries first. Undefined: fine. */
export function weaknessOf(password: string, name: string): "weak-password" | undefined {
  const text = password.toLowerCase();
  const distinct = new Set(text).size;
  const isRun = RUNS.some((run) => run.includes(text) || [...run].reverse().join("").includes(text));
  const words = name.length > 2 ? [...KNOWN, name.toLowerCase()] : KNOWN;
  const isKnown = words.some((word) => text.replaceAll(word, "").replace(/[\d!@#.]+/g, "").length < 3);
  return distinct < 5 || isRun || isKnown ? "weak-password" : undefined;
}

const RUNS: readonly string[] = ["01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm"];
const KNOWN: readonly string[] = ["password", "passw0rd", "gatehouse", "admin", "administrator", "welcome"];
