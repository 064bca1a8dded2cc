/** Spells of trouble of one device over the span. */
import type { Random } from "@gatehouse/protocol/testing";
import { DAY_MS } from "./draws.ts";
import type { Spell } from "./fact.ts";

/** Spells at `perDay` that last as `length` says, in order and apart. */
export function drawSpells(random: Random, perDay: number, days: number, length: (random: Random) => number): Spell[] {
  const spells: Spell[] = [];
  if (perDay <= 0) return spells;
  let at = random.exponential(DAY_MS / perDay);
  while (at < days * DAY_MS) {
    const untilMs = at + length(random);
    spells.push([at, untilMs]);
    at = untilMs + random.exponential(DAY_MS / perDay);
  }
  return spells;
}

/** Whether a moment falls into a spell; asked in order of time, it walks along. */
export function walker(spells: readonly Spell[]): (atMs: number) => Spell | undefined {
  let index = 0;
  return (atMs) => {
    while (index < spells.length && (spells[index] as Spell)[1] <= atMs) index += 1;
    const spell = spells[index];
    return spell !== undefined && spell[0] <= atMs ? spell : undefined;
  };
}
