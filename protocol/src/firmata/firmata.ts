/** Plain Firmata 2.8 as door nodes need it, both roles. firmata/protocol: protocol.md. */
import { FrameError } from "../errors.ts";
import { fromSevenBit, textFromSevenBit, textToSevenBit, toSevenBit } from "./seven-bit.ts";

export const FIRMATA_BAUD = 57_600;
/** `role` is what Firmata calls ignore: a pin no host may use. */
export const PIN_MODES = { input: 0x00, output: 0x01, analog: 0x02, pullup: 0x0b, role: 0x7f } as const;

export interface PinCapability {
  readonly mode: number;
  /** Bits. */
  readonly resolution: number;
}

export type FirmataHostMessage =
  | { readonly kind: "version-query" | "firmware-query" | "capability-query" | "analog-mapping-query" | "system-reset" }
  | { readonly kind: "pin-state-query"; readonly pin: number }
  | { readonly kind: "pin-mode"; readonly pin: number; readonly mode: number }
  | { readonly kind: "pin-write"; readonly pin: number; readonly value: 0 | 1 }
  /** Bit 0 is the lowest pin of the port: eight pins at once. */
  | { readonly kind: "port-write"; readonly port: number; readonly bits: number }
  | { readonly kind: "report-analog"; readonly channel: number; readonly on: boolean }
  | { readonly kind: "report-port"; readonly port: number; readonly on: boolean }
  | { readonly kind: "sampling-interval"; readonly intervalMs: number };

export type FirmataBoardMessage =
  | { readonly kind: "version"; readonly major: number; readonly minor: number }
  | { readonly kind: "firmware"; readonly major: number; readonly minor: number; readonly name: string }
  /** By pin. */
  | { readonly kind: "capabilities"; readonly pins: readonly (readonly PinCapability[])[] }
  /** By pin: its analog channel, 127 for none. */
  | { readonly kind: "analog-mapping"; readonly channels: readonly number[] }
  | { readonly kind: "pin-state"; readonly pin: number; readonly mode: number; readonly value: number }
  | { readonly kind: "port"; readonly port: number; readonly bits: number }
  | { readonly kind: "analog"; readonly channel: number; readonly value: number }
  | { readonly kind: "text"; readonly text: string };

const sysex = (...bytes: readonly number[]): Uint8Array => Uint8Array.of(0xf0, ...bytes, 0xf7);
const nibble = (value: number): number => {
  if (!(value >= 0 && value <= 15)) throw new FrameError("payload", `${value} is no port or channel`);
  return value;
};

/** Throws FrameError `payload` for a value that does not fit. */
export function encodeFirmataHost(message: FirmataHostMessage): Uint8Array {
  switch (message.kind) {
    case "version-query":
      return Uint8Array.of(0xf9);
    case "system-reset":
      return Uint8Array.of(0xff);
    case "firmware-query":
      return sysex(0x79);
    case "capability-query":
      return sysex(0x6b);
    case "analog-mapping-query":
      return sysex(0x69);
    case "pin-state-query":
      return sysex(0x6d, ...toSevenBit(message.pin, 1));
    case "pin-mode":
      return Uint8Array.of(0xf4, ...toSevenBit(message.pin, 1), ...toSevenBit(message.mode, 1));
    case "pin-write":
      return Uint8Array.of(0xf5, ...toSevenBit(message.pin, 1), message.value);
    case "port-write":
      return Uint8Array.of(0x90 | nibble(message.port), ...toSevenBit(message.bits, 2));
    case "report-analog":
      return Uint8Array.of(0xc0 | nibble(message.channel), message.on ? 1 : 0);
    case "report-port":
      return Uint8Array.of(0xd0 | nibble(message.port), message.on ? 1 : 0);
    case "sampling-interval":
      return sysex(0x7a, ...toSevenBit(message.intervalMs, 2));
  }
}

/** Throws FrameError `payload` for a value that does not fit. */
export function encodeFirmataBoard(message: FirmataBoardMessage): Uint8Array {
  switch (message.kind) {
    case "version":
      return Uint8Array.of(0xf9, ...toSevenBit(message.major, 1), ...toSevenBit(message.minor, 1));
    case "firmware":
      return sysex(
        0x79,
        ...toSevenBit(message.major, 1),
        ...toSevenBit(message.minor, 1),
        ...textToSevenBit(message.name),
      );
    case "capabilities":
      return sysex(
        0x6c,
        ...message.pins.flatMap((modes) => [...modes.flatMap((one) => [one.mode, one.resolution]), 0x7f]),
      );
    case "analog-mapping":
      return sysex(0x6a, ...message.channels.flatMap((channel) => toSevenBit(channel, 1)));
    case "pin-state":
      return sysex(
        0x6e,
        ...toSevenBit(message.pin, 1),
        ...toSevenBit(message.mode, 1),
        ...toSevenBit(message.value, 1),
      );
    case "port":
      return Uint8Array.of(0x90 | nibble(message.port), ...toSevenBit(message.bits, 2));
    case "analog":
      return Uint8Array.of(0xe0 | nibble(message.channel), ...toSevenBit(message.value, 2));
    case "text":
      return sysex(0x71, ...textToSevenBit(message.text));
  }
}

/** One whole message, host to board. Throws FrameError `unknown` or `truncated`. */
export function decodeFirmataHost(frame: Uint8Array): FirmataHostMessage {
  const [command = 0, first = 0, second = 0] = frame;
  if (command === 0xf0) return hostSysex(frame);
  if (command === 0xf9) return { kind: "version-query" };
  if (command === 0xff) return { kind: "system-reset" };
  if (command === 0xf4) return { kind: "pin-mode", pin: first, mode: second };
  if (command === 0xf5) return { kind: "pin-write", pin: first, value: second === 0 ? 0 : 1 };
  const channel = command & 0x0f;
  if ((command & 0xf0) === 0xc0) return { kind: "report-analog", channel, on: first !== 0 };
  if ((command & 0xf0) === 0xd0) return { kind: "report-port", port: channel, on: first !== 0 };
  if ((command & 0xf0) === 0x90) return { kind: "port-write", port: channel, bits: fromSevenBit([first, second]) };
  throw unknown(command);
}

/** One whole message, board to host. Throws FrameError `unknown` or `truncated`. */
export function decodeFirmataBoard(frame: Uint8Array): FirmataBoardMessage {
  const [command = 0, first = 0, second = 0] = frame;
  if (command === 0xf0) return boardSysex(frame);
  if (command === 0xf9) return { kind: "version", major: first, minor: second };
  if ((command & 0xf0) === 0x90) return { kind: "port", port: command & 0x0f, bits: fromSevenBit([first, second]) };
  if ((command & 0xf0) === 0xe0)
    return { kind: "analog", channel: command & 0x0f, value: fromSevenBit([first, second]) };
  throw unknown(command);
}

function hostSysex(frame: Uint8Array): FirmataHostMessage {
  const { id, body } = opened(frame);
  if (id === 0x79) return { kind: "firmware-query" };
  if (id === 0x6b) return { kind: "capability-query" };
  if (id === 0x69) return { kind: "analog-mapping-query" };
  if (id === 0x6d) return { kind: "pin-state-query", pin: atLeast(body, 1)[0] as number };
  if (id === 0x7a) return { kind: "sampling-interval", intervalMs: fromSevenBit(atLeast(body, 2).subarray(0, 2)) };
  throw unknown(id);
}

function boardSysex(frame: Uint8Array): FirmataBoardMessage {
  const { id, body } = opened(frame);
  const [first = 0, second = 0] = body;
  if (id === 0x79) {
    return { kind: "firmware", major: first, minor: second, name: textFromSevenBit(atLeast(body, 2).subarray(2)) };
  }
  if (id === 0x6c) return { kind: "capabilities", pins: capabilities(body) };
  if (id === 0x6a) return { kind: "analog-mapping", channels: [...body] };
  if (id === 0x6e) {
    return { kind: "pin-state", pin: first, mode: second, value: fromSevenBit(atLeast(body, 3).subarray(2)) };
  }
  if (id === 0x71) return { kind: "text", text: textFromSevenBit(body) };
  throw unknown(id);
}

function capabilities(body: Uint8Array): PinCapability[][] {
  const pins: PinCapability[][] = [];
  let pin: PinCapability[] = [];
  for (let at = 0; at < body.length; at++) {
    const mode = body[at] as number;
    if (mode === 0x7f) {
      pins.push(pin);
      pin = [];
    } else {
      at++;
      const resolution = body[at];
      if (resolution === undefined)
        throw new FrameError("truncated", `mode ${mode} of pin ${pins.length} has no resolution`);
      pin.push({ mode, resolution });
    }
  }
  if (pin.length > 0) throw new FrameError("truncated", `the modes of pin ${pins.length} do not end`);
  return pins;
}

function opened(frame: Uint8Array): { readonly id: number; readonly body: Uint8Array } {
  if (frame.length < 3 || frame.at(-1) !== 0xf7) throw new FrameError("truncated", "a sysex without id or end");
  return { id: frame[1] as number, body: frame.subarray(2, -1) };
}

function atLeast(body: Uint8Array, bytes: number): Uint8Array {
  if (body.length < bytes) throw new FrameError("truncated", `${body.length} bytes of body, at least ${bytes} wanted`);
  return body;
}

const unknown = (code: number): FrameError =>
  new FrameError("unknown", `no message ${code.toString(16).toUpperCase().padStart(2, "0")}`);
