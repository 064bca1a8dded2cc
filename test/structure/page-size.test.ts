/** What a phone in a corridor has to load. */
import { expect, test } from "vitest";
import { filesWith, pageSize } from "../support/page-size.ts";

const FIRST_LOAD_BYTES = 400_000;

test("the first load of the page stays below 400 kB, compressed", () => {
  const { files, firstBytes } = pageSize();
  const names = files.map(({ name }) => name);
  // The board and the sign-in are really in it, and the plots of a room are not.
  for (const part of ["page-", "sign-in-", "board-page-"])
    expect(names.some((name) => name.startsWith(part))).toBe(true);
  expect(names.filter((name) => /chart|room-page/.test(name))).toEqual([]);
  expect(firstBytes).toBeLessThan(FIRST_LOAD_BYTES);
  expect(firstBytes).toBeGreaterThan(50_000);
});

test("no schemas are in the page: they weigh much, and try whether code may be made of text, which the policy forbids", () => {
  expect(filesWith("invalid_type")).toEqual([]);
  expect(filesWith("react").length).toBeGreaterThan(0);
});
