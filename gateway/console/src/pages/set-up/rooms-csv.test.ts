import { expect, test } from "vitest";
import { readRooms } from "../../../../src/console/rooms/read-rooms.ts";
import { columnsUsed, linesToMend, roomsCsv } from "./rooms-csv.ts";

test("corrected rows become a list again, whatever stands in their cells and however far down they stood", () => {
  const text = roomsCsv([
    { line: 2, cells: { id: "3-302", name: '3号楼, "东"', areas: "14.2 11" } },
    { line: 1_048_576, cells: { id: "3-303", name: "two\nlines" } },
  ]);
  const [head, ...rest] = text.split("\r\n");
  expect(head).toBe("#line,id,name,kind,areas,registered,family,risk,parent,code,grid,plate");
  expect(rest).toEqual(['2,3-302,"3号楼, ""东""",,14.2 11,,,,,,,', "1048576,3-303,two lines,,,,,,,,,", ""]);
});

test("the box says of corrected rows in which line of the file they stood", () => {
  const rows = [
    { line: 3, cells: { id: "1-1" } },
    { line: 900_000, cells: { id: "1-1" } },
  ];
  const read = readRooms(Buffer.from(roomsCsv(rows)), new Set());
  expect(read.rows.map(({ line }) => line)).toEqual([3, 900_000]);
  expect(read.rows[1]?.problems[0]?.reason.en).toContain("stands in row 3 already");
});

test("rows to mend are those with something wrong, and the one whose number they took", () => {
  const reason = { en: "twice", zh: "重复" };
  const space = { id: "1-1", kind: "flat" as const, familyExempt: false };
  const good = (line: number, id: string) => ({ line, cells: { id }, space: { ...space, id }, problems: [] });
  const rows = [
    good(2, "1-1"),
    good(3, "1-2"),
    { line: 9, cells: { id: "1-2" }, problems: [{ column: "id" as const, reason }] },
  ];
  expect([...linesToMend(rows)]).toEqual([3, 9]);
});

test("columns nobody filled in stay away, unless something is wrong there", () => {
  const row = { line: 2, cells: { id: "3-302", plate: "QR-1" }, problems: [] };
  expect(columnsUsed([row])).toEqual(["id", "name", "kind", "areas", "registered", "plate"]);
  const wrong = { ...row, problems: [{ column: "grid", reason: { en: "no", zh: "无" } }] };
  expect(columnsUsed([wrong])).toContain("grid");
});
