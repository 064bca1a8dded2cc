/** Checksums of the line protocols. Check values are those of the standard text "123456789". */

function table(poly: number, width: 16, reflected: boolean): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, index) => {
    let rest = reflected ? index : index << (width - 8);
    for (let bit = 0; bit < 8; bit++) {
      if (reflected) rest = rest & 1 ? (rest >>> 1) ^ poly : rest >>> 1;
      else rest = rest & 0x8000 ? ((rest << 1) ^ poly) & 0xffff : (rest << 1) & 0xffff;
    }
    return rest;
  });
}

const CCITT = table(0x1021, 16, false);
const MODBUS = table(0xa001, 16, true);

/** OSDP: polynomial 1021, initial 1D0F, not reflected. Check value E5CC. */
export function crc16Osdp(bytes: Uint8Array): number {
  let crc = 0x1d0f;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (CCITT[(crc >>> 8) ^ byte] as number);
  return crc;
}

/** Modbus RTU: polynomial 8005 reflected, initial FFFF. Check value 4B37. */
export function crc16Modbus(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (MODBUS[(crc ^ byte) & 0xff] as number);
  return crc;
}

/** The low byte of the sum: DL/T 645 and CJ/T 188. */
export function sum8(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}
