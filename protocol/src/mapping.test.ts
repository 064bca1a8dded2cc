import { describe, expect, it } from "vitest";
import { Mapping, mapEvent, mappingProblems } from "./mapping.ts";

const event = {
  id: "alr_1.1",
  type: "gatehouse.alert.raised",
  sequence: "0000000000000007",
  data: {
    id: "alr_1",
    kind: "group-rental",
    space: "3-302",
    raisedAt: "2026-01-05T23:07:04.050+08:00",
    clearedAt: null,
    persons: { residing: 5 },
    address: { grid: "MQ-053" },
    evidence: [{ says: "5 of 7 nights" }],
  },
};
const map = (template: object, types?: readonly string[]) =>
  mapEvent(Mapping.parse({ template, ...(types === undefined ? {} : { types }) }), event);
const problems = (template: object, types?: readonly string[]) =>
  mappingProblems(Mapping.parse({ template, ...(types === undefined ? {} : { types }) }));

describe("a mapping", () => {
  it("puts constants and values of the event where the platform wants them, each with its own type", () => {
    expect(
      map({ source: "gate", n: 3, who: "${data.persons.residing}", title: "楼 ${data.space}: ${data.kind}" }),
    ).toEqual({
      source: "gate",
      n: 3,
      who: 5,
      title: "楼 3-302: group-rental",
    });
  });

  it("translates by a table, with a default for the rest", () => {
    const table = { "group-rental": "0401", fire: "0901" };
    expect(map({ code: { from: "data.kind", table, default: "9999" } })).toEqual({ code: "0401" });
    expect(map({ code: { from: "data.kind", table: { fire: "0901" }, default: "9999" } })).toEqual({ code: "9999" });
    expect(map({ code: { from: "data.kind", table: { fire: "0901" } } })).toEqual({});
    expect(map({ code: { from: "data.kind", table: {}, default: null } })).toEqual({ code: null });
  });

  it.each([
    ["yyyy-MM-dd HH:mm:ss", "2026-01-05 23:07:04"],
    ["yyyyMMddHHmmssSSS", "20260105230704050"],
    ["yyyy年MM月dd日", "2026年01月05日"],
    ["epoch-ms", 1767625624050],
    ["epoch-s", 1767625624],
  ])("writes times as %s, on the site's own wall clock", (time, expected) => {
    expect(map({ at: { from: "data.raisedAt", time } })).toEqual({ at: expected });
  });

  it("leaves out what the event does not have, unless there is a default", () => {
    const template = {
      a: "${data.portal}",
      b: "${data.portal|none}",
      c: "x${data.clearedAt}y",
      d: { e: "${data.portal}" },
    };
    expect(map(template)).toEqual({ b: "none", c: "xy", d: {} });
  });

  it("goes into lists, and cannot reach what is not the event's own", () => {
    expect(map({ list: ["${data.evidence.0.says}", 1, ["${id}"]] })).toEqual({
      list: ["5 of 7 nights", 1, ["alr_1.1"]],
    });
    expect(map({ a: "${data.constructor|no}", b: "${data.__proto__|no}" })).toEqual({ a: "no", b: "no" });
  });

  it.each([
    [{ a: "${date.space}" }, "template.a", 'an event has no "date"', 'did you mean "data"?'],
    [{ a: { b: "${data.spcae}" } }, "template.a.b", 'an alert has no "spcae"', 'did you mean "space"?'],
    [{ a: "${data..space}" }, "template.a", '"data..space" is no path', "write names with dots"],
    [{ a: "${data.space" }, "template.a", "without its }", "write ${data.space}"],
    [{ a: { from: "data.kind", tabel: {} } }, "template.a", "nrecognized", "takes `table`"],
    [{ a: { from: "data.raisedAt", time: "YYYY-MM-DD" } }, "template.a.time", "is no time format", "use yyyy"],
    [{ a: { from: "data.raisedAt", time: "epoch-us" } }, "template.a.time", "is no time format", "epoch-ms"],
    [{ a: { from: "data.kind", time: "yyyy", table: {} } }, "template.a", "both", "keep one"],
    [{ a: [{ from: "nothing" }] }, "template.a.0.from", 'an event has no "nothing"', "the alert stands in data"],
  ])("names what is wrong in %j", (template, path, reason, fix) => {
    expect(problems(template)).toMatchObject([
      { path, reason: expect.stringContaining(reason), fix: expect.stringContaining(fix) },
    ]);
  });

  it("knows the fields of alerts only, when it is for other events too", () => {
    expect(problems({ a: "${data.date}" }, ["gatehouse.residence.daily"])).toEqual([]);
    expect(problems({ a: "${data.date}" })).toHaveLength(1);
  });
});
