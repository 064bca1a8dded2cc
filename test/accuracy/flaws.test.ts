import { labelledSite } from "@gatehouse/device-sim";
import { expect, it } from "vitest";
import { FLAWLESS, flawed, NOTHING_SAID } from "./flaws.ts";

const SITE = labelledSite({ kind: "lock-only", seed: "flaws", days: 21, spaces: 8 });
const kindsOf = ({ readings }: typeof SITE) => new Set([...readings].map(({ kind }) => kind));

it("leaves a site without flaws as it is", () => {
  const { site, readings } = flawed(SITE, FLAWLESS);
  expect(site).toEqual(SITE.site);
  expect([...readings]).toEqual([...SITE.readings]);
});

it("says nothing of heads, rooms and cards", () => {
  const { site } = flawed(SITE, NOTHING_SAID);
  expect(site.spaces.every(({ registered, rooms, areaM2 }) => !(registered ?? rooms ?? areaM2))).toBe(true);
  expect(site.credentials).toEqual([]);
});

it("registers one too few, one too many, or as many as may live there, but never nobody", () => {
  const { site } = flawed(SITE, { ...FLAWLESS, wrongHeads: 1 });
  const said = new Map(SITE.site.spaces.map(({ id, registered }) => [id, registered]));
  const off = site.spaces.flatMap(({ id, registered = 0, limit }) => {
    const known = said.get(id) ?? 0;
    return known === 1 ? [] : [registered === limit?.persons ? "limit" : registered - known];
  });
  expect(new Set(off)).toEqual(new Set([-1, 1, "limit"]));
  expect(Math.min(...site.spaces.map(({ registered = 0 }) => registered))).toBe(1);
});

it("has no door that tells when it opens", () => {
  expect(kindsOf(SITE)).toContain("door.opened");
  const kinds = kindsOf(flawed(SITE, { ...FLAWLESS, noContacts: 1 }));
  expect(kinds).toContain("access.granted");
  expect([...kinds].filter((kind) => kind.startsWith("door."))).toEqual([]);
});

it("has residents go by one card, which alone is listed", () => {
  const { site, readings } = flawed(SITE, { ...FLAWLESS, oneCard: 1 });
  const staff = new Set(
    SITE.site.credentials?.flatMap(({ role, credential }) => (role === "tenant" ? [] : [credential])),
  );
  const shown = Map.groupBy(
    [...readings].filter(({ kind, credential = "" }) => kind === "access.granted" && !staff.has(credential)),
    ({ portal }) => portal,
  );
  const cards = [...shown.values()].map((uses) => new Set(uses.map(({ credential }) => credential)).size);
  expect(Math.max(...cards)).toBe(1);
  const tenants = site.credentials?.filter(({ role }) => role === "tenant") ?? [];
  expect(Math.max(...[...Map.groupBy(tenants, ({ space }) => space).values()].map(({ length }) => length))).toBe(1);
});
