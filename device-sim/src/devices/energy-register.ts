/** What a simulated electricity meter measures, as the texts of its data items. */
import type { Dlt645Item } from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";

const HOUR_MS = 3_600_000;
/** Digits of the register: 999999.99 kWh. */
const WRAP_WH = 1e9;
/** Of a register that is short by fault. */
const SHORT_WRAP_WH = 10_000;
/** Shares of the four tariffs, sharp to valley. */
const TARIFFS = [0.1, 0.3, 0.35, 0.25];

export class EnergyRegister {
  readonly #phases: 1 | 3;
  readonly #absent: "FF" | "00";
  readonly #random: Random;
  #wh: number;
  #powerW = 0;
  #usedAtMs: number | undefined;

  constructor(wh: number, phases: 1 | 3, absent: "FF" | "00", random: Random) {
    this.#wh = wh;
    this.#phases = phases;
    this.#absent = absent;
    this.#random = random;
  }

  get wh(): number {
    return this.#wh;
  }

  /** Negative `wh` is fed back: the register stands still, the power shows it. */
  use(wh: number, nowMs: number): void {
    this.#wh += Math.max(0, wh);
    const sinceMs = nowMs - (this.#usedAtMs ?? nowMs - HOUR_MS);
    this.#usedAtMs = nowMs;
    if (sinceMs > 0) this.#powerW = Math.max(-80_000, Math.min(80_000, (wh * HOUR_MS) / sinceMs));
  }

  /** One text a value, undefined for a phase it does not have; undefined for an item it does not know. */
  texts(item: Dlt645Item, address: string, short: boolean): (string | undefined)[] | undefined {
    const totals = (share: number) => ((this.#wh * share) % (short ? SHORT_WRAP_WH : WRAP_WH)) / 1_000;
    const decimals = item.shape.kind === "number" ? item.shape.decimals : 0;
    const whole = (kWh: number) => (Math.floor(kWh * 100 + 1e-6) / 100).toFixed(decimals);
    const phased = (value: () => number) => this.#phased(value, decimals);
    const kW = this.#powerW / 1_000;
    switch (item.di) {
      case "00000000":
      case "00010000":
      case "9010":
        return [whole(totals(1))];
      case "0001FF00":
      case "901F":
        return [1, ...TARIFFS].map((share) => whole(totals(share)));
      case "00020000":
        return ["0.00"];
      case "02030000":
      case "B630":
        return [kW.toFixed(decimals)];
      case "02010100":
      case "B611":
        return phased(() => this.#volts()).slice(0, 1);
      case "0201FF00":
      case "B61F":
        return phased(() => this.#volts());
      case "0202FF00":
      case "B62F":
        return phased(() => Math.abs(this.#powerW) / this.#phases / this.#volts());
      case "04000401":
      case "04000402":
      case "C032":
        return [address];
      case "0400040B":
        return ["SIM-645"];
      default:
        return undefined;
    }
  }

  #volts(): number {
    return 220 + this.#random.normal(0, 1.5);
  }

  #phased(value: () => number, decimals: number): (string | undefined)[] {
    const absent = this.#absent === "FF" ? undefined : (0).toFixed(decimals);
    return [0, 1, 2].map((phase) => (phase < this.#phases ? value().toFixed(decimals) : absent));
  }
}
