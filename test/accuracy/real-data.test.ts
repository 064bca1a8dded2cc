/** The documented figures against the recordings they come from, and the recordings against their sources. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDataFile } from "./real/data-files.ts";
import { balances } from "./real/door-days.ts";
import { doorSection } from "./real/door-section.ts";
import { motionSection } from "./real/motion-section.ts";
import { officeSection } from "./real/office-section.ts";
import { readDoorCounts, readOffice, readRoom } from "./real/recordings.ts";
import type { Figure } from "./real/section.ts";
import { deviation, mean, sum } from "./real/statistics.ts";

const DATA = join(import.meta.dirname, "data");
const PAGE = readFileSync(join(import.meta.dirname, "../../docs/estimation-real-data.md"), "utf8");
const SOURCES = readFileSync(join(DATA, "README.md"), "utf8");
const documented = JSON.parse(readFileSync(join(import.meta.dirname, "real-figures.json"), "utf8")) as Figure[];
const scratch = mkdtempSync(join(tmpdir(), "gatehouse-real-data-"));
let figures: Map<string, Figure>;

beforeAll(() => {
  const sections = [doorSection, motionSection, officeSection].map((section) => section(DATA));
  figures = new Map(sections.flatMap((section) => section.figures).map((figure) => [figure.id, figure]));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Last digits may differ between machines by their exp and log. */
function expectSame(said: number | undefined, computed: number | undefined): void {
  if (said === undefined || computed === undefined) expect(said).toBe(computed);
  else expect(Math.abs(said - computed)).toBeLessThanOrEqual(0.005 * Math.abs(computed));
}

test("every recording is the one its source names", () => {
  const sums = Array.from(SOURCES.matchAll(/^\| `([^`]+)` \| `([0-9a-f]{64})` \|$/gm), ([, name = "", hash = ""]) => ({
    name,
    hash,
  }));
  const packed = readdirSync(DATA).filter((name) => name.endsWith(".gz"));
  expect(sums.map(({ name }) => `${name}.gz`).sort()).toEqual(packed.sort());
  for (const { name, hash } of sums) {
    expect(createHash("sha256").update(readDataFile(DATA, name)).digest("hex"), name).toBe(hash);
  }
});

test("the recordings name licence and origin, and stay small", () => {
  expect(SOURCES).toContain("CC BY 4.0");
  for (const doi of ["10.24432/C5NG78", "10.24432/C5P605", "10.24432/C5X01N"]) expect(SOURCES).toContain(doi);
  const sizes = readdirSync(DATA).map((name) => statSync(join(DATA, name)).size);
  expect(sum(sizes)).toBeLessThan(500_000);
});

test("real-figures.json is what the recordings give", () => {
  expect(documented.map(({ id }) => id)).toEqual([...figures.keys()]);
  for (const figure of documented) {
    const computed = figures.get(figure.id);
    expectSame(figure.value, computed?.value);
    expectSame(figure.low, computed?.low);
    expectSame(figure.high, computed?.high);
    expect({ ...figure, value: 0, low: 0, high: 0 }).toEqual({ ...computed, value: 0, low: 0, high: 0 });
  }
});

test("the page gives the figures as they are", () => {
  const rows = Array.from(
    PAGE.matchAll(/^\| `([\w.]+)` \| ([^|]+) \| ([^|]*) \| ([^|]+) \|/gm),
    ([, id = "", value = "", interval = "", unit = ""]) => ({
      id,
      value,
      interval: interval.trim(),
      unit: unit.trim(),
    }),
  );
  expect(rows.length).toBeGreaterThan(20);
  for (const { id, value, interval, unit } of rows) {
    const figure = documented.find((candidate) => candidate.id === id);
    expect(figure, id).toBeDefined();
    expect(Number(value), id).toBe(figure?.value);
    expect(interval, id).toBe(figure?.low === undefined ? "" : `${figure.low} to ${figure.high}`);
    expect(unit, id).toBe(figure?.unit);
  }
});

test("the door's totals are those of its file, counted by hand", () => {
  const lines = readDataFile(DATA, "CalIt2.data").toString().trim().split("\n");
  const total = (flow: string) =>
    sum(lines.filter((line) => line.startsWith(flow)).map((line) => Number(line.split(",")[3])));
  const { days, events } = readDoorCounts(DATA);
  expect([total("9,"), total("7,")]).toEqual([19_597, 18_837]);
  expect([days.length, days.filter(({ weekend }) => weekend).length, events.length]).toEqual([105, 30, 30]);
  expect(sum(days.flatMap(({ entered }) => entered))).toBe(19_597);
  expect(sum(days.flatMap(({ left }) => left))).toBe(18_837);
  const working = balances({ days, events }, 0).filter(({ weekend }) => !weekend);
  expect(mean(working.map(({ balance }) => balance))).toBeCloseTo(15.35, 2);
  expect(deviation(working.map(({ balance }) => balance))).toBeCloseTo(14.56, 2);
});

test("the room's rows are those of its file, counted by hand", () => {
  const rows = readRoom(DATA);
  const occupied = rows.filter(({ persons }) => persons > 0);
  const silent = occupied.filter((row) => row.silent);
  expect([rows.length, occupied.length]).toEqual([10_129, 1_901]);
  expect([1, 2, 3].map((n) => silent.filter(({ persons }) => persons === n).length)).toEqual([297, 270, 160]);
  expect(rows.filter((row) => row.persons === 0 && !row.silent).length).toBe(24);
});

test("the office's minutes are those of its files, and no minute is missing within one", () => {
  const office = readOffice(DATA);
  expect(office.map((stretch) => stretch.length)).toEqual([2_665, 8_143, 9_752]);
  const steps = office.flatMap((stretch) => stretch.slice(1).map(({ atMs }, i) => atMs - (stretch[i]?.atMs ?? 0)));
  expect([Math.min(...steps), Math.max(...steps)]).toEqual([59_000, 61_000]);
});

const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(import.meta.dirname, "real-data.ts"), ...args], { encoding: "utf8" });

test("the tables are printed, one part alone too", () => {
  const { status, stdout, stderr } = run("office");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("What a hold does to true presence");
  expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
});

test("a folder without the recordings, a part that is not there and an odd option end with advice and 78", () => {
  const wrong = [
    { said: "name the folder that holds the data sets", ...run("--data", scratch) },
    { said: "door, motion, office", ...run("attic") },
    { said: "Unknown option", ...run("--plot") },
  ];
  for (const { said, status, stderr } of wrong) {
    expect(status).toBe(78);
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^ {4}at /m);
  }
});

test.each([
  ["a row cut short", "9,07/24/05,00:00:00,1\n7,07/24", /CalIt2\.data:2: has fewer than 4 columns/],
  ["a word for a number", "9,07/24/05,00:00:00,many", /CalIt2\.data:1: "many" is not a number/],
  ["a date that is none", "9,24/07/05,00:00:00,1", /"24\/07\/05 00:00:00" is not a time/],
])("%s is named with its line", (name, text, said) => {
  const folder = join(scratch, name.replaceAll(" ", "-"));
  mkdirSync(folder);
  writeFileSync(join(folder, "CalIt2.data"), text);
  writeFileSync(join(folder, "CalIt2.events"), "");
  expect(() => readDoorCounts(folder)).toThrow(said);
});

test("a file that is not packed as it says is named", () => {
  writeFileSync(join(scratch, "datatest.txt.gz"), "no gzip");
  expect(() => readOffice(scratch)).toThrow(/datatest\.txt\.gz: this is not a gzip file/);
});
