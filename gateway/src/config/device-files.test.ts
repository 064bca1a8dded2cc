import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, formatProblem, type RegisterMap } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { BUNDLED_POLICIES } from "./policies.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-maps-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const GOOD_MAP =
  "name: Mine\nregisters:\n  - { id: in, function: 4, address: 7, type: u16, unit: persons, reads: count.in }\n";

function siteWith(device: string, driver = "link: tcp:10.0.0.9:4001"): string {
  return `site: { id: s, name: S, kind: dormitory, address: { code: "31", grid: g } }
spaces: [{ id: r1, kind: room, limit: { persons: 4, basis: t } }]
portals: [{ id: d1, kind: door, from: outside, to: r1 }]
drivers: [{ id: bus, type: modbus, ${driver} }]
devices:
  - { id: count-1, kind: counter, portal: d1, driver: bus, ${device} }
`;
}

function load(site: string) {
  write("site.yaml", site);
  return loadSite(join(folder, "site.yaml"), { driverTypes, uplinkTypes: [], env: {} });
}

function problems(site: string): string[] {
  try {
    load(site);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ""));
  }
  return [];
}

const mapOf = (site: ReturnType<typeof load>) =>
  site.drivers.find(({ id }) => id === "bus")?.devices[0]?.["map"] as RegisterMap | undefined;

test("every map that comes with the gateway is right, and known by its name", () => {
  const names = readdirSync(join(BUNDLED_POLICIES, "../modbus-maps")).map((name) => name.replace(".yaml", ""));
  expect(names.length).toBeGreaterThanOrEqual(6);
  for (const name of names) {
    const map = mapOf(load(siteWith(`unit: 1, map: ${name}`)));
    expect(map?.registers.length, name).toBeGreaterThan(0);
    expect(map?.sources.length, name).toBeGreaterThan(0);
  }
});

test("a map of one's own comes from a file beside the site file, or stands in it; it is no secret", () => {
  write("maps/mine.yaml", GOOD_MAP);
  const fromFile = load(siteWith("unit: 1, map: { file: maps/mine.yaml }"));
  expect(mapOf(fromFile)).toMatchObject({ name: "Mine", byteOrder: "big" });
  expect(fromFile.warnings).toEqual([]);
  expect(fromFile.site.devices[0]?.["map"]).toEqual({ file: "maps/mine.yaml" });
  const inline =
    "{ name: M, registers: [{ id: in, function: 3, address: 0, type: u32, unit: persons, reads: count.in }] }";
  expect(problems(siteWith(`unit: 1, map: ${inline}`))).toEqual([]);
});

test("what is wrong in a map is said with its file, line, path and advice", () => {
  write(
    "bad.yaml",
    `name: Bad
wordOrder: middle
registers:
  - { id: in, function: 7, address: 70000, type: u32, unit: persons, reads: count.in }
  - { id: out, function: 4, address: 2, type: float32, unit: persons, reads: count.out }
  - { id: e, function: 4, address: 4, type: u32, unit: litres, reads: meter.energyWh }
  - { id: e2, function: 4, address: 4, type: u32, unit: W, reads: meter.energyWh, scal: 2 }
`,
  );
  const found = problems(siteWith("unit: 1, map: { file: bad.yaml }"));
  expect(found).toContain('bad.yaml:2: wordOrder: must be one of big, little, not "middle"');
  expect(found).toContain("bad.yaml:4: registers[0].function: must be 3 (holding) or 4 (input registers), not 7");
  expect(found.join("\n")).toMatch(/bad\.yaml:4: registers\[0\]\.address: must be at most 65535/);
  expect(found.join("\n")).toMatch(/bad\.yaml:7: registers\[3\]\.scal: unknown key "scal" -> did you mean "scale"/);
  expect(found.every((line) => line.startsWith("bad.yaml:"))).toBe(true);
});

test("sense is checked, not only form", () => {
  write(
    "odd.yaml",
    `name: Odd
registers:
  - { id: a, function: 4, address: 0, type: float32, unit: persons, reads: count.in }
  - { id: a, function: 4, address: 65535, type: u32, unit: kW, reads: meter.energyWh }
lock: { output: 3 }
`,
  );
  expect(problems(siteWith("unit: 1, map: { file: odd.yaml }"))).toEqual([
    'odd.yaml:3: registers[0].type: must be u16, u32, bcd16 or bcd32 for count.in, or have wrapsAt, not "float32"',
    'odd.yaml:4: registers[1].unit: must be one of kWh, Wh, MWh for meter.energyWh, not "kW"',
    "odd.yaml:4: registers[1].address: leaves no room for u32",
    'odd.yaml:4: registers[1].id: "a" is there already',
    "odd.yaml:5: lock.output: there is no output 3 in the map",
  ]);
});

test.each([
  [
    "an unknown name",
    "unit: 1, map: ddsu665",
    'devices[0].map: there is no register map "ddsu665" -> did you mean "ddsu666"',
  ],
  ["a name far off", "unit: 1, map: xyz", "or { file: NAME } for one of your own"],
  ["a missing file", "unit: 1, map: { file: none.yaml }", 'there is no file "none.yaml"'],
  ["no map", "unit: 1", "devices[0].map: is missing"],
  ["a unit that is none", "unit: 300, map: ddsu666", "devices[0].unit: must be at most 255"],
  ["an input the map has not", "unit: 1, map: io-8ch, inputs: [{ input: 9, as: door }]", "has no input 9"],
  ["an output the map has not", "unit: 1, map: io-8ch, lock: { output: 9 }", "has no output 9"],
  [
    "another meaning",
    "unit: 1, map: io-8ch, inputs: [{ input: 1, as: window }]",
    "must be one of input, door, lock, fire",
  ],
])("%s is a sentence", (_, device, says) => {
  expect(problems(siteWith(device)).join("\n")).toContain(says);
});

test("Modbus TCP over a serial line is refused", () => {
  const found = problems(siteWith("unit: 1, map: ddsu666", 'link: "serial:/dev/ttyS0", mode: tcp'));
  expect(found.join("\n")).toContain("drivers[0].mode: tcp needs a tcp: link, not serial:");
});
