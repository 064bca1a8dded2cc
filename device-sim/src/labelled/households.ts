/** From a story to the household that plays it: people with work, hours and keys, and what guests they have. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, lognormal, weighted } from "./draws.ts";
import type { SiteHabits, Work } from "./habits.ts";
import type { Household } from "./household.ts";
import type { HeldKey, Key, KeyCutter } from "./keys.ts";
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
  const crew = story.scenario !== "hotbed" && random.chance(0.4);
  const ring: Key[] = [];
  const people: Person[] = [];
  for (const tenancy of story.tenancies) {
    for (let n = 0; n < tenancy.count; n++) {
      const first = crew && family !== "flats" ? people[0] : undefined;
      // A camp works by day: its night watch does not live in a room of its own.
      const mate = family === "construction" && first?.work !== "site" ? undefined : first;
      const work = mate?.work ?? workOf(random, habits, family, story, tenancy, n, people);
      const like = mate ?? (family === "flats" ? undefined : people.find((person) => person.work === work));
      const keys = keysOf(random, dwelling, story, tenancy, work, habits, style, hides, ring, cutter);
      people.push(
        drawPerson(random, habits, {
          work,
          keys,
          like,
          fromMs: tenancy.fromMs,
          untilMs: tenancy.untilMs,
          hides: nightOnly && !tenancy.registered,
        }),
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

/** The registered have listed keys; the others their own, a borrowed one, or the code everybody uses. */
function keysOf(
  random: Random,
  dwelling: Dwelling,
  story: Story,
  tenancy: Tenancy,
  work: Work,
  habits: SiteHabits,
  style: keyof SiteHabits["keyStyles"],
  hides: boolean,
  ring: Key[],
  cutter: KeyCutter,
): HeldKey[] {
  const listed = { role: "tenant", space: dwelling.id } as const;
  const shared = ring[0];
  if (work === "child" && story.familyExempt) return [];
  const known = tenancy.registered && ring.length < Math.max(1, story.registered);
  if (known || (tenancy.registered && style === "own")) {
    if (shared !== undefined && style === "shared" && random.chance(hides ? 0.8 : 0.12))
      return [{ key: shared, weight: 1 }];
    const own = cutter.cut(known || random.chance(0.6) ? listed : undefined);
    ring.push(own);
    if (!random.chance(habits.spareKeys)) return [{ key: own, weight: 1 }];
    return [
      { key: own, weight: 1 },
      { key: cutter.cut(listed), weight: between(random, 0.1, 0.6) },
    ];
  }
  const borrow = style === "own" ? 0.1 : style === "mixed" ? 0.45 : 0.93;
  if (shared !== undefined && random.chance(borrow))
    return [{ key: style === "shared" ? shared : random.pick(ring), weight: 1 }];
  const own = cutter.cut();
  if (style !== "own") ring.push(own);
  return [{ key: own, weight: 1 }];
}

function guestsOf(
  random: Random,
  dwelling: Dwelling,
  story: Story,
  habits: SiteHabits,
  family: Family,
  cutter: KeyCutter,
): Household["guests"] {
  const lived = story.scenario !== "vacant";
  const changes = story.scenario === "change_legal" || story.scenario === "change_over";
  const partner = story.scenario === "partner" || (story.scenario === "single" && random.chance(0.12));
  const landlordKey = cutter.cut({ role: family === "flats" ? "landlord" : "staff" });
  return {
    visits: lived ? lognormal(random, 1, 0.9) : 0,
    overnight: lived ? lognormal(random, 0.8, 1) : 0,
    parties: lived ? lognormal(random, 0.6, 1) : 0,
    deliveries: lived ? lognormal(random, 1, 0.6) * Math.sqrt(Math.max(1, story.tenancies.length)) : 0,
    partnerNights: partner ? 7 * habits.partnerNights * between(random, 0.6, 1.4) : 0,
    ...(partner && family !== "construction" && random.chance(0.8)
      ? { partnerKey: cutter.cut(random.chance(0.5) ? { role: "tenant", space: dwelling.id } : undefined) }
      : {}),
    ...(lived && random.chance(habits.cleanedHouseholds)
      ? { cleaner: { key: cutter.cut({ role: "cleaner", space: dwelling.id }), weekday: random.int(0, 6) } }
      : {}),
    landlordKey,
    landlord: lived ? (changes ? 0.03 : 0.006) : 0.03,
    viewings: lived ? (changes ? 0.02 : 0.001) : between(random, 0.15, 0.5),
  };
}
