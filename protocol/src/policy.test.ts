import { expect, test } from "vitest";
import { deriveLimit, Policy, strictestLimit } from "./policy.ts";
import { Space } from "./site.ts";

const nights = {
  red: { over: 3, of: 5, clear: 5 },
  yellow: { over: 4, of: 7, clear: 5 },
  blue: { over: 5, of: 7, clear: 7 },
};
const policy = (id: string, figures: object) =>
  Policy.parse({
    id,
    title: id,
    source: { name: id, effective: "2014-05-01", verified: true },
    appliesTo: ["flat", "room", "shed"],
    nights,
    ...figures,
  });
const rental = policy("rental", { personsPerRoom: 2, areaPerPersonM2: 5, familyExemption: true });
const site2023 = policy("site-2023", { personsPerRoom: 4 });
const jgj146 = policy("jgj146", { personsPerRoom: 16, areaPerPersonM2: 2.5 });
const dormitory = policy("dormitory", { personsPerRoom: 8, areaPerPersonM2: 4 });

const space = (facts: object) => Space.parse({ id: "s", kind: "flat", ...facts });
const persons = (facts: object, ...policies: Policy[]) => {
  const result = strictestLimit(space(facts), policies);
  return result === undefined ? undefined : "limit" in result ? result.limit.persons : result.missing;
};

test.each([
  ["two rooms of 14.2 and 11.0 m2", { rooms: [{ areaM2: 14.2 }, { areaM2: 11 }] }, 4],
  ["a room of exactly 10 m2", { areaM2: 10 }, 2],
  ["a room just below 10 m2", { areaM2: 9.99 }, 1],
  ["a room of exactly 5 m2", { areaM2: 5 }, 1],
  ["one large room", { areaM2: 60 }, 2],
  ["three small rooms, one of them too small", { rooms: [{ areaM2: 6 }, { areaM2: 6 }, { areaM2: 4 }] }, 2],
  ["a family, by area alone", { rooms: [{ areaM2: 14.2 }, { areaM2: 11 }], familyExempt: true }, 4],
  ["a family in a large flat", { areaM2: 60, familyExempt: true }, 12],
  ["a family in 18 m2", { areaM2: 18, familyExempt: true }, 3],
])("rented housing (2 per room, 5 m2 each): %s gives %j persons %i", (_name, facts, limit) => {
  expect(persons(facts, rental)).toBe(limit);
});

test("a shed under both site standards holds what the stricter allows", () => {
  expect(persons({ areaM2: 20 }, site2023, jgj146)).toBe(4);
  expect(persons({ areaM2: 7.5 }, site2023, jgj146)).toBe(3);
  expect(persons({ areaM2: 100 }, jgj146)).toBe(16);
  expect(persons({ areaM2: 17.6 }, jgj146)).toBe(7);
});

test("a dormitory room holds 8, or fewer when it is small", () => {
  expect(persons({ areaM2: 40 }, dormitory)).toBe(8);
  expect(persons({ areaM2: 24 }, dormitory)).toBe(6);
});

test("square metres that divide evenly lose nobody to rounding", () => {
  expect(persons({ areaM2: 0.3 }, policy("p", { areaPerPersonM2: 0.1 }))).toBe(3);
});

test("a policy without area figure needs no area", () => {
  expect(persons({}, site2023)).toBe(4);
});

test("an explicit limit wins over every policy and needs none", () => {
  const limit = { persons: 5, basis: "landlord's licence" };
  expect(strictestLimit(space({ areaM2: 10, limit, familyExempt: true }), [rental])).toEqual({
    limit: { persons: 5, policy: "site", basis: "landlord's licence" },
  });
  expect(deriveLimit(space({ limit }), rental)).toEqual(strictestLimit(space({ limit }), []));
});

test("no policy, no limit", () => {
  expect(strictestLimit(space({ areaM2: 10 }), [])).toBeUndefined();
});

test("what is missing is said", () => {
  expect(persons({}, rental)).toBe("rental needs 5 m2 per person, but the space has no area");
  expect(persons({ areaM2: 4 }, rental)).toBe("rental allows nobody here: no room has 5 m2");
  expect(persons({ areaM2: 4 }, policy("empty", {}))).toBe("empty sets no figure for this space");
});

test("a family under a policy that counts heads alone has no figure, which is an error and not a limit of everybody", () => {
  const heads = policy("heads", { personsPerRoom: 2, familyExemption: true });
  expect(persons({ familyExempt: true, areaM2: 20 }, heads)).toBe("heads sets no figure for this space");
});

test("the basis names the source, the figures and the rooms", () => {
  const result = deriveLimit(space({ rooms: [{ areaM2: 14.2 }, { areaM2: 11 }] }), rental);
  expect(result).toEqual({
    limit: {
      persons: 4,
      policy: "rental",
      basis: "rental: at most 2 per room, at least 5 m2 per person (2 rooms)",
    },
  });
});

test("a policy names thresholds for every risk colour", () => {
  const { blue: _blue, ...rest } = nights;
  const result = Policy.safeParse({ ...rental, nights: rest });
  expect(result.success).toBe(false);
});

test("a night window is a time of day", () => {
  const withWindow = (from: string) => Policy.safeParse({ ...rental, nightWindow: { from, to: "06:00" } }).success;
  expect(["22:00", "00:00", "23:59", "24:00", "7:00", "22:60"].map(withWindow)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
