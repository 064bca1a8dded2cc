import { describe, expect, it } from "vitest";
import { mappedPersonalFields, personalFields } from "./personal-fields.ts";

const alert = {
  type: "gatehouse.alert.raised",
  subject: "3-302",
  data: {
    persons: { residing: 5, low: 4 },
    address: { code: "310112004007", grid: "MQ-053" },
    history: [
      { to: "raised", by: "sensors" },
      { to: "acknowledged", by: "console:wang", note: "met Mr Li" },
    ],
    "a/b~c": { note: "x" },
    trigger: { credential: "c_5f2a91d0c4" },
  },
};

const paths = (fields: readonly { path: string }[]) => fields.map(({ path }) => path);

describe("what is about people in what leaves the box", () => {
  it("is found, with why, at its JSON pointer", () => {
    const found = personalFields(alert);
    expect(paths(found)).toEqual([
      "/data/persons",
      "/data/address",
      "/data/history/1/by",
      "/data/history/1/note",
      "/data/a~1b~0c/note",
      "/data/trigger/credential",
    ]);
    for (const { why } of found) expect(why.zh).toMatch(/\p{Script=Han}/u);
  });

  it("is found whatever a mapping calls it", () => {
    const sent = { addr: "310112004007", who: "处理人 console:wang", level: 3, text: "met Mr Li", kind: "alert" };
    expect(paths(mappedPersonalFields(sent, alert))).toEqual(["/addr", "/who", "/text"]);
  });

  it("names both people of a hand-over, and in other events no `from`", () => {
    expect(paths(personalFields({ type: "gatehouse.hand-over.started", data: { from: "li", to: "wang" } }))).toEqual([
      "/data/from",
      "/data/to",
    ]);
    expect(paths(personalFields({ type: "gatehouse.gap", data: { from: "2026-01-01", to: "2026-01-02" } }))).toEqual(
      [],
    );
  });

  it("is looked for in anything, also what is no event", () => {
    for (const odd of [null, 3, "text", [], [[[]]]]) expect(personalFields(odd)).toEqual([]);
  });
});
