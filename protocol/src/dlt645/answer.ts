/** What a DL/T 645 meter answers, both ways. */
import { fromReversedHex, reversedHex } from "../bcd.ts";
import { FrameError, InvariantError } from "../errors.ts";
import { type Dlt645Frame, dlt645Control } from "./frame.ts";
import { type Dlt645Edition, dlt645EditionOf } from "./request.ts";
import { sealDlt645 } from "./seal.ts";

export type Dlt645Answer =
  | {
      readonly kind: "data";
      readonly di: string;
      readonly data: Uint8Array;
      /** The answer goes on: ask for the next part. */
      readonly more: boolean;
      /** Number of the part, from 1, in a following frame of the 2007 edition. */
      readonly part?: number | undefined;
    }
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "refusal"; readonly errorByte: number; readonly errors: readonly string[] }
  /** Good, but nothing a reader asks for: the receipt of a write, say. */
  | { readonly kind: "other"; readonly code: number };

/** Meaning of the error byte, bit 0 first. */
const ERRORS: Readonly<Record<Dlt645Edition, readonly string[]>> = {
  "2007": [
    "other error",
    "no such data",
    "password wrong or not authorised",
    "the rate cannot be changed",
    "too many year zones",
    "too many day periods",
    "too many tariffs",
    "reserved bit 7",
  ],
  "1997": [
    "data not allowed",
    "no such data",
    "password wrong",
    "reserved bit 3",
    "too many year zones",
    "too many day periods",
    "too many tariffs",
    "reserved bit 7",
  ],
};

export function dlt645Errors(errorByte: number, edition: Dlt645Edition = "2007"): readonly string[] {
  return ERRORS[edition].filter((_, bit) => (errorByte & (1 << bit)) !== 0);
}

/** Code of the answer -> edition and whether it is a following part. */
const DATA_CODES: Readonly<Record<number, { readonly edition: Dlt645Edition; readonly follows: boolean }>> = {
  17: { edition: "2007", follows: false },
  18: { edition: "2007", follows: true },
  1: { edition: "1997", follows: false },
  2: { edition: "1997", follows: true },
};
const ADDRESS_CODE = 0x13;

/** Throws FrameError `unknown` for a frame that is no answer, `truncated` or `payload` for one that does not hold what it should. */
export function decodeDlt645Answer({ control, data }: Dlt645Frame): Dlt645Answer {
  const { fromMeter, abnormal, moreFrames, code } = dlt645Control(control);
  if (!fromMeter) throw new FrameError("unknown", "the frame is from a reader");
  const shape = DATA_CODES[code];
  if (abnormal) {
    const [errorByte] = data;
    if (errorByte === undefined) throw new FrameError("truncated", "a refusal without its error byte");
    return { kind: "refusal", errorByte, errors: dlt645Errors(errorByte, shape?.edition) };
  }
  if (code === ADDRESS_CODE) {
    if (data.length !== 6) throw new FrameError("payload", `an address of ${data.length} bytes`);
    return { kind: "address", address: reversedHex(data) };
  }
  if (shape === undefined) return { kind: "other", code };
  const size = shape.edition === "2007" ? 4 : 2;
  const numbered = shape.follows && shape.edition === "2007";
  const end = data.length - (numbered ? 1 : 0);
  if (end < size) throw new FrameError("truncated", `${data.length} bytes hold no data identifier`);
  return {
    kind: "data",
    di: reversedHex(data.subarray(0, size)),
    data: data.subarray(size, end),
    more: moreFrames,
    ...(numbered ? { part: data[end] } : {}),
  };
}

/** The meter's side. A frame that could pass for a request is refused: InvariantError. */
export function encodeDlt645Answer({ address, control, data }: Dlt645Frame, preamble = 0): Uint8Array {
  if ((control & 0x80) === 0) throw new InvariantError(`control ${control} is no answer`);
  return sealDlt645(address, control, data, preamble);
}

/** Data under its identifier; `part` from 1 in following frames. */
export function dlt645DataAnswer(
  address: string,
  { di, data, more = false, part }: { di: string; data: Uint8Array; more?: boolean; part?: number },
): Dlt645Frame {
  const edition = dlt645EditionOf(di);
  const code = (edition === "2007" ? 0x91 : 0x81) + (part === undefined ? 0 : 1);
  const tail = part !== undefined && edition === "2007" ? [part] : [];
  return {
    address,
    control: code | (more ? 0x20 : 0),
    data: Uint8Array.of(...fromReversedHex(di), ...data, ...tail),
  };
}

export const dlt645Refusal = (address: string, code: number, errorByte: number): Dlt645Frame => ({
  address,
  control: 0xc0 | code,
  data: Uint8Array.of(errorByte),
});
