import { expect, test } from "vitest";
import { CallProblem } from "../../client/problem.ts";
import { fieldEdits, freeId, isConflict } from "./site-file.ts";

test("an id is made of what the device calls itself, and is its own", () => {
  expect(freeId("Lock 302", new Set())).toBe("Lock-302");
  expect(freeId("锁 302", new Set())).toBe("302");
  expect(freeId("门锁", new Set())).toBe("device");
  expect(freeId("lock", new Set(["lock", "lock-2"]))).toBe("lock-3");
  expect(freeId("x".repeat(90), new Set())).toHaveLength(56);
});

test("only what differs is set, and what became empty is taken away", () => {
  expect(
    fieldEdits("site", { name: "a", grid: "G", plate: "P" }, { name: "b", grid: "G", plate: "", code: "" }),
  ).toEqual([
    { op: "set", path: "site/name", value: "b" },
    { op: "remove", path: "site/plate" },
  ]);
});

test("a refusal because of another's change can be told from the rest", () => {
  expect(isConflict(new CallProblem(409, { code: "conflict", message: "changed" }))).toBe(true);
  expect(isConflict(new CallProblem(400, { code: "bad", message: "bad" }))).toBe(false);
  expect(isConflict(new Error("409"))).toBe(false);
});
