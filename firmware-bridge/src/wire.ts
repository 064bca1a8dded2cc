/** The bytes' way to one board: a serial port of this machine or a TCP connection. Single use; a lost one is never opened again. */
import { connect } from "node:net";
import { type Clock, FIRMATA_BAUD, LinkError } from "@gatehouse/protocol";
import { SerialPort } from "serialport";
import { type ListedPort, type Place, portOfUsb } from "./place.ts";

export interface Wire {
  /** Dropped when the wire is not open: a serial port would deliver them after its next opening. */
  write(bytes: Uint8Array): void;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Once; at once when it is closed already. A serial line that was pulled out may never say so: watch its answers. */
  onClosed(listener: (why: string) => void): void;
  close(): void;
}

/** A wire whose board can be reset by it, where the line has what that takes. */
export interface ResettingWire extends Wire {
  /** Pulls the line that resets the board, as opening the port in an Arduino does. False where there is none: TCP, and ports without modem lines. */
  pulseReset(clock: Clock): Promise<boolean>;
}

const CONNECT_MS = 5_000;
const RESET_LOW_MS = 250;
const RESET_HIGH_MS = 50;

/** Throws LinkError. Rate: that of the firmware, or of a bootloader. */
export async function openWire(place: Place, baudRate = FIRMATA_BAUD): Promise<ResettingWire> {
  if (place.kind === "tcp") return openTcp(place.host, place.port);
  const path = place.kind === "serial" ? place.path : portOfUsb(place, await listedPorts());
  return openSerial(path, baudRate);
}

/** As the operating system lists them, with the ids of USB adapters. */
export const listedPorts = (): Promise<readonly ListedPort[]> => SerialPort.list();

/** What a serial port and a socket have in common. */
interface Channel {
  readonly isOpen: () => boolean;
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
  /** Drives DTR and RTS; undefined where there are none. */
  readonly drive?: (on: boolean) => Promise<boolean>;
}

class ChannelWire implements ResettingWire {
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

  async pulseReset(clock: Clock): Promise<boolean> {
    const { drive } = this.#channel;
    if (drive === undefined || !(await drive(false))) return false;
    await clock.sleep(RESET_LOW_MS);
    const isDone = await drive(true);
    await clock.sleep(RESET_HIGH_MS);
    return isDone;
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

function openSerial(path: string, baudRate: number): Promise<ResettingWire> {
  return new Promise((resolve, reject) => {
    // Without hang-up on close, the next opening does not reset a board whose DTR resets it.
    const port = new SerialPort({ path, baudRate, hupcl: false, autoOpen: false });
    const wire = new ChannelWire({
      isOpen: () => port.isOpen,
      write: (bytes) => void port.write(Buffer.from(bytes), () => {}),
      close: () => {
        if (port.isOpen) port.close(() => {});
      },
      drive: (on) => new Promise((done) => port.set({ dtr: on, rts: on }, (error) => done(!error))),
    });
    port.on("data", (bytes: Buffer) => wire.heard(bytes));
    port.on("close", (error: Error | null) => wire.ended(error?.message ?? `${path} was closed`));
    port.on("error", (error: Error) => wire.ended(error.message));
    port.open((cause) => {
      if (cause === null) resolve(wire);
      else reject(new LinkError("refused", refusal(path, cause.message), { cause }));
    });
  });
}

/** A port that another program has is locked. */
function refusal(path: string, reason: string): string {
  const isTaken = /lock|busy|temporarily unavailable/i.test(reason);
  return isTaken
    ? `${path} is in use by another program: stop \`gatehouse bridge\` (or what else has it open) first`
    : `${path}: ${reason}`;
}

function openTcp(host: string, port: number): Promise<ResettingWire> {
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
