/** Meter addresses of DL/T 645: 12 digits; from the high end pairs may be `AA`, which stand for any two digits. */
import { fromReversedHex } from "../bcd.ts";
import { FrameError } from "../errors.ts";

/** Every meter hears it, none answers. */
export const DLT645_BROADCAST = "999999999999";
/** Every meter answers. Only for a line with one meter, or to find out whether there is any. */
export const DLT645_ANY = "AAAAAAAAAAAA";

/** Throws FrameError `payload` for anything but 12 digits with wildcards at the high end. */
export function dlt645AddressBytes(address: string): Uint8Array {
  if (!/^(?:AA)*\d*$/.test(address) || address.length !== 12)
    throw new FrameError("payload", `"${address}" is no meter address of 12 digits`);
  return fromReversedHex(address);
}
