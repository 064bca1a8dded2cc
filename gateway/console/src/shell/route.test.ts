/** Places behind the `#`, and the table of pages. */
import { expect, test } from "vitest";
import { linkTo, match, placeOf } from "./route.ts";

test("a link is read back as it was written, whatever stands in it", () => {
  for (const id of ["3-302", "a/b", "100%", "室 #1?x=1", "\u202eevil"]) {
    const { path, query } = placeOf(linkTo("/rooms/:id", { id }, { from: "board & list" }));
    expect(match("/rooms/:id", path)).toEqual({ id });
    expect(query.get("from")).toBe("board & list");
  }
});

test("only a path of the same form matches", () => {
  expect(match("/rooms/:id", "/rooms")).toBeUndefined();
  expect(match("/rooms/:id", "/alerts/1")).toBeUndefined();
  expect(match("/rooms/:id", "/rooms/1/2")).toBeUndefined();
  expect(match("/", "/")).toEqual({});
  expect(match("/rooms/:id", "/rooms/%E0%A4%A")).toBeUndefined();
});

test("no place is the start", () => {
  expect(placeOf("").path).toBe("/");
  expect(placeOf("#").path).toBe("/");
  expect(placeOf("#/?claim=AB-12").query.get("claim")).toBe("AB-12");
});
