/** One reading of the totals of one CJ/T 188 meter. Pure: the bus sends and listens. */
import { RejectedError } from "../errors.ts";
import { matchesMeterAddress } from "../meter-address.ts";
import { decodeCjt188Frame } from "./frame.ts";
import { CJT188_PROFILES, type Cjt188Profile } from "./quantity.ts";
import { type Cjt188Heat, type Cjt188Volume, decodeCjt188Answer } from "./reading.ts";
import { CJT188_PREAMBLE, type Cjt188Order, encodeCjt188Read } from "./request.ts";

export interface Cjt188Asked {
  readonly type: number;
  readonly address: string;
  readonly order: Cjt188Order;
  readonly serial: number;
  readonly profile?: Cjt188Profile;
  readonly preamble?: number;
}

export interface Cjt188Totals {
  readonly address: string;
  readonly type: number;
  readonly reading: Cjt188Volume | Cjt188Heat;
}

export interface Cjt188Exchange {
  readonly request: Uint8Array;
  /** The answer, or undefined for a frame that is none to this question. Throws FrameError for a damaged one, RejectedError when the meter refuses. */
  hear(frame: Uint8Array): Cjt188Totals | undefined;
}

/** An answer may have the identifier in either order and any serial, whatever the question had: meters differ. */
export function createCjt188Exchange(asked: Cjt188Asked): Cjt188Exchange {
  const { address, profile = CJT188_PROFILES.standard, preamble = CJT188_PREAMBLE } = asked;
  return {
    request: encodeCjt188Read(asked, preamble),
    hear(bytes) {
      const frame = decodeCjt188Frame(bytes);
      if ((frame.control & 0x80) === 0 || !matchesMeterAddress(address, frame.address)) return undefined;
      const answer = decodeCjt188Answer(frame, profile);
      if (answer.kind === "refusal")
        throw new RejectedError(`meter ${frame.address} refuses its totals: status ${answer.status}`);
      if (answer.kind !== "totals") return undefined;
      return { address: frame.address, type: frame.type, reading: answer.reading };
    },
  };
}
