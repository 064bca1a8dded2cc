/** Who failed to sign in too often waits. One stranger, or many, never lock out somebody who signed in from there before. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Failures that cost nothing. */
const FREE_FAILURES = 5;
const FREE_FROM_ADDRESS = 20;
/** Of all strangers together, on one account: only a crowd gets so far. */
const FREE_FROM_ALL = 100;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** Forgotten after so long without a failure. */
const MEMORY_MS = 60 * 60_000;
const MAX_COUNTERS = 5_000;

interface Counter {
  failures: number;
  lastMs: number;
  untilMs: number;
}

/** Where an attempt comes from. */
export interface Attempt {
  readonly account: string;
  /** An address, or a /64 of IPv6: see {@link addressKey}. */
  readonly address: string;
  /** The device's own number, where it showed a device cookie of this account. */
  readonly device: string | undefined;
  /** The account signed in from this address before. */
  readonly addressKnown: boolean;
}

/**
 * Counters by (account, device) for known devices, by (account, address) for the others, by address over all accounts, and by account over
 * all strangers. A known device is bound by its own counter alone; a known address by its own and not by that of all strangers.
 */
export class LockOut {
  readonly #counters = new Map<string, Counter>();

  get size(): number {
    return this.#counters.size;
  }

  /** Ms to wait, 0 to go on. */
  waitMs(attempt: Attempt, monoMs: number): number {
    return Math.max(0, ...keysOf(attempt).map(({ key }) => (this.#counters.get(key)?.untilMs ?? 0) - monoMs));
  }

  /** Returns the pause that begins, 0 without one. */
  failed(attempt: Attempt, monoMs: number): number {
    return Math.max(...keysOf(attempt).map(({ key, free }) => this.#count(key, free, monoMs)));
  }

  succeeded(attempt: Attempt): void {
    const [own] = keysOf(attempt);
    if (own !== undefined) this.#counters.delete(own.key);
  }

  /** Of an account, the pause of strangers; undefined without one. */
  pausedUntilMs(account: string, monoMs: number): number | undefined {
    const until = this.#counters.get(`all ${account}`)?.untilMs ?? 0;
    return until > monoMs ? until : undefined;
  }

  /** A technician lifts what stands against an account. */
  forgive(account: string): void {
    for (const key of this.#counters.keys()) if (key.endsWith(` ${account}`)) this.#counters.delete(key);
  }

  #count(key: string, free: number, monoMs: number): number {
    const old = this.#counters.get(key);
    const failures = old === undefined || monoMs - old.lastMs > MEMORY_MS ? 1 : old.failures + 1;
    const pauseMs = failures < free ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - free));
    this.#counters.delete(key);
    this.#counters.set(key, { failures, lastMs: monoMs, untilMs: monoMs + pauseMs });
    if (this.#counters.size > MAX_COUNTERS) this.#dropOne(monoMs);
    return pauseMs;
  }

  /** The one that failed longest ago and pauses nobody; else simply the oldest. */
  #dropOne(monoMs: number): void {
    let first: string | undefined;
    for (const [key, { untilMs }] of this.#counters) {
      first ??= key;
      if (untilMs > monoMs) continue;
      this.#counters.delete(key);
      return;
    }
    if (first !== undefined) this.#counters.delete(first);
  }
}

function keysOf({
  account,
  address,
  device,
  addressKnown,
}: Attempt): { readonly key: string; readonly free: number }[] {
  if (device !== undefined) return [{ key: `device ${device} ${account}`, free: FREE_FAILURES }];
  const own = { key: `address ${address} ${account}`, free: FREE_FAILURES };
  if (addressKnown) return [own];
  return [own, { key: `from ${address}`, free: FREE_FROM_ADDRESS }, { key: `all ${account}`, free: FREE_FROM_ALL }];
}

/** IPv6 hosts own a whole /64, so they count as one; IPv4 in IPv6 is IPv4. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!plain.includes(":")) return plain;
  const [head = "", tail = ""] = plain.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === "" ? [] : tail.split(":");
  const zeros = plain.includes("::") ? Math.max(0, 8 - left.length - right.length) : 0;
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

/** What a device that signed in keeps: `NUMBER.MAC`, good for one account. */
export function deviceCookie(key: Uint8Array, account: string, device: string): string {
  return `${device}.${macOf(key, account, device)}`;
}

/** The device's number; undefined when the cookie was not made by this box for this account. */
export function deviceOf(key: Uint8Array, account: string, cookie: string | undefined): string | undefined {
  const [device = "", mac = ""] = (cookie ?? "").split(".");
  const wanted = Buffer.from(macOf(key, account, device));
  const given = Buffer.from(mac);
  return device !== "" && wanted.length === given.length && timingSafeEqual(wanted, given) ? device : undefined;
}

const macOf = (key: Uint8Array, account: string, device: string): string =>
  createHmac("sha256", key)
    .update(JSON.stringify([account, device]))
    .digest("base64url");
