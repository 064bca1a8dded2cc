import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CustomRule, Site } from "@gatehouse/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { BUNDLED_POLICIES, loadPolicies } from "../config/policies.ts";
import { buildModel } from "../core/model.ts";
import { type Variant, variantsOf } from "./variants.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatehouse-variants-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const site = Site.parse({
  site: { id: "s", name: "S", kind: "rental-compound", address: { code: "1", grid: "G" } },
  spaces: [
    { id: "a", kind: "flat", rooms: [{ areaM2: 20 }, { areaM2: 20 }] },
    { id: "b", kind: "flat", limit: { persons: 6, basis: "given" } },
    { id: "hall", kind: "corridor" },
  ],
  portals: [{ id: "door-a", kind: "door", from: "outside", to: "a" }],
  devices: [{ id: "count-a", kind: "counter", portal: "door-a" }],
  policies: [{ use: "cn-sh-rental-2014" }],
});
const grounds = { site, policies: loadPolicies(join(BUNDLED_POLICIES, "none.yaml")).policies };

const limitsOf = ({ config }: Variant) =>
  Object.fromEntries([...buildModel(config).spaces].map(([id, { limit }]) => [id, limit?.persons]));

function policyFile(id: string, personsPerRoom: number): string {
  const file = join(folder, `${id}.yaml`);
  const nights = { over: 3, of: 7, clear: 5 };
  const policy = {
    id,
    title: id,
    source: { name: "tried out", effective: "2026-01-01", verified: false },
    appliesTo: ["flat"],
    personsPerRoom,
    nights: { red: nights, yellow: nights, blue: nights },
  };
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

it("leaves the site as it is without a wish", () => {
  const [base, ...others] = variantsOf(grounds, {});
  expect(others).toEqual([]);
  expect(limitsOf(base)).toEqual({ a: 4, b: 6, hall: undefined });
});

it("tries limits one after the other, or some spaces together; explicit limits give way, the unjudged stay so", () => {
  const [base, ...others] = variantsOf(grounds, { limit: ["5,3", "b=2,a=1"] });
  expect(limitsOf(base)).toEqual({ a: 4, b: 6, hall: undefined });
  expect(others.map((each) => [each.name, each.folder, limitsOf(each)])).toEqual([
    ["limit 5", "limit-5", { a: 5, b: 5, hall: undefined }],
    ["limit 3", "limit-3", { a: 3, b: 3, hall: undefined }],
    ["limit b=2, a=1", "limit-b-2-a-1", { a: 1, b: 2, hall: undefined }],
  ]);
});

it("tries the same limit once, however often it is given", () => {
  const [, ...others] = variantsOf(grounds, { limit: ["4,3,4", "a=2", "3", "a=2"] });
  expect(others.map(({ folder }) => folder)).toEqual(["limit-4", "limit-3", "limit-a-2"]);
});

it("takes a policy in place of the site's own, compares it with others, and says which limits no policy changes", () => {
  const one = policyFile("strict", 1);
  const [base, ...others] = variantsOf(grounds, { policy: policyFile("mild", 3), compare: [one, one] });
  expect(limitsOf(base)).toEqual({ a: 6, b: 6, hall: undefined });
  expect(others.map(limitsOf)).toEqual([
    { a: 2, b: 6, hall: undefined },
    { a: 2, b: 6, hall: undefined },
  ]);
  expect(others.map(({ folder }) => folder)).toEqual(["policy-strict", "policy-strict-2"]);
  expect(base.notes).toEqual(["1 of 3 spaces have a limit of their own in the site file, which no policy changes"]);
});

it.each([
  ["4,x", '"x" is no number of persons'],
  ["0", '"0" is no number of persons'],
  ["1.5", '"1.5" is no number of persons'],
  ["", '"" is no number of persons'],
  ["a=", '"" is no number of persons'],
  ["4,a=3", "give --limit twice"],
  ["aa=3", 'there is no judged space "aa" -> did you mean "a"?'],
  ["hall=3", 'there is no judged space "hall"'],
])("says what is wrong with --limit %s", (limit, said) => {
  expect(() => variantsOf(grounds, { limit: [limit] })).toThrow(said);
});

it("keeps the rules of the site's own in every variant", () => {
  const rule = { id: "own", title: { zh: "一", en: "One" }, when: "calendar", if: "night" };
  const rules = [CustomRule.parse(rule)];
  const flags = { policy: policyFile("mild", 3), compare: [policyFile("strict", 1)], limit: ["2", "a=1"] };
  const variants = [...variantsOf({ ...grounds, rules }, flags), ...variantsOf({ ...grounds, rules }, {})];
  expect(variants.map(({ config }) => config.rules)).toEqual(variants.map(() => rules));
});
