/** A line as drivers see it: one open way for bytes, single use. A lost line is never reopened, a new one is made. */
import type { LinkError } from "@gatehouse/protocol";

export interface Line {
  /** The address, for messages. */
  readonly name: string;
  /** One character on the wire, ms. It changes with setBaud(). */
  readonly characterMs: number;
  /** Silence this long within a frame means that its rest will not come: buffers on the way may hold bytes back for less. */
  readonly quietMs: number;
  /** The one listener; bytes that came before are handed over at once. */
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Resolves when the bytes have left this process. Throws LinkError `timeout` behind the write deadline, `closed` when the line is lost. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves, once, with why the line is no more; with `closed` after close(). */
  readonly lost: Promise<LinkError>;
  /** Another rate on the same line, as for OSDP COMSET and scans. Throws RejectedError where the other end owns the rate (raw TCP). */
  setBaud(baud: number): Promise<void>;
  /** Idempotent; resolves when the descriptor is given back. */
  close(): Promise<void>;
}
