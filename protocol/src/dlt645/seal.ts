/** Puts bytes into a DL/T 645 frame. Not for others: what may be sent is decided by request.ts and answer.ts. */
import { ByteWriter } from "../bytes.ts";
import { sum8 } from "../crc.ts";
import { preambleOf } from "../meter-preamble.ts";
import { dlt645AddressBytes } from "./address.ts";

export function sealDlt645(address: string, control: number, data: Uint8Array, preamble: number): Uint8Array {
  const body = new ByteWriter()
    .u8(0x68)
    .bytes(dlt645AddressBytes(address))
    .u8(0x68, control, data.length)
    .bytes(data.map((byte) => byte + 0x33))
    .done();
  return new ByteWriter().bytes(preambleOf(preamble)).bytes(body).u8(sum8(body), 0x16).done();
}
