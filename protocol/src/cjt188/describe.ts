/** One line for people about a CJ/T 188 frame, for logs and the bus doctor. */
import { FrameError } from "../errors.ts";
import { type Cjt188Frame, cjt188TypeName, decodeCjt188Frame } from "./frame.ts";
import type { Cjt188Quantity } from "./quantity.ts";
import { decodeCjt188Answer } from "./reading.ts";
import { CJT188_ANY_TYPE, decodeCjt188Request } from "./request.ts";

/** Functions by code, b5..b0; those of a reader and the ones it never uses. */
const FUNCTIONS: Readonly<Record<number, string>> = {
  1: "read data",
  3: "read address",
  4: "write data",
  9: "read key version",
  21: "write address",
  22: "set base reading",
};

/** The name of a function by its code; codes from 20H that are not in the table are the makers' own. */
export const cjt188Function = (code: number): string =>
  FUNCTIONS[code] ?? (code >= 0x20 ? "manufacturer extension" : `function ${code}`);

/** `cold water 78330011223344: 556677.00 m3, valve closed`. Never throws; damaged bytes say what is wrong with them. */
export function describeCjt188(bytes: Uint8Array, _direction: "tx" | "rx"): string {
  try {
    const frame = decodeCjt188Frame(bytes);
    const type = frame.type === CJT188_ANY_TYPE ? "any" : cjt188TypeName(frame.type);
    return `${type} ${frame.address}: ${(frame.control & 0x80) === 0 ? requestText(frame) : answerText(frame)}`;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return `damaged (${error.code}): ${error.message}`;
  }
}

function requestText(frame: Cjt188Frame): string {
  const request = decodeCjt188Request(frame);
  if (request.kind === "other") return cjt188Function(request.code);
  const { di, order, serial } = request.asked;
  return `${request.kind === "read" ? "read" : "read address"} ${di ?? "?"} (sent ${order}), serial ${serial}`;
}

function answerText(frame: Cjt188Frame): string {
  const answer = decodeCjt188Answer(frame);
  if (answer.kind === "address") return `its address is ${answer.address}`;
  if (answer.kind === "refusal") return `refuses (${cjt188Function(frame.control & 0x3f)}): status ${answer.status}`;
  if (answer.kind === "other") return `${cjt188Function(answer.code)} done`;
  const { reading } = answer;
  const { valve, batteryLow } = reading.status;
  const volume = reading.kind === "heat" ? `, ${quantityText(reading.volume)}` : "";
  return `${quantityText(reading.current)}${volume}, valve ${valve}${batteryLow ? ", battery low" : ""}`;
}

const quantityText = ({ value, unit }: Cjt188Quantity): string => (value === null ? "absent" : `${value} ${unit}`);
