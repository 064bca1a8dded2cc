import { expect, test } from "vitest";
import { formatProblem } from "./errors.ts";
import { Policy } from "./policy.ts";
import { Site } from "./site.ts";
import { checkSite, policiesOf } from "./site-check.ts";

const nights = {
  red: { over: 3, of: 5, clear: 5 },
  yellow: { over: 4, of: 7, clear: 5 },
  blue: { over: 5, of: 7, clear: 7 },
};
const policy = (id: string, appliesTo: readonly string[], figures: object) =>
  Policy.parse({
    id,
    title: id,
    source: { name: id, effective: "2020-01-01", verified: true },
    appliesTo,
    nights,
    ...figures,
  });
const policies = new Map(
  [policy("flats", ["flat"], { areaPerPersonM2: 5 }), policy("four", ["room", "flat"], { personsPerRoom: 4 })].map(
    (item) => [item.id, item],
  ),
);

const good = {
  site: { id: "s", name: "s", kind: "rental-compound", address: { code: "1", grid: "G" } },
  spaces: [
    { id: "house", kind: "building" },
    { id: "flat-1", kind: "flat", parent: "house", areaM2: 20 },
  ],
  portals: [{ id: "door-1", kind: "door", from: "outside", to: "flat-1" }],
  devices: [{ id: "lock-1", kind: "lock", portal: "door-1" }],
  policies: [{ use: "flats" }],
};

const problems = (change: object) => checkSite(Site.parse({ ...good, ...change }), policies).map(formatProblem);

test("a right site has no problems", () => {
  expect(problems({})).toEqual([]);
});

test.each([
  [
    "two spaces of one id",
    { spaces: [...good.spaces, { id: "flat-1", kind: "yard" }] },
    'spaces[2].id: "flat-1" is already used by spaces[1].id -> choose another id',
  ],
  [
    "a space named outside",
    { spaces: [...good.spaces, { id: "outside", kind: "yard" }] },
    'spaces[2].id: "outside" is always there and need not be listed -> choose another id',
  ],
  [
    "a parent that is not there",
    { spaces: [good.spaces[0], { ...good.spaces[1], parent: "hosue" }] },
    'spaces[1].parent: there is no space "hosue" -> did you mean "house"?',
  ],
  [
    "rooms beside an area",
    { spaces: [{ id: "flat-1", kind: "flat", areaM2: 9, rooms: [{ areaM2: 9 }] }] },
    "spaces[0].areaM2: stands beside `rooms`, which have areas of their own -> keep one of the two",
  ],
  [
    "a portal to nowhere",
    { portals: [{ id: "door-1", kind: "door", from: "outside", to: "flat-2" }] },
    'portals[0].to: there is no space "flat-2" -> did you mean "flat-1"?',
  ],
  [
    "a portal from a space to itself",
    { portals: [{ id: "door-1", kind: "door", from: "flat-1", to: "flat-1" }] },
    'portals[0].to: "flat-1" is on both sides -> name the space on the other side',
  ],
  [
    "a device on an unknown portal",
    { devices: [{ id: "lock-1", kind: "lock", portal: "dor-1" }] },
    'devices[0].portal: there is no portal "dor-1" -> did you mean "door-1"?',
  ],
  [
    "a device of an unknown driver",
    { devices: [{ id: "lock-1", kind: "lock", portal: "door-1", driver: "bus-1" }] },
    'devices[0].driver: there is no driver "bus-1" -> list it under drivers, or correct the id',
  ],
  [
    "a device that hangs nowhere",
    { devices: [{ id: "lock-1", kind: "lock" }] },
    'devices[0]: "lock-1" sits on no portal and in no space -> add `portal: ID` or `space: ID`',
  ],
  [
    "a device named like the gateway's own topics",
    { devices: [{ id: "state", kind: "lock", portal: "door-1" }] },
    'devices[0].id: "state" is reserved: topics below gatehouse/1/state are the gateway\'s own -> choose another id',
  ],
  [
    "an account named like a device",
    { accounts: [{ user: "lock-1", password: { env: "A" }, role: "tool" }] },
    'accounts[0].user: "lock-1" is the name of a device -> choose another id',
  ],
  [
    "a credential that stands twice",
    { credentials: ["tenant", "staff"].map((role) => ({ credential: "c_0123456789", role })) },
    'credentials[1].credential: "c_0123456789" is already used by credentials[0].credential -> choose another id',
  ],
  [
    "an unknown policy",
    { policies: [{ use: "flats" }, { use: "fluts" }] },
    'policies[1].use: there is no policy "fluts" -> did you mean "flats"?',
  ],
  [
    "a policy for an unknown space",
    { policies: [{ use: "flats" }, { use: "four", spaces: ["flat-9"] }] },
    'policies[1].spaces[0]: there is no space "flat-9" -> did you mean "flat-1"?',
  ],
  [
    "a limit that cannot be derived",
    { spaces: [{ id: "flat-1", kind: "flat" }] },
    'spaces[0]: no limit for "flat-1": flats needs 5 m2 per person, but the space has no area -> add rooms: [{ areaM2: … }] (or areaM2), or an explicit limit: { persons, basis }',
  ],
  [
    "a flat too small for anybody",
    { spaces: [{ id: "flat-1", kind: "flat", areaM2: 4.9 }] },
    'spaces[0]: no limit for "flat-1": flats allows nobody here: no room has 5 m2 -> add rooms: [{ areaM2: … }] (or areaM2), or an explicit limit: { persons, basis }',
  ],
])("%s", (_name, change, problem) => {
  expect(problems(change)).toEqual([problem]);
});

test("an address needs a grid, and a code unless nobody owns it", () => {
  const at = (address: object) => problems({ site: { ...good.site, address } });
  const fix = "-> add address.code and address.grid to the space or the site, or `grid: unowned`";
  expect(at({ code: "1" })).toEqual([`devices[0]: "lock-1" is in space "flat-1", which has no grid ${fix}`]);
  expect(at({ grid: "G" })).toEqual([`devices[0]: "lock-1" is in space "flat-1", which has no address code ${fix}`]);
  expect(at({ grid: "unowned" })).toEqual([]);
});

test("each circle of parents is reported once, at its first space in the file", () => {
  const space = (id: string, parent: string) => ({ id, kind: "floor", parent });
  const spaces = [space("x", "a"), space("a", "b"), space("b", "c"), space("c", "a"), space("d", "d"), space("y", "d")];
  const found = problems({ spaces, portals: [], devices: [] });
  expect(found).toEqual([
    "spaces[1].parent: the parents run in a circle: a -> b -> c -> a -> remove one of these parents",
    "spaces[4].parent: the parents run in a circle: d -> d -> remove one of these parents",
  ]);
});

test("a policy that names a space takes it from the general ones; several general ones all govern", () => {
  const site = Site.parse({
    ...good,
    spaces: [...good.spaces, { id: "room-1", kind: "room" }],
    policies: [{ use: "flats" }, { use: "four" }, { use: "four", spaces: ["flat-1", "flat-1"] }],
  });
  const of = (index: number) => policiesOf(site, site.spaces[index] as never, policies).map((item) => item.id);
  expect(of(1)).toEqual(["four"]);
  expect(of(2)).toEqual(["four"]);
  expect(of(0)).toEqual([]);
});

test("ten thousand devices are checked without searching the site for each", () => {
  const many = Array.from({ length: 10_000 }, (_, i) => i);
  const site = Site.parse({
    ...good,
    spaces: many.map((i) => ({ id: `flat-${i}`, kind: "flat", areaM2: 20 })),
    portals: many.map((i) => ({ id: `door-${i}`, kind: "door", from: "outside", to: `flat-${i}` })),
    devices: many.map((i) => ({ id: `lock-${i}`, kind: "lock", portal: `door-${9999 - i}` })),
    policies: [{ use: "flats", spaces: many.map((i) => `flat-${i}`) }],
  });
  let lookups = 0;
  const watched = { ...site, spaces: watchFind(site.spaces), portals: watchFind(site.portals) };
  expect(checkSite(watched, policies)).toEqual([]);
  expect(lookups).toBe(0);

  function watchFind<T>(list: T[]): T[] {
    return Object.assign(list, {
      find: () => {
        lookups++;
        return undefined;
      },
    });
  }
});

test("a file that is wrong as a whole is refused without searching for every misspelling", () => {
  const many = Array.from({ length: 3000 }, (_, i) => i);
  const found = problems({
    devices: many.map((i) => ({ id: `lock-${i}`, kind: "lock", portal: `portal-number-${i}` })),
    portals: many.map((i) => ({ id: `portal_number_${i}`, kind: "door", from: "outside", to: "flat-1" })),
  });
  expect(found).toHaveLength(3000);
  expect(found[0]).toContain("did you mean");
  expect(found.at(-1)).toBe('devices[2999].portal: there is no portal "portal-number-2999"');
});
