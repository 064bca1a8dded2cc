/** One reading of one item from one meter, following parts included. Pure: the bus sends and listens. */
import { FrameError, RejectedError } from "../errors.ts";
import { matchesMeterAddress } from "../meter-address.ts";
import { decodeDlt645Answer } from "./answer.ts";
import { decodeDlt645Frame } from "./frame.ts";
import { dlt645Item } from "./items.ts";
import { DLT645_PREAMBLE, encodeDlt645Follow, encodeDlt645Read } from "./request.ts";
import { type Dlt645Value, decodeDlt645Values } from "./values.ts";

/** Parts of one answer at the most: the standard numbers them in one byte, real answers have two or three. */
const MAX_PARTS = 32;

/** What a frame on the line meant for the exchange. */
export type Dlt645Heard =
  /** Not for us: another meter, a reader's own request. Listen on. */
  | { readonly kind: "foreign" }
  /** A part; ask for the next one with {@link Dlt645Exchange.request}. */
  | { readonly kind: "part" }
  | { readonly kind: "done"; readonly address: string; readonly data: Uint8Array };

export interface Dlt645Exchange {
  /** What is to be sent now. */
  request(): Uint8Array;
  /**
   * Takes one frame. Throws FrameError for a damaged one and for an answer that does not belong to the question, RejectedError when the
   * meter refuses; a part heard twice is foreign.
   */
  hear(frame: Uint8Array): Dlt645Heard;
}

/** `di` of 8 hex digits speaks the 2007 edition, of 4 the 1997 one. `address` may have wildcards: then the first meter that answers is taken. */
export function createDlt645Exchange(address: string, di: string, preamble = DLT645_PREAMBLE): Dlt645Exchange {
  const parts: Uint8Array[] = [];
  let meter = address;
  return {
    request: () =>
      parts.length === 0
        ? encodeDlt645Read(address, di, preamble)
        : encodeDlt645Follow(meter, di, parts.length, preamble),
    hear(bytes) {
      const frame = decodeDlt645Frame(bytes);
      if ((frame.control & 0x80) === 0 || !matchesMeterAddress(meter, frame.address)) return { kind: "foreign" };
      const answer = decodeDlt645Answer(frame);
      if (answer.kind === "refusal")
        throw new RejectedError(
          `meter ${frame.address} refuses ${di}: ${answer.errors.join(", ") || "no reason given"}`,
        );
      if (answer.kind !== "data" || answer.di !== di) return { kind: "foreign" };
      if (answer.part !== undefined && answer.part !== parts.length) return { kind: "foreign" };
      if (parts.length >= MAX_PARTS) throw new RejectedError(`meter ${frame.address} sends ${di} without end`);
      meter = frame.address;
      parts.push(answer.data);
      return answer.more ? { kind: "part" } : { kind: "done", address: meter, data: joined(parts) };
    },
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Values of a finished exchange. Throws FrameError `unknown` for an identifier this product does not know. */
export function dlt645ValuesOf(di: string, data: Uint8Array): Dlt645Value[] {
  const item = dlt645Item(di);
  if (item === undefined) throw new FrameError("unknown", `data identifier ${di}`);
  return decodeDlt645Values(item, data);
}
