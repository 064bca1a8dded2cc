import { expect, test } from "vitest";
import { readKept, writeKept } from "./kept-input.ts";

const storage = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
};

test("what was typed comes back, with fields that are new since then as they begin", () => {
  const kept = storage();
  writeKept(kept, "site", { name: "银桂" });
  expect(readKept(kept, "site", { name: "", grid: "MQ" })).toEqual({ name: "银桂", grid: "MQ" });
  writeKept(kept, "site", undefined);
  expect(readKept(kept, "site", { name: "" })).toEqual({ name: "" });
});

test("what is kept in another form, or broken, does not come back", () => {
  const kept = storage();
  writeKept(kept, "rows", { a: 1 });
  expect(readKept(kept, "rows", [])).toEqual([]);
  kept.setItem("gatehouse.input.rows", "{");
  expect(readKept(kept, "rows", [1])).toEqual([1]);
});

test("a storage that refuses costs nothing but the convenience", () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
    removeItem: () => undefined,
  };
  expect(() => writeKept(full, "site", { name: "x" })).not.toThrow();
  expect(readKept(undefined, "site", 3)).toBe(3);
});
