import { expect, test } from "vitest";
import { codeLooksShort, isDescribed, premisesOf, type SiteFields, siteInputOf, siteProblems } from "./site-fields.ts";

const good: SiteFields = {
  id: "mq-0007",
  name: "银桂公寓",
  address: "上海市闵行区马桥镇",
  code: "31011210400700001",
  grid: "MQ-053",
  unowned: false,
};

test("a whole first page has nothing wrong with it", () => {
  expect(siteProblems(good)).toEqual({});
});

test("what the alerts need to find somebody is asked for", () => {
  expect(siteProblems({ ...good, name: " ", code: "", grid: "" })).toEqual({
    name: "needed",
    code: "needed",
    grid: "needed",
  });
  expect(siteProblems({ ...good, code: "", grid: "", unowned: true })).toEqual({});
});

test("a box as it is unpacked is not described, one whose grid nobody owns by choice is", () => {
  const described = (site: object) => isDescribed(siteInputOf({ site: { site } }, false));
  expect(described({ id: "box-1", name: "box-1", address: { code: "310112", grid: "unowned" } })).toBe(false);
  expect(described({ id: "box-1", name: "银桂公寓", address: { grid: "MQ-053" } })).toBe(false);
  expect(described({ id: "box-1", name: "银桂公寓", address: { code: "310112" } })).toBe(false);
  expect(described({ id: "box-1", name: "银桂公寓", address: { grid: "unowned" } })).toBe(true);
  expect(described({ id: "box-1", name: "银桂公寓", address: { code: "310112", grid: "MQ-053" } })).toBe(true);
});

test("the name of a machine is nobody's site number: it is asked for, until somebody has given one", () => {
  const idOf = (site: object, isNew: boolean) => siteInputOf({ site: { site } }, isNew).id;
  expect(idOf({ id: "vm", name: "vm" }, true)).toBe("");
  expect(siteProblems(siteInputOf({ site: { site: { id: "vm", name: "vm" } } }, true)).id).toBe("needed");
  expect(idOf({ id: "mq-0007", name: "银桂公寓" }, true)).toBe("mq-0007");
  expect(idOf({ id: "mq-0007", name: "mq-0007" }, false)).toBe("mq-0007");
});

test("forms are checked where other systems rely on them", () => {
  expect(siteProblems({ ...good, id: "闵行", code: "31 01", grid: "MQ 053" })).toEqual({
    id: "idForm",
    code: "codeForm",
    grid: "gridForm",
  });
  expect(siteProblems({ ...good, name: "长".repeat(201) })).toEqual({ name: "tooLong" });
});

test("a short address code is only remarked on", () => {
  expect(codeLooksShort("310112")).toBe(true);
  expect(codeLooksShort("31011210400700001")).toBe(false);
});

test("of several rules for one kind the chosen one counts, else what the site uses, else the first", () => {
  const offered = [
    { kind: "rental-compound", policy: "rental" },
    { kind: "construction-site", policy: "city" },
    { kind: "construction-site", policy: "country" },
  ];
  const chosen = (policy: string | undefined, used: readonly string[]) =>
    premisesOf(offered, { kind: "construction-site", ...(policy === undefined ? {} : { policy }) }, used)?.policy;
  expect(chosen(undefined, [])).toBe("city");
  expect(chosen(undefined, ["own", "country"])).toBe("country");
  expect(chosen("city", ["country"])).toBe("city");
  expect(chosen("rental", [])).toBe("city");
});
