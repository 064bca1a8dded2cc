/** A simulated OSDP card reader with keypad, lamp, buzzer, text line, door contact and two outputs: real frames, secure channel, own troubles by name. */
import {
  type Capability,
  createPd,
  encodeWiegand,
  osdpFraming,
  type Pd,
  type PdOptions,
  pdCapabilities,
  Splitter,
} from "@gatehouse/protocol";
import type { Random } from "@gatehouse/protocol/testing";
import type { SimDevice, SimEvent } from "./device.ts";
import type { OwnFaults } from "./faulty.ts";

export interface OsdpReaderOptions {
  readonly id: string;
  readonly address: number;
  /** The reader's own key, 16 bytes; without one it waits in install mode for its first. */
  readonly key?: Uint8Array | undefined;
  readonly install?: boolean | undefined;
  /** Says nothing but ID and CAP outside a session; default true where it has a key. */
  readonly secureRequired?: boolean | undefined;
  readonly baud?: number | undefined;
  readonly serial?: number | undefined;
  readonly capabilities?: readonly Capability[] | undefined;
  /** The contact of the door it stands at; default 0. */
  readonly doorInput?: number | undefined;
  /** Bits of a card; by default 26, and 34 for numbers that do not fit. */
  readonly cardBits?: 26 | 34 | undefined;
  /** What is not said here, as the PD itself takes it. */
  readonly pd?: Partial<PdOptions> | undefined;
}

export interface OsdpReader extends SimDevice {
  /** What it shows and holds: lamp, outputs, texts, events not told yet. */
  readonly pd: Pd;
  /** `wrong-key`, `wrong-address` and `reboot`, for withFaults. */
  readonly ownFaults: OwnFaults;
}

/** A maker's number that nobody has. */
const VENDOR = Uint8Array.of(0x00, 0x00, 0x00);
/** The longest silence inside one command. */
const FORGET_MS = 100;
const ANSWER_MS = { low: 2, high: 12 };
const MAX_DIGITS = 16;

export function createOsdpReader(options: OsdpReaderOptions, random: Random): OsdpReader {
  const { id, address, key, doorInput = 0 } = options;
  const someBytes = (count: number) => Uint8Array.from({ length: count }, () => random.int(0, 255));
  const pd = createPd(
    {
      address,
      baud: options.baud,
      identity: { vendor: VENDOR, model: 1, version: 1, serial: options.serial ?? address, firmware: [1, 0, 0] },
      capabilities: options.capabilities ?? pdCapabilities(),
      scbk: key,
      install: options.install ?? key === undefined,
      secureRequired: options.secureRequired ?? key !== undefined,
      ...options.pd,
    },
    someBytes,
  );
  const framing = osdpFraming();
  let splitter = new Splitter(framing);
  let heardMs = 0;
  let rightKey: Uint8Array | undefined;

  return {
    id,
    pd,
    ownFaults: {
      "wrong-key": (on) => {
        if (on) rightKey = pd.key;
        if (on) pd.setKey(someBytes(16));
        else if (rightKey !== undefined) pd.setKey(rightKey);
      },
      "wrong-address": (on) => pd.moveTo(on ? (address + 1) % 0x7f : address),
      reboot: (on) => {
        if (on) pd.reboot();
      },
    },
    hear(bytes, nowMs) {
      if (nowMs - heardMs > FORGET_MS) splitter = new Splitter(framing);
      heardMs = nowMs;
      return splitter.push(bytes).flatMap((piece) => {
        const answer = piece.kind === "frame" ? pd.hear(piece.bytes, nowMs) : undefined;
        return answer === undefined ? [] : [{ afterMs: random.int(ANSWER_MS.low, ANSWER_MS.high), bytes: answer }];
      });
    },
    act(event: SimEvent) {
      if (event.kind === "card") pd.push(cardRead(event.number, options.cardBits));
      else if (event.kind === "keypad") pd.push({ kind: "keypad", reader: 0, digits: keysOf(event.digits) });
      else if (event.kind === "door") pd.setInput(doorInput, event.open);
      else if (event.kind === "tamper") pd.setTamper(event.on);
      else if (event.kind === "power") pd.setPowerFailed(!event.ok);
    },
  };
}

/** The bits of a card with this number, facility and card in one. */
function cardRead(number: number, wanted: 26 | 34 | undefined) {
  const bits = wanted ?? (number < 1 << 24 ? 26 : 34);
  const data = encodeWiegand(bits, Math.floor(number / 0x1_0000), number % 0x1_0000);
  return { kind: "raw", reader: 0, format: 1, bits, data } as const;
}

/** `*` and `#` are keys of their own. */
function keysOf(digits: string): Uint8Array {
  const code = (key: string) => (key === "*" ? 0x7f : key === "#" ? 0x0d : key.charCodeAt(0));
  return Uint8Array.from(Array.from(digits).slice(0, MAX_DIGITS), code);
}
