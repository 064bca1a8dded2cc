/** What of a Firmata host's bytes may reach a board: eight pins at once never, and single pins only where a sensor owns them. Pure. */
import {
  decodeFirmataHost,
  encodeFirmataHost,
  FrameError,
  firmataHostFraming,
  PIN_MODES,
  Splitter,
} from "@gatehouse/protocol";

export interface OwnedPins {
  readonly owned: readonly number[];
  readonly pulledUp: readonly number[];
}

/** firmata-io writes a whole port out of a cache that begins at 0: written through, creating a switch would drop a lock on the same port. */
export class WriteGate {
  readonly #splitter = new Splitter(firmataHostFraming);
  readonly #owned: ReadonlySet<number>;
  readonly #pulledUp: ReadonlySet<number>;
  /** What an owned pin was last told; a port-wide write repeats the others' every time. */
  readonly #told = new Map<number, 0 | 1>();

  /** Digital numbers of the pins that sensors own, and of those that are to have a pull-up whenever they are inputs. */
  constructor({ owned, pulledUp }: OwnedPins) {
    this.#owned = new Set(owned);
    this.#pulledUp = new Set(pulledUp);
  }

  /** What goes to the board in place of these bytes. */
  pass(bytes: Uint8Array): Uint8Array[] {
    return this.#splitter.push(bytes).flatMap((piece) => (piece.kind === "frame" ? this.#passFrame(piece.bytes) : []));
  }

  #passFrame(frame: Uint8Array): Uint8Array[] {
    const message = read(frame);
    if (message === undefined) return frame[0] === 0xf0 && (frame[1] ?? 0) > 0x0f ? [frame] : [];
    switch (message.kind) {
      case "port-write":
        return this.#singly(message.port, message.bits);
      case "pin-write":
        return this.#owned.has(message.pin) ? [frame] : [];
      case "pin-mode":
        return this.#owned.has(message.pin) ? [this.#withPullUp(message)] : [];
      case "system-reset":
        return [];
      default:
        return [frame];
    }
  }

  /** johnny-five's Switch takes an input without one, which an open contact leaves floating. */
  #withPullUp(message: { readonly kind: "pin-mode"; readonly pin: number; readonly mode: number }): Uint8Array {
    const isFloating = message.mode === PIN_MODES.input && this.#pulledUp.has(message.pin);
    return encodeFirmataHost(isFloating ? { ...message, mode: PIN_MODES.pullup } : message);
  }

  #singly(port: number, bits: number): Uint8Array[] {
    const pins = Array.from({ length: 8 }, (_, bit) => ({ pin: port * 8 + bit, value: ((bits >> bit) & 1) as 0 | 1 }));
    return pins
      .filter(({ pin, value }) => this.#owned.has(pin) && this.#told.get(pin) !== value)
      .map(({ pin, value }) => {
        this.#told.set(pin, value);
        return encodeFirmataHost({ kind: "pin-write", pin, value });
      });
  }
}

function read(frame: Uint8Array): ReturnType<typeof decodeFirmataHost> | undefined {
  try {
    return decodeFirmataHost(frame);
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}
