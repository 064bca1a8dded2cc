import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { drawCalendar } from "./calendar.ts";
import { DAY_MS } from "./draws.ts";
import { type GuestPlan, guestMovements } from "./guests.ts";
import { siteHabits } from "./habits.ts";
import { KeyCutter } from "./keys.ts";
import { drawPerson } from "./person.ts";

const DAYS = 120;

/** Longest run of nights each key holder among the guests was inside, over a plan that has guests all the time. */
function longestStays(seed: number, plan: Partial<GuestPlan>): number[] {
  const random = new Random(seed);
  const cutter = new KeyCutter(random.fork("keys"));
  const habits = { ...siteHabits(random, "flats", "social"), visitorKeys: 1 };
  const guests: GuestPlan = {
    visits: 0,
    overnight: 0,
    parties: 0,
    deliveries: 0,
    partnerNights: 0,
    landlord: 0,
    viewings: 0,
    ...plan,
  };
  const host = drawPerson(random, habits, { work: "home", keys: [] });
  const calendar = drawCalendar(random, DAYS);
  const movements = guestMovements(random, guests, [host], [[]], calendar, habits, cutter);
  const nights = new Map<string, Set<number>>();
  const cameMs = new Map<object, number>();
  for (const { atMs, by, inward, near } of movements) {
    if (near) continue;
    if (inward) cameMs.set(by, atMs);
    const holder = by.keys[0]?.key.pseudonym;
    if (inward || holder === undefined) continue;
    const slept = nights.get(holder) ?? new Set();
    for (let day = 0; day < DAYS + 8; day++) {
      const nightMs = (day + 3 / 24) * DAY_MS;
      if ((cameMs.get(by) ?? 0) < nightMs && nightMs < atMs) slept.add(day);
    }
    nights.set(holder, slept);
  }
  return [...nights.values()].map((slept) => {
    let longest = 0;
    for (const day of slept) {
      let run = 1;
      while (slept.has(day + run)) run += 1;
      longest = Math.max(longest, run);
    }
    return longest;
  });
}

it("no guest stays more than six nights in a row, and some stay long", () => {
  const overnight = [1, 2, 3, 4, 5, 6].flatMap((seed) => longestStays(seed, { overnight: 5 }));
  expect(overnight.length).toBeGreaterThan(50);
  expect(Math.max(...overnight)).toBeLessThanOrEqual(6);
  expect(overnight.filter((nights) => nights >= 3).length).toBeGreaterThan(5);
});

it("a partner who would stay every night goes home once a week", () => {
  const partnerKey = { pseudonym: "c_0123456789" };
  const stays = [1, 2, 3, 4].flatMap((seed) => longestStays(seed, { partnerNights: 7, partnerKey }));
  expect(stays).toHaveLength(4);
  for (const nights of stays) {
    expect(nights).toBeLessThanOrEqual(6);
    expect(nights).toBeGreaterThanOrEqual(4);
  }
});
