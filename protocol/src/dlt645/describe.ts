/** One line for people about a DL/T 645 frame, for logs and the bus doctor. */
import { toHex } from "../bytes.ts";
import { FrameError } from "../errors.ts";
import { DLT645_BROADCAST } from "./address.ts";
import { decodeDlt645Answer } from "./answer.ts";
import { type Dlt645Frame, decodeDlt645Frame, dlt645Control } from "./frame.ts";
import { dlt645Item } from "./items.ts";
import { decodeDlt645Request } from "./request.ts";
import { type Dlt645Value, decodeDlt645Values } from "./values.ts";

/** Functions by code, both editions; those of a reader and the ones it never uses. */
const FUNCTIONS: Readonly<Record<number, string>> = {
  1: "read data",
  2: "read following data",
  4: "write data",
  8: "broadcast time",
  10: "write address",
  17: "read data",
  18: "read following data",
  19: "read address",
  20: "write data",
  21: "write address",
  22: "freeze",
  23: "change rate",
  24: "change password",
  25: "reset demand",
  26: "clear meter",
  27: "clear events",
  28: "relay control",
};

export const dlt645Function = (code: number): string => FUNCTIONS[code] ?? `function ${code}`;

/** `000102030425: forward active energy, total = 1206.42 kWh`. Never throws; damaged bytes say what is wrong with them. */
export function describeDlt645(bytes: Uint8Array, _direction: "tx" | "rx"): string {
  try {
    const frame = decodeDlt645Frame(bytes);
    const who = frame.address === DLT645_BROADCAST ? "all meters" : frame.address;
    return `${who}: ${dlt645Control(frame.control).fromMeter ? answerText(frame) : requestText(frame)}`;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return `damaged (${error.code}): ${error.message}`;
  }
}

function requestText(frame: Dlt645Frame): string {
  const request = decodeDlt645Request(frame);
  switch (request.kind) {
    case "read":
      return `read ${nameOf(request.di)}`;
    case "follow":
      return `read part ${request.part ?? "?"} of ${nameOf(request.di)}`;
    case "read-address":
      return "read address";
    case "other":
      return dlt645Function(request.code);
  }
}

function answerText(frame: Dlt645Frame): string {
  const answer = decodeDlt645Answer(frame);
  const { code } = dlt645Control(frame.control);
  switch (answer.kind) {
    case "data":
      return `${nameOf(answer.di)} = ${valuesText(answer.di, answer.data)}${answer.more ? " and more" : ""}`;
    case "address":
      return `its address is ${answer.address}`;
    case "refusal":
      return `refuses (${dlt645Function(code)}): ${answer.errors.join(", ") || "no reason given"}`;
    case "other":
      return `${dlt645Function(code)} done`;
  }
}

const nameOf = (di: string): string => dlt645Item(di)?.name ?? `data ${di}`;

function valuesText(di: string, data: Uint8Array): string {
  const item = dlt645Item(di);
  if (item === undefined) return toHex(data);
  try {
    const texts = decodeDlt645Values(item, data).map(valueText);
    return `${texts.join(", ")}${item.unit === "" ? "" : ` ${item.unit}`}`;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return toHex(data);
  }
}

const valueText = (value: Dlt645Value): string =>
  value.kind === "value" ? value.text : value.kind === "absent" ? "absent" : `garbage ${value.hex}`;
