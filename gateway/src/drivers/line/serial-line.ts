/** A serial port of this machine, through the binding of serialport alone: its stream spins when an adapter is pulled out. */
import { readSync } from "node:fs";
import { stat } from "node:fs/promises";
import { type Clock, InvariantError, LinkError } from "@gatehouse/protocol";
import type { LineAddress } from "./address.ts";
import { SERIAL_RETRY_MS, serialFailure } from "./serial-failure.ts";
import type { Ears, Transport } from "./transport.ts";

type SerialAddress = Extract<LineAddress, { kind: "serial" }>;

/** The binding's port on Linux and macOS. A new one for each attempt: it queues writes over a reopening. */
interface Port {
  readonly fd: number | null;
  readonly poller: { once(event: "readable", callback: (error: Error | null) => void): unknown };
  write(bytes: Buffer): Promise<void>;
  update(options: { baudRate: number }): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 4_096;
const NOTHING = new Uint8Array(0);
/** How often the path is looked at: an adapter that came back as another device, or a port that was renamed, is another port. */
const WATCH_MS = 1_000;

export async function openSerial(address: SerialAddress, clock: Clock, ears: Ears): Promise<Transport> {
  const { path, baud, parity, dataBits, stopBits } = address;
  const device = await nodeOf(path);
  const { SerialPort } = await import("serialport");
  const options = { path, baudRate: baud, parity, dataBits, stopBits, lock: true };
  const port = await SerialPort.binding.open(options).catch(async (cause: unknown) => {
    throw await serialFailure(path, cause);
  });
  if (!isPort(port)) throw new InvariantError("serial ports are supported on Linux and macOS");
  return new SerialTransport(path, device, port, clock, ears);
}

const isPort = (port: unknown): port is Port => typeof port === "object" && port !== null && "poller" in port;

/** Which device a path leads to right now. */
async function nodeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).rdev;
  } catch (cause) {
    throw await serialFailure(path, cause);
  }
}

class SerialTransport implements Transport {
  readonly #path: string;
  readonly #device: number;
  readonly #port: Port;
  readonly #clock: Clock;
  readonly #ears: Ears;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #open = true;
  #paused = false;
  #waiting = false;
  #cancelWatch: () => void;

  constructor(path: string, device: number, port: Port, clock: Clock, ears: Ears) {
    this.#path = path;
    this.#device = device;
    this.#port = port;
    this.#clock = clock;
    this.#ears = ears;
    this.#cancelWatch = clock.after(WATCH_MS, () => void this.#watch(0));
    this.#await();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  }

  async setBaud(baud: number): Promise<void> {
    await this.#port.update({ baudRate: baud });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#await();
  }

  async close(hurried: boolean): Promise<void> {
    this.#open = false;
    this.#cancelWatch();
    // Closing a port waits for what is still to be written, up to half a minute.
    if (hurried) await this.#port.flush().catch(() => {});
    await this.#port.close();
  }

  #await(): void {
    if (this.#waiting || this.#paused || !this.#open) return;
    this.#waiting = true;
    this.#port.poller.once("readable", () => {
      this.#waiting = false;
      this.#read();
    });
  }

  #read(): void {
    const fd = this.#port.fd;
    if (!this.#open || fd === null) return;
    const heard = readNow(fd, this.#chunk, this.#path);
    if (heard instanceof LinkError) this.#ears.lost(heard);
    else {
      if (heard.length > 0) this.#ears.heard(heard);
      this.#await();
    }
  }

  /** Two misses in a row: udev may be exchanging the link just now. */
  async #watch(misses: number): Promise<void> {
    const device = await stat(this.#path).then(
      ({ rdev }) => rdev,
      () => undefined,
    );
    if (!this.#open) return;
    if (device === this.#device) misses = 0;
    else if (++misses >= 2) {
      const now = device === undefined ? "is gone" : "leads to another device now";
      this.#ears.lost(gone(`${this.#path} ${now}: the adapter was pulled out or its port renamed`));
      return;
    }
    this.#cancelWatch = this.#clock.after(misses === 0 ? WATCH_MS : WATCH_MS / 4, () => void this.#watch(misses));
  }
}

/** Never blocks: the descriptor is opened so. A port that hangs up is always readable and yields nothing, which the stream of serialport asks again and again. */
function readNow(fd: number, chunk: Buffer, path: string): Uint8Array | LinkError {
  try {
    const count = readSync(fd, chunk, 0, CHUNK_BYTES, null);
    if (count === 0) return gone(`${path} hung up: the adapter was pulled out or has no power`);
    return Uint8Array.from(chunk.subarray(0, count));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    return code === "EAGAIN" || code === "EINTR" ? NOTHING : gone(`${path}: ${message}`, cause);
  }
}

const gone = (message: string, cause?: unknown): LinkError =>
  new LinkError("closed", message, { cause, retryWithinMs: SERIAL_RETRY_MS });
