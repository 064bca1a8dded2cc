import { expect, test } from "vitest";
import { byPlace, openTests, shownTests } from "./tests-shown.ts";

const device = (id: string, where: string, test: "passed" | "failed" | "untested") => ({ id, where, test });
const before = [
  device("lock-1", "101", "untested"),
  device("lock-2", "102", "passed"),
  device("lock-3", "103", "failed"),
];
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

test("the list of what did not pass keeps a row that passes, until the filter is set anew", () => {
  const chosen = new Set(ids(openTests(before)));
  expect(ids(shownTests(before, chosen))).toEqual(["lock-1", "lock-3"]);
  const now = before.map((row) => ({ ...row, test: "passed" as const }));
  expect(ids(shownTests(now, chosen))).toEqual(["lock-1", "lock-3"]);
  expect(ids(shownTests(now, new Set(ids(openTests(now)))))).toEqual([]);
});

test("what fails meanwhile comes to it, and without the filter all are there", () => {
  const chosen = new Set(ids(openTests(before)));
  expect(ids(shownTests([...before, device("lock-4", "104", "failed")], chosen))).toContain("lock-4");
  expect(ids(shownTests(before, undefined))).toEqual(["lock-1", "lock-2", "lock-3"]);
});

test("rooms stand in the order of a walk", () => {
  expect(ids(byPlace([device("b", "10", "passed"), device("a", "9", "passed")]))).toEqual(["a", "b"]);
});
