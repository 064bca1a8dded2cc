import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, type Policy } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadSite } from "../config.ts";
import { driverTypes } from "../drivers/index.ts";
import { uplinkTypes } from "../uplinks/index.ts";
import { loadPolicies } from "./policies.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-policies-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bundled = (): ReadonlyMap<string, Policy> => loadPolicies(join(tmpdir(), "no-such-folder", "site.yaml")).policies;

/** The figures of the law as they were read, apart from the files. */
test.each([
  ["cn-sh-rental-2014", [2, 5, true], "2014-05-01", true],
  ["cn-sh-site-2023", [4, undefined, false], "2023-06-01", true],
  ["cn-site-jgj146-2013", [16, 2.5, false], "2014-06-01", true],
  ["cn-dormitory-placeholder", [8, 4, false], "2018-01-01", false],
])("%s has the figures of its source", (id, figures, effective, verified) => {
  const policy = bundled().get(id);
  expect([policy?.personsPerRoom, policy?.areaPerPersonM2, policy?.familyExemption]).toEqual(figures);
  expect(policy?.source).toMatchObject({ effective, verified });
  expect(policy?.alertBudget).toEqual({ perGridAndDay: 20 });
  expect(policy?.registration?.workingDays).toBe(2);
  expect(Object.keys(policy?.nights ?? {}).sort()).toEqual(["blue", "red", "yellow"]);
});

test("a red space is judged sooner than a blue one in every policy", () => {
  for (const { nights } of bundled().values()) expect(nights.red.over).toBeLessThan(nights.blue.over);
});

interface Change {
  readonly spaces: readonly object[];
  readonly policies: readonly object[];
}

function load({ spaces, policies }: Change) {
  const site = {
    site: { id: "s", name: "s", kind: "construction-site", address: { code: "1", grid: "G" } },
    spaces,
    policies,
  };
  writeFileSync(join(folder, "site.yaml"), JSON.stringify(site));
  return loadSite(join(folder, "site.yaml"), { driverTypes, uplinkTypes });
}

function problemsOf(change: Change): string[] {
  try {
    load(change);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, reason, fix }) => `${path}: ${reason} -> ${fix}`);
  }
}

const both = [{ use: "cn-sh-site-2023" }, { use: "cn-site-jgj146-2013" }];
const shed = (facts: object) => ({ id: "shed", kind: "shed", ...facts });

test.each([
  [7.4, 2, "cn-site-jgj146-2013"],
  [7.5, 3, "cn-site-jgj146-2013"],
  [9.9, 3, "cn-site-jgj146-2013"],
  [10, 4, "cn-sh-site-2023"],
  [60, 4, "cn-sh-site-2023"],
])("a shed of %f m2 under both site policies holds %i, by %s", (areaM2, persons, policy) => {
  expect(load({ spaces: [shed({ areaM2 })], policies: both }).limits.get("shed")).toMatchObject({ persons, policy });
});

test("a shed without an area is an error under the policy that needs one, and says which figure is missing", () => {
  expect(problemsOf({ spaces: [shed({})], policies: both })).toEqual([
    'spaces[0]: no limit for "shed": cn-site-jgj146-2013 needs 2.5 m2 per person, but the space has no area -> ' +
      "add rooms: [{ areaM2: … }] (or areaM2), or an explicit limit: { persons, basis }",
  ]);
  expect(load({ spaces: [shed({})], policies: [both[0] as object] }).limits.get("shed")?.persons).toBe(4);
});

test("a family is exempt from the head count and from nothing else", () => {
  const flat = (familyExempt: boolean, areaM2: number) => ({ id: "f", kind: "flat", areaM2, familyExempt });
  const limit = (space: object) =>
    load({ spaces: [space], policies: [{ use: "cn-sh-rental-2014" }] }).limits.get("f")?.persons;
  expect([limit(flat(false, 24)), limit(flat(true, 24)), limit(flat(true, 9))]).toEqual([2, 4, 1]);
  const sheds = { spaces: [shed({ areaM2: 60, familyExempt: true })], policies: both };
  expect(load(sheds).limits.get("shed")?.persons).toBe(4);
});

test("a policy that contradicts itself is refused with the figure to write", () => {
  mkdirSync(join(folder, "policies"));
  const rule = { over: 3, of: 5, clear: 5 };
  const own = {
    id: "own",
    title: "own",
    source: { name: "own", effective: "2026-01-01", verified: true },
    appliesTo: ["shed"],
    personsPerRoom: 4,
    nights: { red: { ...rule, over: 6 }, yellow: { ...rule, raiseAt: 0.8, clearAt: 0.9 }, blue: rule },
  };
  writeFileSync(join(folder, "policies/own.yaml"), JSON.stringify(own));
  expect(problemsOf({ spaces: [shed({ areaM2: 10 })], policies: [{ use: "own" }] }).slice(-2)).toEqual([
    "nights.red.over: 6 of the last 5 nights can never be over -> write at most 5, or a larger `of`",
    "nights.yellow.clearAt: 0.9 is not below raiseAt 0.8: a finding would be raised and cleared by the same morning -> write less than 0.8",
  ]);
});
