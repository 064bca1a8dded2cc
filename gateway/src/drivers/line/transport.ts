/** What carries the bytes of a line: one small object a kind of line, replaceable by one in memory. */
import type { LinkError } from "@gatehouse/protocol";

/** What a transport tells its line. */
export interface Ears {
  heard(bytes: Uint8Array): void;
  /** At the first sign that the way is broken. The line then closes the transport. */
  lost(error: LinkError): void;
}

/** A serial port, a socket. Deadlines, order and the single use are the line's part. */
export interface Transport {
  /** Called one at a time. */
  write(bytes: Uint8Array): Promise<void>;
  setBaud(baud: number): Promise<void>;
  /** Reads nothing for a while: a flood must not take the processor. */
  pause(): void;
  resume(): void;
  /** Called once. `hurried`: what is still to be written is given up. */
  close(hurried: boolean): Promise<void>;
}

export type Connect = (ears: Ears, signal: AbortSignal) => Promise<Transport>;
