import { expect, it } from "vitest";
import { LateChanges } from "./late-changes.ts";

it("an answer that comes after news of the feed does not undo them, and news of before it are in it already", () => {
  const late = new LateChanges<readonly string[]>();
  late.note((all) => [...all, "before"]);
  late.begin();
  late.note((all) => [...all, "alert"]);
  expect(late.end(["known"])).toEqual(["known", "alert"]);
  late.begin();
  expect(late.end(["known"])).toEqual(["known"]);
});
