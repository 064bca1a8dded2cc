import { expect, test } from "vitest";
import { columnsUsed, linesToMend, roomsCsv } from "./rooms-csv.ts";

test("corrected rows become a list again, whatever stands in their cells", () => {
  const text = roomsCsv([
    { line: 2, cells: { id: "3-302", name: '3号楼, "东"', areas: "14.2 11" } },
    { line: 5, cells: { id: "3-303", name: "two\nlines" } },
  ]);
  const [head, ...rest] = text.split("\r\n");
  expect(head).toBe("id,name,kind,areas,registered,family,risk,parent,code,grid,plate");
  expect(rest).toEqual(['3-302,"3号楼, ""东""",,14.2 11,,,,,,,', "", "", "3-303,two lines,,,,,,,,,", ""]);
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
