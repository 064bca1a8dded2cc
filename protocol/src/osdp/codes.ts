/** OSDP's number tables: what NAKs, capabilities, colours and the small control codes mean. */

/** Why a PD said no. */
export const NAK_REASONS = {
  1: "wrong check characters",
  2: "wrong length",
  3: "unknown command",
  4: "unexpected sequence number",
  5: "secure channel not supported",
  6: "security conditions not met",
  7: "biometric type not supported",
  8: "biometric format not supported",
  9: "cannot process the record",
} as const;

export const NAK = {
  check: 1,
  length: 2,
  unknownCommand: 3,
  sequence: 4,
  securityUnsupported: 5,
  securityConditions: 6,
  biometricType: 7,
  biometricFormat: 8,
  record: 9,
} as const;

export function nakReason(code: number): string {
  return (NAK_REASONS as Readonly<Record<number, string>>)[code] ?? `reason ${code}`;
}

/** Function codes of PDCAP. */
export const CAPABILITY = {
  contacts: 1,
  outputs: 2,
  cardFormat: 3,
  leds: 4,
  audible: 5,
  text: 6,
  time: 7,
  checkCharacters: 8,
  security: 9,
  receiveBytes: 10,
  combinedBytes: 11,
  smartCard: 12,
  readers: 13,
  biometrics: 14,
  securePinEntry: 15,
  version: 16,
} as const;

export interface Capability {
  /** One of CAPABILITY, or a later one. */
  readonly function: number;
  readonly compliance: number;
  /** How many; for the two sizes the high byte, `compliance` being the low one. */
  readonly items: number;
}

/** The number of items of a function, 0 where the PD does not list it. */
export function itemsOf(capabilities: readonly Capability[], wanted: number): number {
  return capabilities.find((capability) => capability.function === wanted)?.items ?? 0;
}

/** The size behind `receiveBytes` or `combinedBytes`; undefined where the PD does not say. */
export function sizeOf(capabilities: readonly Capability[], wanted: number): number | undefined {
  const found = capabilities.find((capability) => capability.function === wanted);
  return found === undefined ? undefined : found.compliance | (found.items << 8);
}

export const COLOURS = ["none", "red", "green", "amber", "blue", "magenta", "cyan", "white"] as const;

/** Control codes of LED records, temporary and permanent. */
export const LED = {
  temporaryKeep: 0,
  temporaryCancel: 1,
  temporarySet: 2,
  permanentKeep: 0,
  permanentSet: 1,
} as const;

/** Control codes of OUT. */
export const OUTPUT = {
  keep: 0,
  offForGood: 1,
  onForGood: 2,
  /** Off, and any timer runs on. */
  offAllowTimer: 3,
  onAllowTimer: 4,
  onForTime: 5,
  offForTime: 6,
} as const;

/** Tones of BUZ. */
export const TONE = { none: 0, off: 1, standard: 2 } as const;

/** Commands of TEXT. */
export const TEXT = { permanent: 1, permanentWrapped: 2, temporary: 3, temporaryWrapped: 4 } as const;

/** Formats of RAW. */
export const CARD_FORMAT = { unspecified: 0, wiegand: 1 } as const;

/** Rates that COMSET may name. */
export const BAUD_RATES = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400] as const;
