/** The keys of one household: the registered have listed ones; the others their own, a borrowed one, or the code everybody uses. */
import type { Random } from "@gatehouse/protocol/testing";
import { between } from "./draws.ts";
import type { KeyStyle, SiteHabits } from "./habits.ts";
import type { HeldKey, Key, KeyCutter } from "./keys.ts";
import type { Story, Tenancy } from "./scenarios.ts";

/** How often somebody who is not registered goes without a key of the own. */
const BORROWS: Readonly<Record<KeyStyle, number>> = { own: 0.1, mixed: 0.45, shared: 0.93 };

export class KeyRing {
  readonly #random: Random;
  readonly #space: string;
  readonly #story: Story;
  readonly #habits: SiteHabits;
  readonly #style: KeyStyle;
  /** Whether even the registered go by one key, so as not to be counted. */
  readonly #hides: boolean;
  readonly #cutter: KeyCutter;
  readonly #keys: Key[] = [];

  constructor(
    random: Random,
    space: string,
    story: Story,
    habits: SiteHabits,
    style: KeyStyle,
    hides: boolean,
    cutter: KeyCutter,
  ) {
    this.#random = random;
    this.#space = space;
    this.#story = story;
    this.#habits = habits;
    this.#style = style;
    this.#hides = hides;
    this.#cutter = cutter;
  }

  /** Keys of the next who moves in, in the order of moving in. */
  next(tenancy: Tenancy): HeldKey[] {
    const known = tenancy.registered && this.#keys.length < Math.max(1, this.#story.registered);
    return known || (tenancy.registered && this.#style === "own") ? this.#registered(known) : this.#other();
  }

  #registered(known: boolean): HeldKey[] {
    const random = this.#random;
    const shared = this.#keys[0];
    if (shared !== undefined && this.#style === "shared" && random.chance(this.#hides ? 0.8 : 0.12)) {
      return [{ key: shared, weight: 1 }];
    }
    const listed = { role: "tenant", space: this.#space } as const;
    const own = this.#cutter.cut(known || random.chance(0.6) ? listed : undefined);
    this.#keys.push(own);
    if (!random.chance(this.#habits.spareKeys)) return [{ key: own, weight: 1 }];
    return [
      { key: own, weight: 1 },
      { key: this.#cutter.cut(listed), weight: between(random, 0.1, 0.6) },
    ];
  }

  #other(): HeldKey[] {
    const random = this.#random;
    const shared = this.#keys[0];
    if (shared !== undefined && random.chance(BORROWS[this.#style])) {
      return [{ key: this.#style === "shared" ? shared : random.pick(this.#keys), weight: 1 }];
    }
    const own = this.#cutter.cut();
    if (this.#style !== "own") this.#keys.push(own);
    return [{ key: own, weight: 1 }];
  }
}
