/** What a PD is and shows: identity, capabilities, contacts, outputs, lights, sounds and texts. Tests and simulators look here. */
import { CAPABILITY, type Capability, itemsOf } from "../codes.ts";
import type { BuzzerControl, LedControl, TextCommand } from "../indicators.ts";
import type { Identity } from "../replies.ts";

export interface PdOptions {
  readonly address: number;
  readonly baud?: number | undefined;
  readonly identity: Identity;
  /** Eight bytes for CCRYPT; made of the identity when it is not given. */
  readonly clientUid?: Uint8Array | undefined;
  readonly capabilities?: readonly Capability[] | undefined;
  /** The PD's own key; without one it has only the default key, in install mode. */
  readonly scbk?: Uint8Array | undefined;
  /** Accepts a session under the default key until a KEYSET or `closeInstallMode`. */
  readonly install?: boolean | undefined;
  /** Outside a session only ID, CAP and the handshake are answered; default false. */
  readonly secureRequired?: boolean | undefined;
  /** Silence behind which a session is over; default 8 s. */
  readonly sessionMs?: number | undefined;
  /** Commands it knows but says NAK 9 to. */
  readonly refuses?: readonly string[] | undefined;
  /** Events held while nobody polls; a later one is lost and counted. Default 64. */
  readonly maxEvents?: number | undefined;
  /** Files longer than this are refused; default 1 MiB. */
  readonly maxFileBytes?: number | undefined;
  /** Knows no CRC: says NAK 1 to a command with one, under a checksum. Default false. */
  readonly checksumOnly?: boolean | undefined;
  /** Answers LSTAT, ISTAT, OSTAT and RSTAT with readable data under SCS_15, as one widespread PD does. Default false. */
  readonly clearStatus?: boolean | undefined;
  /** Says no to a wrong ACU cryptogram by NAK 5, or by an RMAC_I that is marked as failed. Default `nak`. */
  readonly refusesHandshakeBy?: "nak" | "rmac" | undefined;
}

/** What a LED shows, by reader and number. */
export interface LedShown {
  readonly temporary: LedControl["temporary"] | undefined;
  /** When the temporary pattern ends; Infinity until it is cancelled. */
  readonly untilMs: number;
  readonly permanent: LedControl["permanent"] | undefined;
}

export interface OutputShown {
  on: boolean;
  /** What it goes back to, and when. */
  timer: { readonly untilMs: number; readonly on: boolean } | undefined;
}

export interface ReceivedFile {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** Everything but the link. Numbers of inputs and readers are as on the wire: 0 is at rest. */
export interface PdState {
  readonly capabilities: readonly Capability[];
  tamper: number;
  power: number;
  readonly inputs: Uint8Array;
  readonly readers: Uint8Array;
  readonly outputs: readonly OutputShown[];
  /** By `reader:led`. */
  readonly leds: Map<string, LedShown>;
  /** The last of each reader. */
  readonly buzzers: Map<number, BuzzerControl>;
  /** The last of each reader. */
  readonly texts: Map<number, Omit<TextCommand, "kind">>;
  /** The last manufacturer command. */
  manufacturer: { readonly vendor: Uint8Array; readonly data: Uint8Array } | undefined;
  /** The most the ACU takes in one frame, where it said so. */
  acuBytes: number | undefined;
  file: ReceivedFile | undefined;
}

/** A reader with keypad, one light, buzzer, text line, two outputs and four contacts; both checks, secure channel, version 2.2. */
export function pdCapabilities(
  counts: { readonly inputs?: number; readonly outputs?: number; readonly leds?: number; readonly text?: boolean } = {},
): readonly Capability[] {
  const { inputs = 4, outputs = 2, leds = 1, text = true } = counts;
  const row = (wanted: number, compliance: number, items: number) => ({ function: wanted, compliance, items });
  return [
    row(CAPABILITY.contacts, inputs > 0 ? 1 : 0, inputs),
    row(CAPABILITY.outputs, outputs > 0 ? 1 : 0, outputs),
    row(CAPABILITY.cardFormat, 1, 0),
    row(CAPABILITY.leds, leds > 0 ? 4 : 0, leds),
    row(CAPABILITY.audible, 2, 1),
    row(CAPABILITY.text, text ? 1 : 0, text ? 1 : 0),
    row(CAPABILITY.checkCharacters, 1, 0),
    row(CAPABILITY.security, 1, 0),
    // 1,440 bytes, low byte first.
    row(CAPABILITY.receiveBytes, 0xa0, 0x05),
    row(CAPABILITY.readers, 1, 1),
    row(CAPABILITY.version, 2, 0),
  ];
}

export function createPdState(options: PdOptions): PdState {
  const capabilities = options.capabilities ?? pdCapabilities();
  return {
    capabilities,
    tamper: 0,
    power: 0,
    inputs: new Uint8Array(itemsOf(capabilities, CAPABILITY.contacts)),
    readers: new Uint8Array(Math.max(1, itemsOf(capabilities, CAPABILITY.readers))),
    outputs: Array.from({ length: itemsOf(capabilities, CAPABILITY.outputs) }, () => ({
      on: false,
      timer: undefined,
    })),
    leds: new Map(),
    buzzers: new Map(),
    texts: new Map(),
    manufacturer: undefined,
    acuBytes: undefined,
    file: undefined,
  };
}

/** The colour a LED shows at this moment, as an index into COLOURS; undefined where nobody has set it. */
export function ledColour(state: PdState, nowMs: number, reader = 0, led = 0): number | undefined {
  const shown = state.leds.get(`${reader}:${led}`);
  return shown?.temporary !== undefined && nowMs < shown.untilMs
    ? shown.temporary.onColour
    : shown?.permanent?.onColour;
}

/** Whether an output is on at this moment. */
export function isOutputOn(state: PdState, output: number, nowMs: number): boolean {
  const shown = state.outputs[output];
  if (shown === undefined) return false;
  return shown.timer !== undefined && nowMs >= shown.timer.untilMs ? shown.timer.on : shown.on;
}
