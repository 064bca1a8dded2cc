/** What a home takes from the mains in one period: base load, people, meals, bathing, laundry, cooling, warming, e-bikes, a leak. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, clamp, DAY_MS, HOUR_MS, lognormal, poisson } from "./draws.ts";
import type { HomeHabits } from "./meter-habits.ts";

export interface Use {
  readonly wh: number;
  readonly litres: number;
}

const NOTHING: Use = { wh: 0, litres: 0 };

/** A home from period to period, in order of time. */
export class MeteredHome {
  readonly #random: Random;
  readonly #home: HomeHabits;
  readonly #temperatureC: (day: number) => number;
  #day = -1;
  #laundryDue: number;
  #baths = 0;
  #bikes = 0;
  #bikesFromMs = 0;
  #sparing = false;

  constructor(random: Random, home: HomeHabits, temperatureC: (day: number) => number) {
    this.#random = random;
    this.#home = home;
    this.#temperatureC = temperatureC;
    this.#laundryDue = random.exponential(home.laundryDays);
  }

  /** With `present` people inside during the period. */
  use(present: number, fromMs: number, periodMs: number): Use {
    const hours = periodMs / HOUR_MS;
    const day = Math.floor(fromMs / DAY_MS);
    const hour = (fromMs - day * DAY_MS) / HOUR_MS;
    if (day !== this.#day) this.#newDay(day, present);
    const lived = present > 0 ? this.#live(present, hour, hours) : NOTHING;
    const watts = this.#home.baseW * (1 + 0.15 * Math.sin(hour)) + this.#bikesW(fromMs);
    return { wh: lived.wh + watts * hours, litres: lived.litres + this.#home.leakLh * hours };
  }

  #live(present: number, hour: number, hours: number): Use {
    const random = this.#random;
    const home = this.#home;
    const awake = hour >= 6.5 && hour < 23.2 ? 1 : hour < 1 ? 0.4 : 0.06;
    const dark = hour < 6.8 || hour > 17.8;
    const lightW = dark ? 22 * Math.min(home.rooms, present) : 4;
    const screenW = hour > 18 ? home.entertainW : 0;
    const watts = awake * (home.headW * present ** 0.75 + lightW + screenW) + this.#climateW(present, hour);
    let litres = 0;
    for (let n = poisson(random, present * hours * awake * (home.litresPerHead / 105) * 0.6); n > 0; n--) {
      litres += lognormal(random, 5.4, 0.5);
    }
    const parts = [
      this.#meals(present, hour, hours),
      this.#bathing(present, hour, hours),
      this.#laundry(present, hour, hours),
    ];
    return parts.reduce((sum, part) => ({ wh: sum.wh + part.wh, litres: sum.litres + part.litres }), {
      wh: watts * hours,
      litres,
    });
  }

  #newDay(day: number, present: number): void {
    const random = this.#random;
    const home = this.#home;
    this.#day = day;
    this.#baths = 0;
    this.#laundryDue -= 1;
    this.#sparing = random.chance(home.frugal);
    if (this.#bikes > 0 || present === 0) return;
    this.#bikes = Array.from({ length: home.bikes }, () => random.chance(0.4)).filter(Boolean).length;
    this.#bikesFromMs = day * DAY_MS + between(random, 18, 23.5) * HOUR_MS;
  }

  #bikesW(atMs: number): number {
    if (atMs > this.#bikesFromMs + 5 * HOUR_MS) this.#bikes = 0;
    return atMs >= this.#bikesFromMs ? 170 * this.#bikes : 0;
  }

  /** Air conditioning cools above and warms below what a home puts up with, a unit a room in use. */
  #climateW(present: number, hour: number): number {
    const random = this.#random;
    const home = this.#home;
    const nowC = this.#temperatureC(this.#day) + 3.5 * Math.sin(((hour - 9) / 24) * 2 * Math.PI);
    const unitsW = Math.min(home.rooms, Math.ceil(present / 2)) * home.unitW;
    const night = hour > 21 || hour < 6;
    const hot = nowC - home.coolsAboveC + (night ? 1.5 : 0);
    if (hot > 0) return unitsW * clamp(0.25 + 0.12 * hot, 0, 1) * between(random, 0.6, 1.2);
    const cold = home.warmsBelowC - nowC;
    if (cold <= 0 || this.#sparing || night) return 0;
    return unitsW * clamp(0.4 + 0.1 * cold, 0, 1.4);
  }

  #meals(present: number, hour: number, hours: number): Use {
    const random = this.#random;
    const home = this.#home;
    if (!home.cooks) return NOTHING;
    const perHour =
      hour >= 6.3 && hour < 8.5 ? 0.25 : hour >= 11 && hour < 12.8 ? 0.4 : hour >= 17.3 && hour < 19.8 ? 0.42 : 0.01;
    if (!random.chance(clamp(perHour * hours * (1 - home.eatingOut) * 1.6, 0, 1))) return NOTHING;
    const heads = present ** 0.5;
    return { wh: home.cooksW * between(random, 0.2, 0.6) * heads, litres: between(random, 4, 14) * heads };
  }

  #bathing(present: number, hour: number, hours: number): Use {
    const random = this.#random;
    const home = this.#home;
    const perHead = hour >= 20 && hour < 23.5 ? 0.3 : hour >= 17 ? 0.06 : hour >= 6 && hour < 9 ? 0.07 : 0.006;
    let wh = 0;
    let litres = 0;
    for (let n = poisson(random, perHead * present * hours); n > 0 && this.#baths < present * 1.3; n--) {
      this.#baths += 1;
      wh += home.bathsWh * between(random, 0.6, 1.4);
      litres += home.bathL * (home.litresPerHead / 105) * between(random, 0.5, 1.6);
    }
    return { wh, litres };
  }

  #laundry(present: number, hour: number, hours: number): Use {
    const random = this.#random;
    if (this.#laundryDue > 0 || hour < 7 || hour > 22 || !random.chance(Math.min(1, 0.25 * hours))) return NOTHING;
    this.#laundryDue = random.exponential(this.#home.laundryDays / present ** 0.6) + 0.4;
    return { wh: between(random, 60, 250), litres: between(random, 55, 110) };
  }
}
