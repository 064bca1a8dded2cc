/** Why a UHPPOTE board wrote an event down, as the uhppoted project names the codes. */

export interface UhppoteReason {
  readonly name: string;
  /** True where the event's `card` is a card; elsewhere it may be a keypad code or nothing. */
  readonly card: boolean;
}

const REASONS: ReadonlyMap<number, UhppoteReason> = new Map(
  (
    [
      [1, "swipe", true],
      [5, "system", true],
      [6, "no-access-rights", true],
      [7, "wrong-password", true],
      [8, "anti-passback", true],
      [9, "more-cards-needed", true],
      [10, "first-card-needed", true],
      [11, "door-normally-closed", true],
      [12, "interlock", true],
      [13, "outside-allowed-time", true],
      [15, "invalid-timezone", true],
      [18, "access-denied", true],
      [20, "button", false],
      [23, "door-opened", false],
      [24, "door-closed", false],
      [25, "supervisor-password", false],
      [28, "power-on", false],
      [29, "reset", false],
      [31, "button-door-locked", false],
      [32, "button-offline", false],
      [33, "button-interlock", false],
      [34, "button-threat", false],
      [37, "door-held", false],
      [38, "door-forced", false],
      [39, "fire", false],
      [40, "forced-closed", false],
      [41, "theft-prevention", false],
      [42, "zone-24h", false],
      [43, "emergency", false],
      [44, "remote-open", false],
      [45, "remote-open-usb", false],
    ] as const
  ).map(([code, name, card]) => [code, { name, card }]),
);

/** Codes nobody has published are `reason-N`, without a card. */
export function uhppoteReason(code: number): UhppoteReason {
  return REASONS.get(code) ?? { name: `reason-${code}`, card: false };
}
