/** Lists with separators: RFC 4180 with whatever separator and encoding an office program chose. Bounded. */
import { ConfigError } from "@gatehouse/protocol";

/** A row with the line of the file it began on. */
export interface SheetRow {
  readonly line: number;
  readonly cells: readonly string[];
}

export const MAX_ROWS = 5_100;
export const MAX_COLUMNS = 60;
export const MAX_CELL = 10_000;

/** Throws ConfigError for what is no such list. */
export function readCsv(bytes: Uint8Array): SheetRow[] {
  const text = decode(bytes);
  return rowsOf(text, separatorOf(text));
}

/** UTF-8 or UTF-16 by its mark, UTF-8 where it is that, else GB 18030, which Chinese office programs write. */
export function decode(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  for (const encoding of ["utf-8", "gb18030"])
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one, then.
    }
  throw unfit("it is text in neither UTF-8 nor GB 18030", "save it as CSV UTF-8, or as XLSX");
}

export const unfit = (reason: string, fix: string): ConfigError =>
  new ConfigError({ path: "body", reason: `the list cannot be read: ${reason}`, fix });

/** What stands most often in the first lines, outside quotes: above the titles there may be others. */
function separatorOf(text: string): string {
  const counts = new Map([",", ";", "\t", "，"].map((separator) => [separator, 0]));
  let quoted = false;
  let lines = 0;
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    else if (letter === "\n" && ++lines === FIRST_LINES) break;
    else if (!quoted && counts.has(letter)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return [...counts].sort((x, y) => y[1] - x[1])[0]?.[0] ?? ",";
}

const FIRST_LINES = 10;

function rowsOf(text: string, separator: string): SheetRow[] {
  const rows: SheetRow[] = [];
  let [line, begunAt] = [1, 1];
  let cells: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    if (cells.length >= MAX_COLUMNS)
      throw unfit(`line ${line} has more than ${MAX_COLUMNS} columns`, "use the template");
    cells.push(cell);
    cell = "";
  };
  const endRow = () => {
    endCell();
    if (cells.some((each) => each.trim() !== "")) rows.push({ line: begunAt, cells });
    if (rows.length > MAX_ROWS) throw unfit(`it has more than ${MAX_ROWS} rows`, "divide it into several lists");
    cells = [];
    begunAt = line + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] as string;
    if (letter === '"' && (quoted || cell === "")) {
      const isDouble = quoted && text[at + 1] === '"';
      if (isDouble) cell += text[++at];
      else quoted = !quoted;
    } else if (quoted) cell += letter;
    else if (letter === separator) endCell();
    else if (letter === "\n") endRow();
    else if (letter !== "\r") cell += letter;
    if (letter === "\n") line += 1;
    if (cell.length > MAX_CELL) throw unfit(`a cell in line ${begunAt} is too long`, "is a quotation mark left open?");
  }
  if (quoted) throw unfit(`a quotation mark of line ${begunAt} is left open`, "close it, or take it out");
  endRow();
  return rows;
}
