/** One line of meaning for a Firmata message in a dialogue. */
import { FrameError } from "../errors.ts";
import { decodeBoardMessage, decodeHostMessage, isDoorNodeMessage } from "./door-node.ts";
import { doorNodeEventName } from "./door-node-names.ts";
import { decodeFirmataBoard, decodeFirmataHost } from "./firmata.ts";

/** `tx` is host to board. */
export function describeFirmata(frame: Uint8Array, direction: "tx" | "rx"): string {
  try {
    return line(read(frame, direction));
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return `not a message: ${error.message}`;
  }
}

function read(frame: Uint8Array, direction: "tx" | "rx"): { readonly kind: string } {
  if (isDoorNodeMessage(frame)) return direction === "tx" ? decodeHostMessage(frame) : decodeBoardMessage(frame);
  return direction === "tx" ? decodeFirmataHost(frame) : decodeFirmataBoard(frame);
}

function line(message: { readonly kind: string }): string {
  const { kind, ...fields } = message;
  const told = Object.entries(fields).map(([name, value]) => {
    if (name === "event") return `event=${doorNodeEventName(value as number) ?? value}`;
    return `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`;
  });
  return [kind, ...told].join(" ");
}
