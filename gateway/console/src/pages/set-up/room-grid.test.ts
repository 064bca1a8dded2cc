import { expect, test } from "vitest";
import { listOf, roomGrid, roomsOf, whereIs } from "./room-grid.ts";

const row = (id: string, line = 1, problems: readonly unknown[] = []) => ({ line, cells: { id }, problems });

test("a room's number says its building and floor", () => {
  expect(whereIs("3-302")).toEqual({ building: "3", floor: "3" });
  expect(whereIs("A-12-1204")).toEqual({ building: "A-12", floor: "12" });
  expect(whereIs("302")).toEqual({ building: "", floor: "3" });
  expect(whereIs("r201")).toEqual({ building: "", floor: "2" });
  expect(whereIs("hall")).toEqual({ building: "", floor: "" });
});

test("floors stand as in the house, the highest on top, and bad rows can be told", () => {
  const grid = roomGrid([row("3-101"), row("3-102"), row("3-1001"), row("3-201", 4, ["no area"]), row("4-101")]);
  expect(grid.map(({ building }) => building)).toEqual(["3", "4"]);
  expect(grid[0]?.floors.map(({ floor }) => floor)).toEqual(["10", "2", "1"]);
  expect(grid[0]?.floors[1]?.rooms).toEqual([{ line: 4, id: "3-201", bad: true }]);
});

test("a row with something wrong stands at its number all the same, one without a number in no building", () => {
  const grid = roomGrid([row("1-204", 6, ["area"]), { line: 7, cells: {}, problems: ["no number"] }]);
  expect(grid.map(({ building, floors }) => [building, floors[0]?.floor, floors[0]?.rooms])).toEqual([
    ["1", "2", [{ line: 6, id: "1-204", bad: true }]],
    ["", "", [{ line: 7, id: "", bad: true }]],
  ]);
});

test("a scheme says how many rooms it makes before they are asked for", () => {
  const scheme = { buildings: ["1", "2"], floors: { from: 1, to: 6, without: [4, 9] }, roomsPerFloor: 4, without: [] };
  expect(roomsOf(scheme)).toBe(40);
  expect(roomsOf({ ...scheme, floors: { from: 3, to: 1, without: [] } })).toBe(0);
});

test("lists are typed as people write them", () => {
  expect(listOf("1，2、 A ;2")).toEqual(["1", "2", "A"]);
  expect(listOf("1-3, 7")).toEqual(["1", "2", "3", "7"]);
  expect(listOf("3-1 A-3")).toEqual(["3-1", "A-3"]);
});
