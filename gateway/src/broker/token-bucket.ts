/** A quota that refills: how long to wait after taking more than there is. Pure. */

export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, monoMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = monoMs;
  }

  /** Takes `tokens`, if need be on credit. Returns the ms after which the debt is paid; 0 without debt. */
  take(tokens: number, monoMs: number): number {
    const refilled = this.#tokens + ((monoMs - this.#atMs) / 1_000) * this.#perSecond;
    this.#atMs = monoMs;
    this.#tokens = Math.min(this.#burst, refilled) - tokens;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1_000;
  }
}
