import { ConfigError, checkSite, Policy, Site } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { parseScenario, readScenario, SCENARIOS } from "./scenario.ts";
import { siteFor } from "./site-for.ts";

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
    expect(site.devices.length).toBe(2 * site.spaces.length);
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

  it("may not give two flats one id, be no YAML, or be missing", () => {
    const twice = "flats: [{ id: a, rooms: [9], people: [] }, { id: a, rooms: [9], people: [] }]";
    expect(problemsOf(minimal + twice)).toContain('"a" stands twice');
    expect(problemsOf("name: [")).toContain("not YAML");
    expect(() => readScenario("no-such-scenario")).toThrow(ConfigError);
  });
});
