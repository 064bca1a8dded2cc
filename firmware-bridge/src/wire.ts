/** The bytes' way to one board: a serial port of this machine or a TCP connection. Single use; a lost one is never opened again. */
import { connect } from "node:net";
import { FIRMATA_BAUD, LinkError } from "@gatehouse/protocol";
import { SerialPort } from "serialport";
import { type Place, portOfUsb } from "./place.ts";

export interface Wire {
  /** Dropped when the wire is not open: a serial port would deliver them after its next opening. */
  write(bytes: Uint8Array): void;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Once; at once when it is closed already. A serial line that was pulled out may never say so: watch its answers. */
  onClosed(listener: (why: string) => void): void;
  close(): void;
}

const CONNECT_MS = 5_000;

/** Throws LinkError. */
export async function openWire(place: Place): Promise<Wire> {
  if (place.kind === "tcp") return openTcp(place.host, place.port);
  const path = place.kind === "serial" ? place.path : portOfUsb(place, await SerialPort.list());
  return openSerial(path);
}

/** What a serial port and a socket have in common. */
interface Channel {
  readonly isOpen: () => boolean;
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
}

class ChannelWire implements Wire {
  readonly #channel: Channel;
  #listener: (bytes: Uint8Array) => void = () => {};
  #closed: string | undefined;
  #onClosed: (why: string) => void = () => {};

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  write(bytes: Uint8Array): void {
    if (this.#closed === undefined && this.#channel.isOpen()) this.#channel.write(bytes);
  }

  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  onClosed(listener: (why: string) => void): void {
    if (this.#closed !== undefined) listener(this.#closed);
    else this.#onClosed = listener;
  }

  close(): void {
    this.ended("closed here");
    this.#channel.close();
  }

  heard(bytes: Uint8Array): void {
    if (this.#closed === undefined) this.#listener(bytes);
  }

  ended(why: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = why;
    this.#onClosed(why);
  }
}

function openSerial(path: string): Promise<Wire> {
  return new Promise((resolve, reject) => {
    // Without hang-up on close, the next opening does not reset a board whose DTR resets it.
    const port = new SerialPort({ path, baudRate: FIRMATA_BAUD, hupcl: false, autoOpen: false });
    const wire = new ChannelWire({
      isOpen: () => port.isOpen,
      write: (bytes) => void port.write(Buffer.from(bytes), () => {}),
      close: () => {
        if (port.isOpen) port.close(() => {});
      },
    });
    port.on("data", (bytes: Buffer) => wire.heard(bytes));
    port.on("close", (error: Error | null) => wire.ended(error?.message ?? `${path} was closed`));
    port.on("error", (error: Error) => wire.ended(error.message));
    port.open((cause) => {
      if (cause === null) resolve(wire);
      else reject(new LinkError("refused", `${path}: ${cause.message}`, { cause }));
    });
  });
}

function openTcp(host: string, port: number): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    const wire = new ChannelWire({
      isOpen: () => !socket.destroyed,
      write: (bytes) => void socket.write(bytes),
      close: () => void socket.destroy(),
    });
    const refuse = (why: string, cause?: unknown) => {
      wire.ended(why);
      socket.destroy();
      reject(new LinkError("refused", `tcp:${host}:${port}: ${why}`, { cause }));
    };
    socket.setNoDelay(true);
    socket.on("data", (bytes) => wire.heard(bytes));
    socket.on("close", () => wire.ended("the other side closed"));
    socket.on("error", (error) => refuse(error.message, error));
    socket.once("timeout", () => refuse(`no connection within ${CONNECT_MS} ms`));
    socket.once("connect", () => {
      socket.setTimeout(0);
      resolve(wire);
    });
  });
}
