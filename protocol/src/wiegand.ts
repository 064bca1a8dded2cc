/** Card numbers as bits, in the Wiegand formats that readers hand on: parity checked, never guessed. */

/** `auto` takes 26 and 34 bits for Wiegand and anything else as it is; `raw` takes every bit for the number. */
export const CARD_FORMATS = ["auto", "wiegand26", "wiegand34", "raw"] as const;
export type CardFormat = (typeof CARD_FORMATS)[number];

export type CardBits =
  /**
   * `number` is the canonical text of the card: its number without parity bits in upper-case hex, as many digits as its bits need. A card that
   * one reader gives as 34 bits with parity and another as 32 bits without has one number.
   */
  | { readonly ok: true; readonly number: string; readonly facility?: number; readonly card?: number }
  | { readonly ok: false; readonly reason: string };

/** Longer bit streams than any card has. */
export const MAX_CARD_BITS = 1024;

/** Of Wiegand with parity: the bits of facility and card number between the two parity bits. */
const WIEGAND = {
  26: { facilityBits: 8, cardBits: 16 },
  34: { facilityBits: 16, cardBits: 16 },
} as const;

/** `data` holds `bits` bits from its first one on (left-justified); bits behind them do not count. */
export function decodeCardBits(bits: number, data: Uint8Array, format: CardFormat): CardBits {
  if (!Number.isInteger(bits) || bits < 1 || bits > MAX_CARD_BITS) return no(`${bits} bits are no card`);
  if (data.length !== Math.ceil(bits / 8)) return no(`${bits} bits stand in ${data.length} bytes`);
  const wanted = format === "wiegand26" ? 26 : format === "wiegand34" ? 34 : undefined;
  if (wanted !== undefined && bits !== wanted) return no(`${bits} bits where ${wanted} were expected`);
  if (format === "raw" || (bits !== 26 && bits !== 34)) return { ok: true, number: hexOf(data, 0, bits) };
  const half = bits / 2;
  if (onesIn(data, 0, half) % 2 !== 0) return no(`wrong parity in the first half of ${bits} bits`);
  if (onesIn(data, half, half) % 2 !== 1) return no(`wrong parity in the second half of ${bits} bits`);
  const { facilityBits, cardBits } = WIEGAND[bits];
  return {
    ok: true,
    number: hexOf(data, 1, facilityBits + cardBits),
    facility: numberAt(data, 1, facilityBits),
    card: numberAt(data, 1 + facilityBits, cardBits),
  };
}

/** The bits of a Wiegand card with right parity, left-justified. `facility` and `card` are taken modulo what their fields hold. */
export function encodeWiegand(bits: 26 | 34, facility: number, card: number): Uint8Array {
  const { facilityBits, cardBits } = WIEGAND[bits];
  const data = new Uint8Array(Math.ceil(bits / 8));
  setNumber(data, 1, facilityBits, facility);
  setNumber(data, 1 + facilityBits, cardBits, card);
  const half = bits / 2;
  if (onesIn(data, 1, half - 1) % 2 === 1) setBit(data, 0);
  if (onesIn(data, half, half - 1) % 2 === 0) setBit(data, bits - 1);
  return data;
}

const no = (reason: string): CardBits => ({ ok: false, reason });

const bitAt = (data: Uint8Array, at: number): number => ((data[at >> 3] as number) >> (7 - (at & 7))) & 1;

function setBit(data: Uint8Array, at: number): void {
  data[at >> 3] = (data[at >> 3] as number) | (0x80 >> (at & 7));
}

function onesIn(data: Uint8Array, from: number, count: number): number {
  let ones = 0;
  for (let at = from; at < from + count; at++) ones += bitAt(data, at);
  return ones;
}

function numberAt(data: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) value = value * 2 + bitAt(data, at);
  return value;
}

function setNumber(data: Uint8Array, from: number, count: number, value: number): void {
  for (let bit = 0; bit < count; bit++) if ((value >>> bit) & 1) setBit(data, from + count - 1 - bit);
}

/** Right-justified: a first digit may stand for fewer than four bits. */
function hexOf(data: Uint8Array, from: number, count: number): string {
  const digits: string[] = [];
  for (let end = from + count; end > from; end -= 4) {
    const start = Math.max(from, end - 4);
    digits.unshift(
      numberAt(data, start, end - start)
        .toString(16)
        .toUpperCase(),
    );
  }
  return digits.join("");
}
