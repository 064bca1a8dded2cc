import { expect, test } from "vitest";
import { columnsUsed, roomsCsv } from "./rooms-csv.ts";

test("corrected rows become a list again, whatever stands in their cells", () => {
  const text = roomsCsv([
    { cells: { id: "3-302", name: '3号楼, "东"', areas: "14.2 11" } },
    { cells: { id: "3-303", name: "two\nlines" } },
  ]);
  const [head, ...rest] = text.split("\r\n");
  expect(head).toBe("id,name,kind,areas,registered,family,risk,parent,code,grid,plate");
  expect(rest).toEqual(['3-302,"3号楼, ""东""",,14.2 11,,,,,,,', '3-303,"two\nlines",,,,,,,,,', ""]);
});

test("columns nobody filled in stay away, unless something is wrong there", () => {
  const row = { line: 2, cells: { id: "3-302", plate: "QR-1" }, problems: [] };
  expect(columnsUsed([row])).toEqual(["id", "name", "kind", "areas", "registered", "plate"]);
  const wrong = { ...row, problems: [{ column: "grid", reason: { en: "no", zh: "无" } }] };
  expect(columnsUsed([wrong])).toContain("grid");
});
