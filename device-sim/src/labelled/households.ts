/** From a story to the household that plays it: people with work, hours and keys, and what guests they have. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, lognormal, weighted } from "./draws.ts";
import type { GuestPlan } from "./guests.ts";
import type { SiteHabits, Work } from "./habits.ts";
import type { Household } from "./household.ts";
import { KeyRing } from "./key-ring.ts";
import type { KeyCutter } from "./keys.ts";
import type { Dwelling } from "./layout.ts";
import type { Family } from "./options.ts";
import { drawPerson, type Person } from "./person.ts";
import type { Story, Tenancy } from "./scenarios.ts";

export function drawHousehold(
  random: Random,
  dwelling: Dwelling,
  story: Story,
  habits: SiteHabits,
  family: Family,
  cutter: KeyCutter,
): Household {
  const style = weighted(random, habits.keyStyles);
  const over = story.tenancies.some(({ registered }) => !registered);
  const hides = over && random.chance(habits.evasive);
  const nightOnly = over && random.chance(hides ? 0.7 : 0.12);
  const crew = family !== "flats" && story.scenario !== "hotbed" && random.chance(0.4);
  const ring = new KeyRing(random, dwelling.id, story, habits, style, hides, cutter);
  const people: Person[] = [];
  for (const tenancy of story.tenancies) {
    for (let n = 0; n < tenancy.count; n++) {
      const mate = crew ? mateOf(people, family) : undefined;
      const work = mate?.work ?? workOf(random, habits, family, story, tenancy, n, people);
      const like = mate ?? (family === "flats" ? undefined : people.find((person) => person.work === work));
      const keys = work === "child" ? [] : ring.next(tenancy);
      const { fromMs, untilMs } = tenancy;
      people.push(
        drawPerson(random, habits, { work, keys, like, fromMs, untilMs, hides: nightOnly && !tenancy.registered }),
      );
    }
  }
  return {
    people,
    family: story.familyExempt,
    together: togetherness(random, story, habits),
    careless: hides ? 4 : 1,
    guests: guestsOf(random, dwelling, story, habits, family, cutter),
  };
}

/** Whose hours the next of a crew keeps. A camp works by day: its night watch does not live in a room of its own. */
function mateOf(people: readonly Person[], family: Family): Person | undefined {
  const [first] = people;
  return family === "construction" && first?.work !== "site" ? undefined : first;
}

function togetherness(random: Random, story: Story, habits: SiteHabits): number {
  const kin = story.familyExempt || story.scenario === "couple";
  return kin ? Math.min(0.9, lognormal(random, 1.6 * habits.together, 0.4)) : 0.25 * habits.together;
}

function workOf(
  random: Random,
  habits: SiteHabits,
  family: Family,
  story: Story,
  tenancy: Tenancy,
  place: number,
  people: readonly Person[],
): Work {
  if (story.familyExempt && tenancy.kin) {
    const children = people.filter(({ work }) => work === "child").length;
    if (place >= 2 && (children === 0 || random.chance(0.5))) return "child";
    if (place > 2) return "home";
    if (place === 1 && random.chance(0.35)) return "home";
    return "day";
  }
  // Beds that are slept in twice a day: half of the people work at night.
  if (story.scenario === "hotbed")
    return people.length % 2 === 0 ? "night" : family === "construction" ? "site" : "day";
  const work = weighted(random, habits.works);
  return family === "construction" && work === "day" ? "site" : work;
}

function guestsOf(
  random: Random,
  dwelling: Dwelling,
  story: Story,
  habits: SiteHabits,
  family: Family,
  cutter: KeyCutter,
): GuestPlan {
  const landlordKey = cutter.cut({ role: family === "flats" ? "landlord" : "staff" });
  if (story.scenario === "vacant") return { ...NO_GUESTS, landlordKey, viewings: between(random, 0.15, 0.5) };
  const changes = story.scenario === "change_legal" || story.scenario === "change_over";
  const partner = story.scenario === "partner" || (story.scenario === "single" && random.chance(0.12));
  return {
    visits: lognormal(random, 1, 0.9),
    overnight: lognormal(random, 0.8, 1),
    parties: lognormal(random, 0.6, 1),
    deliveries: lognormal(random, 1, 0.6) * Math.sqrt(Math.max(1, story.tenancies.length)),
    ...(partner ? partnerOf(random, dwelling, habits, family, cutter) : { partnerNights: 0 }),
    ...(random.chance(habits.cleanedHouseholds)
      ? { cleaner: { key: cutter.cut({ role: "cleaner", space: dwelling.id }), weekday: random.int(0, 6) } }
      : {}),
    landlordKey,
    landlord: changes ? 0.03 : 0.006,
    viewings: changes ? 0.02 : 0.001,
  };
}

const NO_GUESTS = { visits: 0, overnight: 0, parties: 0, deliveries: 0, partnerNights: 0, landlord: 0.03 };

function partnerOf(
  random: Random,
  dwelling: Dwelling,
  habits: SiteHabits,
  family: Family,
  cutter: KeyCutter,
): Pick<GuestPlan, "partnerNights" | "partnerKey"> {
  const partnerNights = 7 * habits.partnerNights * between(random, 0.6, 1.4);
  if (family === "construction" || !random.chance(0.8)) return { partnerNights };
  const listed = random.chance(0.5) ? ({ role: "tenant", space: dwelling.id } as const) : undefined;
  return { partnerNights, partnerKey: cutter.cut(listed) };
}
