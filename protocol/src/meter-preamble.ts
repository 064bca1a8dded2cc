/** The waking bytes before a frame of DL/T 645 and CJ/T 188: FE by the standards, FF from some meters, none to a dozen or more. */

/** More of them in a row are noise. */
export const MAX_PREAMBLE = 32;

/** So many waking bytes stand at the front. */
export function preambleLength(bytes: Uint8Array): number {
  let length = 0;
  while (length < bytes.length && (bytes[length] === 0xfe || bytes[length] === 0xff)) length += 1;
  return length;
}

export const preambleOf = (count: number): Uint8Array => new Uint8Array(count).fill(0xfe);
