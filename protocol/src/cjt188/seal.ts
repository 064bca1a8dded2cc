/** Puts bytes into a CJ/T 188 frame. Not for others: what may be sent is decided by request.ts and reading.ts. */
import { fromReversedHex } from "../bcd.ts";
import { ByteWriter } from "../bytes.ts";
import { sum8 } from "../crc.ts";
import { FrameError } from "../errors.ts";
import { preambleOf } from "../meter-preamble.ts";
import type { Cjt188Frame } from "./frame.ts";

export function sealCjt188({ type, address, control, data }: Cjt188Frame, preamble: number): Uint8Array {
  if (!/^(?:AA)*\d*$/.test(address) || address.length !== 14)
    throw new FrameError("payload", `"${address}" is no meter address of 14 digits`);
  const body = new ByteWriter()
    .u8(0x68, type)
    .bytes(fromReversedHex(address))
    .u8(control, data.length)
    .bytes(data)
    .done();
  return new ByteWriter().bytes(preambleOf(preamble)).bytes(body).u8(sum8(body), 0x16).done();
}
