import { ConfigError } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { editText } from "./edits.ts";

const TEXT = `# the site
site: { id: a, name: 社区 } # its name
spaces:
  # first floor
  - { id: "101", kind: flat, registered: 2 }
  - { id: "102", kind: flat }
`;

describe("edits of a site file", () => {
  it("leave comments and everything else as they stand", () => {
    const text = editText(TEXT, [{ op: "set", path: "spaces/101/registered", value: 3 }]);
    expect(text).toBe(TEXT.replace("registered: 2", "registered: 3"));
  });

  it.each([1_000, 20_000])("with a value nested %i deep are refused by their path", (depth) => {
    let value: unknown = 1;
    for (let level = 0; level < depth; level++) value = { a: value };
    expect(() => editText(TEXT, [{ op: "set", path: "site/x", value }])).toThrow("is nested too deeply");
  });

  it("add to a list, and make one that is not there", () => {
    const text = editText(TEXT, [
      { op: "add", path: "spaces", value: { id: "103", kind: "flat" } },
      { op: "add", path: "devices", value: { id: "lock-1", kind: "lock" } },
    ]);
    expect(text).toContain("# first floor");
    expect(parse(text)).toEqual({
      ...parse(TEXT),
      spaces: [...parse(TEXT).spaces, { id: "103", kind: "flat" }],
      devices: [{ id: "lock-1", kind: "lock" }],
    });
  });

  it("fill an empty list, an item a line", () => {
    const text = editText("site: { id: a }\nspaces: []\n", [
      { op: "add", path: "spaces", value: { id: "1", kind: "flat" } },
      { op: "add", path: "spaces", value: { id: "2", kind: "flat" } },
    ]);
    expect(text).toBe('site: { id: a }\nspaces:\n  - { id: "1", kind: flat }\n  - { id: "2", kind: flat }\n');
  });

  it("remove items and keys, and set blocks that are missing", () => {
    const text = editText(TEXT, [
      { op: "remove", path: "spaces/102" },
      { op: "remove", path: "spaces/101/registered" },
      { op: "set", path: "site/address/grid", value: "MQ-053" },
      { op: "set", path: "spaces/101", value: { id: "101", kind: "room" } },
    ]);
    expect(parse(text)).toEqual({
      site: { id: "a", name: "社区", address: { grid: "MQ-053" } },
      spaces: [{ id: "101", kind: "room" }],
    });
  });

  it.each([
    [{ op: "set", path: "spaces/999/registered", value: 1 }, 'there is no "999"'],
    [{ op: "remove", path: "spaces/999" }, "is not there"],
    [{ op: "remove", path: "devices/lock" }, "is not there"],
    [{ op: "add", path: "site/name", value: {} }, "is no list"],
    [{ op: "set", path: "site/name/first", value: 1 }, "plain value"],
    [{ op: "set", path: "", value: 1 }, "names nothing"],
  ] as const)("that lead nowhere are refused: %j", (edit, reason) => {
    expect(() => editText(TEXT, [edit])).toThrow(ConfigError);
    expect(() => editText(TEXT, [edit])).toThrow(reason);
  });

  it("put text that looks like something else in quotes", () => {
    const value = { id: "1", kind: "flat", name: "no: #1 - 'x'\n\u202eyes", note: "null" };
    const text = editText("spaces: []\n", [{ op: "add", path: "spaces", value }]);
    expect(parse(text)).toEqual({ spaces: [value] });
  });
});
