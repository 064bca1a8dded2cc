/** A list of rooms as spaces, row by row with what is wrong in words for whoever typed it. Pure. */
import { ID_PATTERN, OUTSIDE, RiskLevel, Space, SpaceKind } from "@gatehouse/protocol";
import { ROOM_COLUMNS, type RoomRow } from "../table/setup.ts";
import { COLUMNS, columnOf, EXAMPLES, KIND_WORDS, NO, RISK_WORDS, type RoomColumn, YES } from "./columns.ts";
import { readCsv, type SheetRow, unfit } from "./csv.ts";
import { isZip, readXlsx } from "./xlsx.ts";

export type Cells = RoomRow["cells"];

export interface ReadRooms {
  readonly rows: RoomRow[];
  readonly good: number;
  readonly bad: number;
}

/** Lines above the first one with names of columns. */
const MAX_ABOVE = 10;
const MAX_SHOWN = 1_000;
/** All cells together: a small file can say the same long text again and again. */
const MAX_TEXT = 3_000_000;
/** What is wrong quotes what stands in the cell. */
const MAX_REASON = 200;

/** `known`: ids of the site's spaces. Throws ConfigError for a file that is no list of rooms. */
export function readRooms(bytes: Uint8Array, known: ReadonlySet<string>): ReadRooms {
  return roomsOf(isZip(bytes) ? readXlsx(bytes) : readCsv(bytes), known);
}

function roomsOf(sheet: readonly SheetRow[], known: ReadonlySet<string>): ReadRooms {
  const { columns, behind, numbers } = headOf(sheet);
  let size = 0;
  let last = 0;
  const lists = sheet.slice(behind).map(({ line: own, cells }) => {
    const line = numbers === undefined ? own : numberedLine(cells[numbers], last);
    last = line;
    const found = cellsOf(columns, cells);
    for (const text of Object.values(found)) size += text.length;
    if (size > MAX_TEXT) throw unfit("it holds more text than a list of rooms can have", "keep only the rooms in it");
    return { line, cells: found };
  });
  return checkRooms(
    lists.filter(({ cells }) => !isExample(cells)),
    known,
  );
}

const plainOf = (text: string): string => text.normalize("NFKC").replace(/\s/g, "");
const sameRoom = (cells: Cells): string => ROOM_COLUMNS.map((column) => plainOf(cells[column] ?? "")).join("\n");
const examples = new Set(Object.values(EXAMPLES).flat().map(sameRoom));

/** As the template has it: whoever changed a cell meant it. */
const isExample = (cells: Cells): boolean => EXAMPLE_ID.test(cells.id ?? "") && examples.has(sameRoom(cells));
const EXAMPLE_ID = /^\((?:示例|example)\)/i;

/** Rooms as cells, from a list or a scheme. */
export function checkRooms(
  lists: readonly { readonly line: number; readonly cells: Cells }[],
  known: ReadonlySet<string>,
): ReadRooms {
  const ids = new Map<string, FirstRow>();
  for (const { line, cells } of lists)
    if (cells.id !== undefined && !ids.has(cells.id)) ids.set(cells.id, { line, name: cells.name });
  const isThere = (id: string) => ids.has(id) || known.has(id);
  const rows = lists.map(({ line, cells }) => rowOf(line, cells, ids, isThere));
  const bad = rows.filter(({ problems }) => problems.length > 0).length;
  return { rows, good: rows.length - bad, bad };
}

interface Head {
  readonly columns: readonly (RoomColumn | undefined)[];
  /** So many rows stand above the first room. */
  readonly behind: number;
  /** Where each row's own number stands. */
  readonly numbers: number | undefined;
}

function headOf(sheet: readonly SheetRow[]): Head {
  for (const [index, { cells }] of sheet.slice(0, MAX_ABOVE).entries()) {
    const columns = cells.map(columnOf);
    const numbers = cells.indexOf(LINE_COLUMN);
    if (columns.includes("id"))
      return { columns: onceEach(columns), behind: index + 1, numbers: numbers === -1 ? undefined : numbers };
  }
  const { zh, en } = COLUMNS.id.title;
  throw unfit(`no line has a column "${zh}" or "${en}"`, "take the template's first line as it is");
}

/** Of rows that were read before: what is said of row 13 is said of the same row, whatever was left out above it. */
const LINE_COLUMN = "#line";
const MAX_LINE = 2 ** 31;

function numberedLine(text: string | undefined, last: number): number {
  const line = Number(text);
  if (Number.isInteger(line) && line > last && line <= MAX_LINE) return line;
  throw unfit(`its column "${LINE_COLUMN}" does not count upwards`, "leave that column out");
}

/** Of two columns of one name the first counts. */
const onceEach = (columns: readonly (RoomColumn | undefined)[]): (RoomColumn | undefined)[] =>
  columns.map((column, index) => (columns.indexOf(column) === index ? column : undefined));

function cellsOf(columns: readonly (RoomColumn | undefined)[], cells: readonly string[]): Cells {
  const found: Cells = {};
  for (const [index, column] of columns.entries()) {
    const text = cells[index]?.trim().slice(0, MAX_SHOWN) ?? "";
    if (column !== undefined && text !== "") found[column] = column === "name" ? text : plainer(column, text);
  }
  return found;
}

/** The first row of a number. */
interface FirstRow {
  readonly line: number;
  readonly name: string | undefined;
}

/** Nobody writes a fraction with the comma of Chinese sentences. */
const plainer = (column: RoomColumn, text: string): string =>
  (column === "areas" ? text.replaceAll("，", ", ") : text).normalize("NFKC");

type Problem = RoomRow["problems"][number];
type Note = (column: RoomColumn, zh: string, en: string) => undefined;

function rowOf(
  line: number,
  cells: Cells,
  ids: ReadonlyMap<string, FirstRow>,
  isThere: (id: string) => boolean,
): RoomRow {
  const problems: Problem[] = [];
  const note: Note = (column, zh, en) => {
    problems.push({ column, reason: { zh: zh.slice(0, MAX_REASON), en: en.slice(0, MAX_REASON) } });
    return undefined;
  };
  const given = {
    id: idIn(line, cells, ids, note),
    kind: kindIn(cells, note),
    name: cells.name,
    parent: parentIn(cells, isThere, note),
    ...areasIn(cells, note),
    registered: registeredIn(cells, note),
    familyExempt: familyIn(cells, note),
    risk: riskIn(cells, note),
    address: addressIn(cells),
  };
  if (problems.length > 0) return { line, cells, problems };
  const space = Space.safeParse(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
  if (space.success) return { line, cells, space: space.data, problems };
  for (const { path, message } of space.error.issues) note(columnOfPath(path), `不符合要求：${message}`, message);
  return { line, cells, problems };
}

function idIn(line: number, { id = "" }: Cells, ids: ReadonlyMap<string, FirstRow>, note: Note): string | undefined {
  if (id === "") return note("id", "缺少房间编号", "the room has no number");
  if (id === OUTSIDE)
    return note("id", "outside 有固定含义，请换一个编号", '"outside" means something else: choose another number');
  if (EXAMPLE_ID.test(id)) {
    const en = "this is a row of the template's example: give it the number of your room, or leave it out";
    return note("id", "这是模板中的示例行：请改成您的房间编号，或删去此行", en);
  }
  if (!ID_PATTERN.test(id)) {
    const zh = `“${id}”只能用字母、数字、“-”“_”“.”，最多64个；中文请写在名称中`;
    return note("id", zh, `"${id}" must be 1 to 64 letters, digits, '-', '_' or '.'; put other text into the name`);
  }
  const first = ids.get(id);
  if (first === undefined || first.line === line) return id;
  const zh = `编号“${id}”与第${first.line}行${first.name === undefined ? "" : `（${first.name}）`}重复`;
  const en = `"${id}" stands in row ${first.line} already${first.name === undefined ? "" : ` (${first.name})`}`;
  return note("id", zh, en);
}

function kindIn({ kind = "flat" }: Cells, note: Note): string | undefined {
  const known = KIND_WORDS[kind.toLowerCase()] ?? kind.toLowerCase();
  if (SpaceKind.safeParse(known).success) return known;
  const zh = `没有“${kind}”这种类型：请写成套住宅、单间、工棚宿舍、走廊、院落、楼层或楼栋`;
  return note("kind", zh, `there is no kind "${kind}": write ${SpaceKind.options.join(", ")}`);
}

function parentIn({ id, parent }: Cells, isThere: (id: string) => boolean, note: Note): string | undefined {
  if (parent === undefined) return undefined;
  if (parent === id) return note("parent", "不能位于自身之内", "it cannot lie in itself");
  if (isThere(parent)) return parent;
  const zh = `没有编号为“${parent}”的楼层或楼栋：请留空，或为它另加一行`;
  return note("parent", zh, `there is no floor or building "${parent}": leave this empty, or give it a row of its own`);
}

/** One number a living room. */
function areasIn({ areas }: Cells, note: Note): { readonly rooms?: readonly { readonly areaM2: number }[] } {
  if (areas === undefined) return {};
  const numbers = numbersIn(areas.replace(/(?:平方米|平米|㎡|m2|m²)/gi, " ").trim());
  if (numbers === undefined) {
    const zh = `“${areas}”是一间还是两间？两间请写 ${areas.replace(",", ", ")}，一间请写 ${areas.replace(",", ".")}`;
    const en = `"${areas}": one room or two? Write ${areas.replace(",", ", ")} for two, ${areas.replace(",", ".")} for one`;
    note("areas", zh, en);
    return {};
  }
  if (numbers.length > 0 && numbers.length <= 100 && numbers.every((area) => area > 0 && area <= 100_000))
    return { rooms: numbers.map((areaM2) => ({ areaM2 })) };
  note(
    "areas",
    `“${areas}”不是面积：请写数字，多间用逗号或空格隔开，如 14.2, 11`,
    `"${areas}" is no list of areas: write numbers with commas or spaces between, as 14.2, 11`,
  );
  return {};
}

/** `1,200` and `1,200.5`, with nothing that a comma would part them from. */
const THOUSANDS = /(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d.]|,\d)/g;

/** A comma parts numbers where a space is beside it, or where the numbers have points. Undefined for `14,2` alone, which may be either. */
function numbersIn(text: string): number[] | undefined {
  if (/^\d+,\d{1,2}$/.test(text)) return undefined;
  const whole = text.replace(THOUSANDS, (number) => number.replaceAll(",", ""));
  const parted = /\d\.\d/.test(whole) || /^\d+(?:,\d+){2,}$/.test(whole) ? whole.replaceAll(",", " ") : whole;
  return parted
    .split(/\s+,|,(?=\s)|[\s;；、+]+/)
    .filter((part) => part !== "" && part !== ",")
    .map((part) => Number(part.replace(",", ".")));
}

function registeredIn({ registered }: Cells, note: Note): number | undefined {
  if (registered === undefined) return undefined;
  const count = Number(registered.replace(/人$/, "").replace(THOUSANDS, (number) => number.replaceAll(",", "")));
  if (Number.isInteger(count) && count >= 0 && count <= 10_000) return count;
  return note("registered", `“${registered}”不是人数`, `"${registered}" is no number of people`);
}

function familyIn({ family }: Cells, note: Note): boolean | undefined {
  if (family === undefined) return undefined;
  const word = family.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  return note("family", `请写“是”或“否”，不是“${family}”`, `write yes or no, not "${family}"`);
}

function riskIn({ risk }: Cells, note: Note): string | undefined {
  if (risk === undefined) return undefined;
  const known = RISK_WORDS[risk] ?? risk.toLowerCase();
  if (RiskLevel.safeParse(known).success) return known;
  return note("risk", `请写红、黄或蓝，不是“${risk}”`, `write red, yellow or blue, not "${risk}"`);
}

function addressIn({ code, grid, plate }: Cells): object | undefined {
  const given = Object.entries({ code, grid, plate }).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

const COLUMN_OF_FIELD: Readonly<Record<string, RoomColumn>> = {
  rooms: "areas",
  areaM2: "areas",
  familyExempt: "family",
};

/** The innermost part of the path that is a column. */
function columnOfPath(path: readonly PropertyKey[]): RoomColumn {
  for (const part of path.map(String).reverse()) {
    if (COLUMN_OF_FIELD[part] !== undefined) return COLUMN_OF_FIELD[part];
    if (part in COLUMNS) return part as RoomColumn;
  }
  return "id";
}
