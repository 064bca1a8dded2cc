/**
 * The first sheet of an XLSX workbook as text (ECMA-376 part 1, 18.3 and 18.4), and a workbook out of sheets of text. Formulas are never worked out: of
 * a cell with one the value counts that was saved with it. What unpacks to too much is refused before it is unpacked.
 */
import { strFromU8, strToU8, type UnzipFileInfo, unzipSync, zipSync } from "fflate";
import { Parser } from "saxen";
import { MAX_CELL, MAX_COLUMNS, MAX_ROWS, type SheetRow, unfit } from "./csv.ts";

const MAX_PART = 24_000_000;
const MAX_PARTS = 48_000_000;
const MAX_STRINGS = 200_000;
const NEEDED = /^xl\/(workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|worksheets\/[^/]+\.xml)$/i;

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** Throws ConfigError for what is no workbook, or too large a one. */
export function readXlsx(bytes: Uint8Array): SheetRow[] {
  const parts = unpack(bytes);
  const text = (name: string): string | undefined => {
    const part =
      parts[name] ?? parts[Object.keys(parts).find((each) => each.toLowerCase() === name.toLowerCase()) ?? ""];
    return part === undefined ? undefined : strFromU8(part);
  };
  const sheet = text(firstSheet(text));
  if (sheet === undefined) throw unfit("the workbook has no sheet", "save it again as XLSX");
  const strings = stringsIn(text("xl/sharedStrings.xml") ?? "");
  return rowsIn(sheet, strings);
}

function unpack(bytes: Uint8Array): Record<string, Uint8Array> {
  let sum = 0;
  const isWanted = ({ name, originalSize }: UnzipFileInfo): boolean => {
    if (!NEEDED.test(name)) return false;
    sum += originalSize;
    if (originalSize > MAX_PART || sum > MAX_PARTS)
      throw unfit("it unpacks to more than a list of rooms can be", "keep only the list of rooms in it");
    return true;
  };
  try {
    // The sizes it tells are the room it gets: what tells too little comes out cut short, and is no XML.
    return unzipSync(bytes, { filter: isWanted });
  } catch (error) {
    if (error instanceof Error && error.name === "ConfigError") throw error;
    throw unfit("it is no whole XLSX file", "save it again as XLSX, or as CSV");
  }
}

function firstSheet(text: (name: string) => string | undefined): string {
  let relation: string | undefined;
  let target: string | undefined;
  walk(text("xl/workbook.xml") ?? "", {
    open: (name, attributes) => {
      if (name === "sheet") relation ??= attributes()["r:id"] ?? "";
    },
  });
  walk(text("xl/_rels/workbook.xml.rels") ?? "", {
    open: (name, attributes) => {
      if (name !== "Relationship") return;
      const { Id, Target } = attributes();
      if (Id === relation) target = Target;
    },
  });
  const path = (target ?? "worksheets/sheet1.xml").replace(/^\/?(xl\/)?/, "");
  return `xl/${path}`;
}

interface Ears {
  open(name: string, attributes: () => Record<string, string>): void;
  close?(name: string): void;
  text?(text: string): void;
}

/** Names without their prefix. Throws ConfigError for what is no XML. */
function walk(xml: string, { open, close, text }: Ears): void {
  const parser = new Parser();
  const plain = (name: string) => name.slice(name.indexOf(":") + 1);
  parser.on("openTag", (name, attributes, decode) =>
    open(plain(name), () =>
      Object.fromEntries(Object.entries(attributes()).map(([key, value]) => [key, decode(value)])),
    ),
  );
  parser.on("closeTag", (name) => close?.(plain(name)));
  parser.on("text", (part, decode) => text?.(decode(part)));
  parser.on("cdata", (part) => text?.(part));
  parser.on("error", () => {
    throw unfit("a part of the workbook is damaged", "save it again as XLSX");
  });
  parser.on("warn", () => {});
  parser.parse(xml);
}

/** Text of each shared string; how it is read aloud (`rPh`) is none of it. */
function stringsIn(xml: string): string[] {
  const strings: string[] = [];
  let [current, inText, aloud] = ["", false, 0];
  if (xml === "") return strings;
  walk(xml, {
    open: (name) => {
      if (name === "si") current = "";
      if (name === "rPh") aloud += 1;
      if (name === "t") inText = true;
    },
    close: (name) => {
      if (name === "t") inText = false;
      if (name === "rPh") aloud -= 1;
      if (name !== "si") return;
      strings.push(current);
      if (strings.length > MAX_STRINGS) throw unfit("it holds too many texts", "keep only the list of rooms in it");
    },
    text: (part) => {
      if (inText && aloud === 0 && current.length <= MAX_CELL) current += part;
    },
  });
  return strings;
}

function rowsIn(xml: string, strings: readonly string[]): SheetRow[] {
  const rows: SheetRow[] = [];
  let line = 0;
  let cells: string[] = [];
  let [column, type, value, inValue] = [0, "n", "", false];
  walk(xml, {
    open: (name, attributes) => {
      if (name === "row") {
        line = Number(attributes()["r"] ?? line + 1);
        cells = [];
        column = -1;
      } else if (name === "c") {
        const { r, t } = attributes();
        column = r === undefined ? column + 1 : columnIn(r);
        [type, value] = [t ?? "n", ""];
      } else if (name === "v" || name === "t") inValue = true;
    },
    close: (name) => {
      if (name === "v" || name === "t") inValue = false;
      if (name === "c" && column >= 0 && column < MAX_COLUMNS) {
        while (cells.length < column) cells.push("");
        cells[column] = cellText(type, value, strings);
      }
      if (name !== "row" || !cells.some((cell) => cell.trim() !== "")) return;
      rows.push({ line, cells });
      if (rows.length > MAX_ROWS) throw unfit(`it has more than ${MAX_ROWS} rows`, "divide it into several lists");
    },
    text: (part) => {
      if (inValue && value.length <= MAX_CELL) value += part;
    },
  });
  return rows;
}

/** `AB12` is column 27. */
function columnIn(reference: string): number {
  let column = 0;
  for (const letter of reference.toUpperCase()) {
    if (letter < "A" || letter > "Z") break;
    column = column * 26 + letter.charCodeAt(0) - 64;
  }
  return column - 1;
}

function cellText(type: string, value: string, strings: readonly string[]): string {
  if (type === "s") return strings[Number(value)] ?? "";
  if (type === "b") return value === "1" ? "true" : "false";
  if (type !== "n" || value === "") return value;
  // 14.2 is kept as 14.199999999999999.
  const number = Number(value);
  return Number.isFinite(number) ? String(Number(number.toPrecision(12))) : value;
}

/** A sheet to be written: all of it is text, so that no program takes `3-02` for a day in March. */
export interface TextSheet {
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
}

export function writeXlsx(sheets: readonly TextSheet[]): Buffer {
  const each = (make: (sheet: TextSheet, n: number) => string) => sheets.map((sheet, i) => make(sheet, i + 1)).join("");
  const files: Record<string, string> = {
    "[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${MAIN}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${MAIN}.styles+xml"/>${each((_, n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${MAIN}.worksheet+xml"/>`)}</Types>`,
    "_rels/.rels": `<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<workbook xmlns="${SHEETS}" xmlns:r="${OFFICE}"><sheets>${each(({ name }, n) => `<sheet name="${escaped(name)}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<Relationships xmlns="${RELATIONS}">${each((_, n) => `<Relationship Id="rId${n}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}<Relationship Id="rId${sheets.length + 1}" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
    "xl/styles.xml": `<styleSheet xmlns="${SHEETS}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  };
  sheets.forEach(({ rows }, index) => {
    files[`xl/worksheets/sheet${index + 1}.xml`] = sheetXml(rows);
  });
  const packed = Object.entries(files).map(([name, xml]) => [name, strToU8(`${DECLARATION}${xml}`)] as const);
  return Buffer.from(zipSync(Object.fromEntries(packed), { mtime: "2000-01-01T00:00:00" }));
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

function sheetXml(rows: readonly (readonly string[])[]): string {
  const width = Math.max(1, ...rows.map((row) => row.length));
  const cell = (text: string) =>
    text === "" ? '<c s="1"/>' : `<c t="inlineStr" s="1"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
  const lines = rows.map((row, index) => `<row r="${index + 1}">${row.map(cell).join("")}</row>`).join("");
  return `<worksheet xmlns="${SHEETS}"><cols><col min="1" max="${width}" width="20" style="1" customWidth="1"/></cols><sheetData>${lines}</sheetData></worksheet>`;
}

const escaped = (text: string): string =>
  text
    .replace(/[^\P{Cc}\t\n]/gu, "")
    .replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[letter] ?? "&quot;");
