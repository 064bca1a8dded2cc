/** From the card number a UHPPOTE board tells to the text every reader of the site has for the same card. */

/** How a board was set up to read: it tells 26 bits as three digits of facility and five of number, 34 bits as they are. */
export const UHPPOTE_CARDS = ["wiegand26", "wiegand34"] as const;
export type UhppoteCards = (typeof UHPPOTE_CARDS)[number];

/**
 * Number without parity in upper-case hex, as many digits as its bits need: 6 for 26 bits, 8 for 34. What cannot be a facility of 8 and a
 * number of 16 bits is taken as it is.
 */
export function uhppoteCardText(card: number, cards: UhppoteCards): string {
  const [facility, number] = [Math.floor(card / 100_000), card % 100_000];
  const short = cards === "wiegand26" && facility <= 0xff && number <= 0xffff;
  const value = short ? facility * 0x10000 + number : card;
  return value
    .toString(16)
    .toUpperCase()
    .padStart(short ? 6 : 8, "0");
}
