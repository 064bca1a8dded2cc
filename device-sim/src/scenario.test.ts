import { ConfigError, checkSite, Policy, Site } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { parseScenario, readScenario, SCENARIOS } from "./scenario.ts";
import { secretsFor, siteFor } from "./site-for.ts";

const night = { over: 3, of: 7, clear: 3 };
/** The shape of the rental policy: what counts here is that limits can be derived from the rooms. */
const rental = Policy.parse({
  id: "cn-sh-rental-2014",
  title: "rental",
  source: { name: "arts. 9, 10", effective: "2014-05-01", verified: true },
  appliesTo: ["flat", "room"],
  personsPerRoom: 2,
  areaPerPersonM2: 5,
  nights: { red: night, yellow: night, blue: night },
});

const minimal = `
name: small
site: { id: s, name: Small, address: { code: "1", grid: G-1 } }
start: 2026-11-02T05:00:00+08:00
days: 2
`;

function problemsOf(text: string): string {
  try {
    parseScenario(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("shipped scenarios", () => {
  it.each(SCENARIOS)("%s gives a site file that passes its schema and its checks", (name) => {
    const site = Site.parse(siteFor(readScenario(name), { passwordFile: (device) => `${device}.pw` }));
    expect(checkSite(site, new Map([[rental.id, rental]]))).toEqual([]);
    const doors = site.portals.filter(({ kind }) => kind === "door");
    // A lock and a counter at each; a door board has a fire input of its own.
    const atDoors = site.devices.filter(({ portal }) => doors.some(({ id }) => id === portal));
    expect(atDoors.length).toBe(2 * doors.length + site.boards.length);
  });

  it("have lines whose drivers and devices stand in the site file, asked as often as the pace of time allows", () => {
    const compound = readScenario("compound");
    const places = { gate: "pty:/tmp/gate.tty", stairs: "tcp:127.0.0.1:4104" };
    const slow = Site.parse(siteFor(compound, { places }));
    const fast = Site.parse(siteFor(compound, { places, scale: 14_400 }));
    expect(slow.drivers.map(({ type }) => type)).toEqual(["osdp", "dlt645", "cjt188", "modbus", "ld2410"]);
    expect(slow.drivers[0]).toMatchObject({ link: "serial:/tmp/gate.tty?baud=9600", pollMs: 100 });
    expect(slow.drivers[3]).toMatchObject({ link: "tcp:127.0.0.1:4104" });
    const meter = (site: Site) => site.devices.find(({ id }) => id === "energy-3-302");
    expect(meter(slow)).toMatchObject({ driver: "electricity", space: "3-302", periodSeconds: 900 });
    expect(meter(fast)).toMatchObject({ periodSeconds: 1 });
    const counters = slow.devices.filter(({ id }) => id === "count-1-201");
    expect(counters.map(({ driver }) => driver)).toEqual(["stairs"]);
    expect(secretsFor(compound)).toEqual({ "reader-gate.key": expect.stringMatching(/^[0-9a-f]{32}\n$/) });
  });

  it("hold two flats over the limit, one of them from the beginning", () => {
    const { flats = [] } = readScenario("compound");
    const count = (id: string, later: boolean) =>
      flats
        .filter((flat) => flat.id === id)
        .flatMap((flat) => flat.people)
        .filter((people) => later || people.from === undefined)
        .reduce((sum, people) => sum + people.count, 0);
    const over = (later: boolean) =>
      flats.filter((flat) => count(flat.id, later) > 2 * flat.rooms.length).map((flat) => flat.id);
    expect(over(false)).toEqual(["3-302"]);
    expect(over(true)).toEqual(["2-201", "3-302"]);
  });
});

describe("a scenario file", () => {
  it("names the path of what is wrong in it", () => {
    expect(problemsOf(`${minimal}flats: [{ id: a, rooms: [0], people: [] }]`)).toContain("flats.0.rooms.0");
    expect(problemsOf(`${minimal}flats: [{ id: a, rooms: [9], people: [{ habit: owl }] }]`)).toContain(
      "people.0.habit",
    );
    expect(problemsOf(`${minimal}flats: [{ id: a, rooms: [9], people: [], colour: red }]`)).toContain("colour");
  });

  it("must say who lives there, in one way", () => {
    expect(problemsOf(minimal)).toContain("exactly one of");
    expect(problemsOf(`${minimal}compound: { flats: 2 }\nflats: [{ id: a, rooms: [9], people: [] }]`)).toContain(
      "exactly one of",
    );
    expect(problemsOf(`${minimal}compound: { flats: 2 }`)).toBe("");
  });

  it("has lines with devices of its own flats, one of a kind each", () => {
    const flats = `${minimal}flats: [{ id: a, rooms: [9], people: [] }, { id: b, rooms: [9], people: [] }]\nlines:\n`;
    const lines = (...each: string[]) => problemsOf(flats + each.map((line) => `  - ${line}\n`).join(""));
    expect(lines("{ id: l, speaks: dlt645, devices: [{ flat: a, faults: [noise, drop] }, { flat: b }] }")).toBe("");
    expect(lines("{ id: l, speaks: dlt645, devices: [{ flat: c }] }")).toContain('there is no flat "c"');
    expect(lines("{ id: l, speaks: dlt645, devices: [{}] }")).toContain("lines.0.devices.0.flat: is missing");
    expect(lines("{ id: l, speaks: osdp, devices: [{ flat: a }] }")).toContain("stands at the gate");
    expect(lines("{ id: l, speaks: ld2410, devices: [{ flat: a }, { flat: b }] }")).toContain("a line of its own");
    expect(lines("{ id: l, speaks: dlt645, devices: [{ flat: a, faults: [rust] }] }")).toContain("faults.0");
    const twice = "{ id: l, speaks: modbus, devices: [{ flat: a }] }";
    expect(lines(twice, twice)).toContain('"l" stands twice');
    expect(lines(twice, twice.replace("id: l", "id: m"))).toContain('lines.1.devices.0: "a" has such a device');
    const doors = Array.from({ length: 5 }, () => "{ flat: a }").join(", ");
    expect(lines(`{ id: l, speaks: uhppote, devices: [${doors}] }`)).toContain("a board has 4 doors");
    expect(lines("{ id: l, speaks: osdp, devices: [{}, {}] }")).toContain("the gate has such a device");
  });

  it("may not give two flats one id, be no YAML, or be missing", () => {
    const twice = "flats: [{ id: a, rooms: [9], people: [] }, { id: a, rooms: [9], people: [] }]";
    expect(problemsOf(minimal + twice)).toContain('"a" stands twice');
    expect(problemsOf("name: [")).toContain("not YAML");
    expect(() => readScenario("no-such-scenario")).toThrow(ConfigError);
  });
});
