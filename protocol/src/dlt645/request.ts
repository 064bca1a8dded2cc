/** What a reader may ask a DL/T 645 meter, and what a meter understands. There is no encoder for writing, switching or setting. */
import { fromReversedHex, reversedHex } from "../bcd.ts";
import { FrameError } from "../errors.ts";
import { DLT645_ANY } from "./address.ts";
import { type Dlt645Frame, dlt645Control } from "./frame.ts";
import { sealDlt645 } from "./seal.ts";

/** Waking bytes a reader sends when nothing else is asked for. */
export const DLT645_PREAMBLE = 4;

export type Dlt645Edition = "2007" | "1997";

/** A data identifier as text, high byte first: 8 hex digits are of the 2007 edition, 4 of 1997. */
export function dlt645EditionOf(di: string): Dlt645Edition {
  if (/^[0-9A-F]{8}$/.test(di)) return "2007";
  if (/^[0-9A-F]{4}$/.test(di)) return "1997";
  throw new FrameError("payload", `"${di}" is no data identifier`);
}

const READ = { "2007": 0x11, "1997": 0x01 } as const;
const FOLLOW = { "2007": 0x12, "1997": 0x02 } as const;
const READ_ADDRESS = 0x13;

/** Read one data identifier. */
export function encodeDlt645Read(address: string, di: string, preamble = DLT645_PREAMBLE): Uint8Array {
  return sealDlt645(address, READ[dlt645EditionOf(di)], fromReversedHex(di), preamble);
}

/** Fetch the next part of a long answer. Parts count from 1; the 1997 edition does not number them. */
export function encodeDlt645Follow(address: string, di: string, part: number, preamble = DLT645_PREAMBLE): Uint8Array {
  const edition = dlt645EditionOf(di);
  const data = edition === "2007" ? Uint8Array.of(...fromReversedHex(di), part) : fromReversedHex(di);
  return sealDlt645(address, FOLLOW[edition], data, preamble);
}

/** Ask for the address: right only on a line with a single meter. 2007 edition. */
export function encodeDlt645ReadAddress(preamble = DLT645_PREAMBLE): Uint8Array {
  return sealDlt645(DLT645_ANY, READ_ADDRESS, new Uint8Array(0), preamble);
}

export type Dlt645Request =
  | { readonly kind: "read"; readonly di: string; readonly edition: Dlt645Edition }
  | { readonly kind: "follow"; readonly di: string; readonly edition: Dlt645Edition; readonly part: number | undefined }
  | { readonly kind: "read-address" }
  /** Writing and switching among them: a meter of ours obeys none. */
  | { readonly kind: "other"; readonly code: number };

/** What a frame from a reader asks. Throws FrameError `unknown` for a frame from a meter, `truncated` for a short one. */
export function decodeDlt645Request({ control, data }: Dlt645Frame): Dlt645Request {
  const { fromMeter, code } = dlt645Control(control);
  if (fromMeter) throw new FrameError("unknown", "the frame is from a meter");
  if (code === READ_ADDRESS) return { kind: "read-address" };
  const edition = code === READ["2007"] || code === FOLLOW["2007"] ? "2007" : "1997";
  if (code !== READ[edition] && code !== FOLLOW[edition]) return { kind: "other", code };
  const size = edition === "2007" ? 4 : 2;
  if (data.length < size) throw new FrameError("truncated", `${data.length} bytes hold no data identifier`);
  const di = reversedHex(data.subarray(0, size));
  return code === READ[edition] ? { kind: "read", di, edition } : { kind: "follow", di, edition, part: data[size] };
}
