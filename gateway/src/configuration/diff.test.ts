import { expect, it } from "vitest";
import { difference } from "./diff.ts";

it("says what changed by the ids of list items, whatever their order", () => {
  const was = "spaces:\n  - { id: a, limit: 2 }\n  - { id: b }\nrules: [x, y]\n";
  const is = "spaces:\n  - { id: b }\n  - { id: a, limit: 3 }\n  - { id: c }\nrules: [x]\n";
  expect(difference(was, is).changes).toEqual([
    { path: "spaces/a/limit", kind: "changed", was: 2, is: 3 },
    { path: "spaces/c", kind: "added", is: { id: "c" } },
    { path: "rules", kind: "changed", was: ["x", "y"], is: ["x"] },
  ]);
});

it("shows changed lines with those around them, and nothing where nothing differs", () => {
  const was = Array.from({ length: 20 }, (_, line) => `k${line}: 1\n`).join("");
  const { lines } = difference(was, was.replace("k10: 1", "k10: 2"));
  expect(lines.map(({ sign, text }) => sign + text)).toEqual([
    " k7: 1",
    " k8: 1",
    " k9: 1",
    "-k10: 1",
    "+k10: 2",
    " k11: 1",
    " k12: 1",
    " k13: 1",
  ]);
  expect(lines.find(({ sign }) => sign === "+")?.line).toBe(11);
  expect(difference(was, was)).toEqual({ changes: [], lines: [] });
});
