/** What every request must pass before anything looks at it: the host it names, the site it comes from, how often it comes. */
import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "@gatehouse/protocol";
import { addressKey } from "../accounts/lock-out.ts";
import { Refusal } from "../refusal.ts";

/** `HOST[:PORT]` without the port and brackets, in small letters; undefined for anything else. */
export function hostNameOf(host: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]/@\s]+)(?::\d{1,5})?$/i.exec(host ?? "");
  return match?.[1]
    ?.replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

/**
 * Against DNS rebinding: a foreign page can point its own name at this box, but then the request carries that name.
 * Throws Refusal `wrong-host`.
 */
export function checkHost(host: string | undefined, hosts: () => ReadonlySet<string>): void {
  const name = hostNameOf(host);
  if (name === undefined || !hosts().has(name)) throw new Refusal("wrong-host");
}

/** Nobody else's page may act here. Browsers name where a request comes from; what names nothing is no browser. Throws Refusal `foreign-origin`. */
export function checkOrigin({ origin, host, ...headers }: IncomingHttpHeaders, secure: boolean): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") throw new Refusal("foreign-origin");
  if (origin !== undefined && origin !== `${secure ? "https" : "http"}://${host}`) throw new Refusal("foreign-origin");
}

export interface RateLimits {
  readonly perSecond: number;
  /** At once. */
  readonly burst: number;
}
const API_LIMITS: RateLimits = { perSecond: 40, burst: 240 };
/** A browser that comes for the first time takes the whole page, for when the box is away: several behind one router do so at once. */
export const FILE_LIMITS: RateLimits = { perSecond: 200, burst: 1_500 };
const MAX_ADDRESSES = 2_000;

/** Requests an address may make: a bucket each that refills. Those signed in have one of their own. */
export class RequestRate {
  readonly #clock: Clock;
  readonly #limits: RateLimits;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(clock: Clock, limits = API_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Throws Refusal `too-many-requests`. */
  take(who: string): void {
    const { perSecond, burst } = this.#limits;
    const monoMs = this.#clock.monoMs();
    const bucket = this.#buckets.get(who) ?? { tokens: burst, atMs: monoMs };
    const tokens = Math.min(burst, bucket.tokens + ((monoMs - bucket.atMs) / 1_000) * perSecond);
    this.#buckets.delete(who);
    this.#buckets.set(who, { tokens: Math.max(0, tokens - 1), atMs: monoMs });
    if (this.#buckets.size > MAX_ADDRESSES) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    if (tokens < 1) throw new Refusal("too-many-requests", { retryAfterSeconds: 1, values: { seconds: 1 } });
  }

  static ofAddress(address: string): string {
    return `from ${addressKey(address)}`;
  }
}
