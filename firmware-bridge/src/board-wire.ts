/** One wire, two speakers: our own messages here, plain Firmata for johnny-five over a transport that cannot write what it must not. */
import { EventEmitter } from "node:events";
import {
  type DoorNodeBoardMessage,
  type DoorNodeHostMessage,
  decodeBoardMessage,
  encodeHostMessage,
  FrameError,
  firmataBoardFraming,
  isDoorNodeMessage,
  Splitter,
} from "@gatehouse/protocol";
import type { Wire } from "./wire.ts";
import { type OwnedPins, WriteGate } from "./write-gate.ts";

const VERSION = 0xf9;

/** What firmata-io wants of a transport. */
export interface FirmataTransport extends EventEmitter {
  write(bytes: Uint8Array, done?: () => void): void;
}

export interface BoardWire {
  send(message: DoorNodeHostMessage): void;
  onMessage(listener: (message: DoorNodeBoardMessage) => void): void;
  /** The board told its Firmata version: asked for, or because it has just started. */
  onVersion(listener: () => void): void;
  readonly transport: FirmataTransport;
  /** Messages with a wrong check, and noise. */
  readonly damaged: number;
}

/** `pins` are those johnny-five may write. */
export function shareWire(wire: Wire, pins: OwnedPins): BoardWire {
  const gate = new WriteGate(pins);
  const splitter = new Splitter(firmataBoardFraming);
  const transport = Object.assign(new EventEmitter(), {
    write: (bytes: Uint8Array, done?: () => void) => {
      for (const part of gate.pass(bytes)) wire.write(part);
      done?.();
    },
  });
  let hear: (message: DoorNodeBoardMessage) => void = () => {};
  let hearVersion = () => {};
  let damaged = 0;

  function hearFrame(frame: Uint8Array): void {
    if (!isDoorNodeMessage(frame)) {
      if (frame[0] === VERSION) hearVersion();
      transport.emit("data", Buffer.from(frame));
      return;
    }
    const message = decode(frame);
    if (message === undefined) damaged += 1;
    else hear(message);
  }

  wire.onBytes((bytes) => {
    for (const piece of splitter.push(bytes)) {
      if (piece.kind === "frame") hearFrame(piece.bytes);
      else damaged += 1;
    }
  });
  return {
    send: (message) => wire.write(encodeHostMessage(message)),
    onMessage: (listener) => {
      hear = listener;
    },
    onVersion: (listener) => {
      hearVersion = listener;
    },
    transport,
    get damaged() {
      return damaged;
    },
  };
}

function decode(frame: Uint8Array): DoorNodeBoardMessage | undefined {
  try {
    return decodeBoardMessage(frame);
  } catch (error) {
    if (error instanceof FrameError) return undefined;
    throw error;
  }
}
