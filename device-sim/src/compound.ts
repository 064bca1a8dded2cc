/** Fills a compound of a given size with flats and people. The same scenario gives the same flats, whatever the run's seed. */
import { Random } from "@gatehouse/protocol/testing";
import type { Compound, Flat, Habit, Scenario } from "./scenario.ts";

/** The flats of a scenario: those it lists, or those of its compound. */
export function flatsOf(scenario: Scenario): readonly Flat[] {
  if (scenario.flats !== undefined) return scenario.flats;
  const compound = scenario.compound;
  if (compound === undefined) return [];
  return Array.from({ length: compound.flats }, (_, index) => generateFlat(scenario.name, compound, index));
}

/** Persons a flat may hold by the rule the generator builds on: two a room, five square metres each. */
const allowedIn = (rooms: readonly number[]): number =>
  rooms.reduce((sum, areaM2) => sum + Math.min(2, Math.floor(areaM2 / 5)), 0);

function generateFlat(name: string, compound: Compound, index: number): Flat {
  const random = new Random(`${name}/flat/${index}`);
  const perBuilding = compound.floors * compound.flatsPerFloor;
  const building = Math.floor(index / perBuilding) + 1;
  const floor = Math.floor((index % perBuilding) / compound.flatsPerFloor) + 1;
  const door = (index % compound.flatsPerFloor) + 1;
  const rooms = Array.from({ length: random.pick([1, 1, 2, 2, 3]) }, () => random.int(100, 160) / 10);
  const allowed = allowedIn(rooms);
  const over = random.chance(compound.overLimit);
  const persons = over ? allowed + random.int(2, 4) : random.int(1, allowed);
  return {
    id: `${building}-${floor}${String(door).padStart(2, "0")}`,
    rooms,
    registered: Math.min(persons, allowed),
    risk: over ? "red" : random.pick(["blue", "blue", "yellow"] as const),
    people: peopleOf(persons, random),
  };
}

function peopleOf(persons: number, random: Random): Flat["people"] {
  const habits = Array.from(
    { length: persons },
    (): Habit => random.pick(["day", "day", "day", "day", "home", "night"]),
  );
  return [...new Set(habits)].map((habit) => ({ habit, count: habits.filter((other) => other === habit).length }));
}
