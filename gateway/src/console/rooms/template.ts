/** A list of rooms to fill in: as a workbook with a sheet that explains it, or as plain text that every program opens. */
import { ROOM_COLUMNS } from "../table/setup.ts";
import { COLUMNS, EXAMPLES } from "./columns.ts";
import { writeXlsx } from "./xlsx.ts";

type Language = "zh" | "en";

const SHEETS = {
  rooms: { zh: "房间", en: "Rooms" },
  how: { zh: "填写说明", en: "How to fill it in" },
  head: { zh: ["列", "说明", "示例"], en: ["column", "what goes there", "example"] },
} as const;

/** The titles, and rooms as an example. */
const rowsIn = (language: Language): readonly (readonly string[])[] => [
  ROOM_COLUMNS.map((column) => COLUMNS[column].title[language]),
  ...EXAMPLES[language].map((example) => ROOM_COLUMNS.map((column) => example[column] ?? "")),
];

export function xlsxTemplate(language: Language): Buffer {
  const explained = ROOM_COLUMNS.map((column) => {
    const { title, how, example } = COLUMNS[column];
    return [title[language], how[language], example[language]];
  });
  return writeXlsx([
    { name: SHEETS.rooms[language], rows: rowsIn(language) },
    { name: SHEETS.how[language], rows: [[...SHEETS.head[language]], ...explained] },
  ]);
}

/** With a mark, so that office programs see that it is UTF-8. */
export function csvTemplate(language: Language): string {
  const cell = (text: string) => (text.includes(",") ? `"${text}"` : text);
  const lines = rowsIn(language).map((row) => row.map(cell).join(","));
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}
