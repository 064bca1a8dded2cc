/** Latencies in buckets that grow with their size: quantiles within 3 %, whatever the number of samples. */

const PER_OCTAVE = 32;
const OCTAVES = 36;

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

export class Histogram {
  readonly #buckets = new Float64Array(PER_OCTAVE * OCTAVES);
  #count = 0;
  #sum = 0;
  #max = 0;

  add(ms: number): void {
    const index = Math.min(Math.floor(Math.log2(ms * 1000 + 1) * PER_OCTAVE), this.#buckets.length - 1);
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#count += 1;
    this.#sum += ms;
    if (ms > this.#max) this.#max = ms;
  }

  get count(): number {
    return this.#count;
  }

  /** In ms; all 0 without samples. */
  get quantiles(): Quantiles {
    const mean = this.#count === 0 ? 0 : this.#sum / this.#count;
    return { p50: this.#at(0.5), p95: this.#at(0.95), p99: this.#at(0.99), max: this.#max, mean };
  }

  #at(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (let index = 0; index < this.#buckets.length; index++) {
      left -= this.#buckets[index] ?? 0;
      if (left <= 0) return Math.min((2 ** ((index + 1) / PER_OCTAVE) - 1) / 1000, this.#max);
    }
    return this.#max;
  }
}
