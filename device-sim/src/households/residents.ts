/** Who lives in a flat, from when until when, with which card. */
import { localTimeMs } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import type { Flat, Habit } from "../scenario.ts";

/** What decides everything that happens: equal worlds have equal households. */
export interface World {
  readonly seed: number | string;
  readonly timezone: string;
  /** Local day number of the scenario's first day. */
  readonly firstDay: number;
  /** Chance of visitors in an evening where the flat sets none. */
  readonly visitors: number;
}

export interface Resident {
  /** Names the person within the run: `3-302/2`. */
  readonly id: string;
  readonly flat: string;
  readonly habit: Habit;
  /** Raw card number, ten digits, as a lock reads it. */
  readonly card: string;
  /** When the person moves in; minus infinity for those who lived here before. */
  readonly arriveMs: number;
  /** When the person moves out; infinity for those who stay. */
  readonly departMs: number;
}

/** The residents of a flat in the order of the scenario. */
export function residentsOf(flat: Flat, world: World): readonly Resident[] {
  const groups = flat.people.flatMap((people) => Array.from({ length: people.count }, () => people));
  return groups.map(({ habit, from, until }, index) => {
    const id = `${flat.id}/${index + 1}`;
    const random = new Random(`${world.seed}/${id}`);
    const card = String(random.int(1, 4_294_967_295)).padStart(10, "0");
    const moveIn = random.normal(19 * 60, 40);
    const moveOut = random.normal(10 * 60 + 30, 30);
    const at = (day: number, minutes: number) =>
      Math.round(localTimeMs(world.firstDay + day - 1, minutes, world.timezone));
    return {
      id,
      flat: flat.id,
      habit,
      card,
      arriveMs: from === undefined ? Number.NEGATIVE_INFINITY : at(from, moveIn),
      departMs: until === undefined ? Number.POSITIVE_INFINITY : at(until, moveOut),
    };
  });
}
