/** What a reader may ask a CJ/T 188 meter, and what a meter understands. There is no encoder for valves, settings or addresses. */
import { FrameError } from "../errors.ts";
import type { Cjt188Frame } from "./frame.ts";
import { sealCjt188 } from "./seal.ts";

/** Any meter, whatever its address: right only on a line with a single one. */
export const CJT188_ANY = "AA".repeat(7);
export const CJT188_ANY_TYPE = 0xaa;

/** Waking bytes a reader sends when nothing else is asked for. */
export const CJT188_PREAMBLE = 3;

/** The order of the identifier's bytes on the wire. Meters differ; the checksum does not show it. */
export type Cjt188Order = "90-1F" | "1F-90";

const READ = 0x01;
const READ_ADDRESS = 0x03;
export const CJT188_TOTALS = "901F";
export const CJT188_ADDRESS = "810A";

interface Addressed {
  readonly type: number;
  readonly address: string;
  readonly order: Cjt188Order;
  /** Comes back in the answer. */
  readonly serial: number;
}

/** Read the running totals (901F). */
export function encodeCjt188Read(to: Addressed, preamble = CJT188_PREAMBLE): Uint8Array {
  return sealCjt188({ ...to, control: READ, data: identified(CJT188_TOTALS, to) }, preamble);
}

/** Ask for the address (810A). */
export function encodeCjt188ReadAddress(to: Addressed, preamble = CJT188_PREAMBLE): Uint8Array {
  return sealCjt188({ ...to, control: READ_ADDRESS, data: identified(CJT188_ADDRESS, to) }, preamble);
}

/** DI and serial as they travel. */
export function identified(di: string, { order, serial }: Pick<Addressed, "order" | "serial">): Uint8Array {
  const [high, low] = [Number.parseInt(di.slice(0, 2), 16), Number.parseInt(di.slice(2), 16)];
  return order === "90-1F" ? Uint8Array.of(high, low, serial) : Uint8Array.of(low, high, serial);
}

export interface Cjt188Identified {
  /** High byte first, as the standard writes it; undefined for an identifier that makes sense in neither order. */
  readonly di: string | undefined;
  readonly order: Cjt188Order;
  readonly serial: number;
}

/** Identifiers begin with 81 (address), 90 (totals), A0 (settings), D1/D2 (months past): so the order shows. */
const HIGH = new Set([0x81, 0x90, 0xa0, 0xd1, 0xd2]);

/** Throws FrameError `truncated` when there is no room for DI and serial. */
export function readIdentified(data: Uint8Array): Cjt188Identified {
  const [first, second, serial] = data;
  if (first === undefined || second === undefined || serial === undefined)
    throw new FrameError("truncated", `${data.length} bytes hold no data identifier and serial`);
  const order = HIGH.has(first) ? "90-1F" : "1F-90";
  const [high, low] = order === "90-1F" ? [first, second] : [second, first];
  const text = ((high << 8) | low).toString(16).toUpperCase().padStart(4, "0");
  return { di: HIGH.has(high) ? text : undefined, order, serial };
}

export type Cjt188Request =
  | { readonly kind: "read"; readonly asked: Cjt188Identified }
  | { readonly kind: "read-address"; readonly asked: Cjt188Identified }
  /** Valves and settings among them: a meter of ours obeys none. */
  | { readonly kind: "other"; readonly code: number };

/** What a frame from a reader asks. Throws FrameError `unknown` for a frame from a meter, `truncated` for a short one. */
export function decodeCjt188Request({ control, data }: Cjt188Frame): Cjt188Request {
  if ((control & 0x80) !== 0) throw new FrameError("unknown", "the frame is from a meter");
  if (control === READ) return { kind: "read", asked: readIdentified(data) };
  if (control === READ_ADDRESS) return { kind: "read-address", asked: readIdentified(data) };
  return { kind: "other", code: control };
}
