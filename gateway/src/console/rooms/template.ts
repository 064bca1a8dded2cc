/** A list of rooms to fill in: as a workbook with a sheet that explains it, or as plain text that every program opens. */
import { ROOM_COLUMNS } from "../table/setup.ts";
import { COLUMNS } from "./columns.ts";
import { writeXlsx } from "./xlsx.ts";

type Language = "zh" | "en";

const SHEETS = {
  rooms: { zh: "房间", en: "Rooms" },
  how: { zh: "填写说明", en: "How to fill it in" },
  head: { zh: ["列", "说明", "示例"], en: ["column", "what goes there", "example"] },
} as const;

export function xlsxTemplate(language: Language): Buffer {
  const titles = ROOM_COLUMNS.map((column) => COLUMNS[column].title[language]);
  const explained = ROOM_COLUMNS.map((column) => {
    const { title, how, example } = COLUMNS[column];
    return [title[language], how[language], example[language]];
  });
  return writeXlsx([
    { name: SHEETS.rooms[language], rows: [titles] },
    { name: SHEETS.how[language], rows: [[...SHEETS.head[language]], ...explained] },
  ]);
}

/** With a mark, so that office programs see that it is UTF-8. */
export function csvTemplate(language: Language): string {
  return `\uFEFF${ROOM_COLUMNS.map((column) => COLUMNS[column].title[language]).join(",")}\r\n`;
}
