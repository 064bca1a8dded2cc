/** What is heard and said on a driver's line, as whoever looks at it sees it. */
import type { Framing } from "@gatehouse/protocol";

/** Some bytes of a line and their direction, seen from the gateway. */
export interface LineEvent {
  readonly atMs: number;
  readonly direction: "tx" | "rx";
  readonly bytes: Uint8Array;
}
export type LineTap = (event: LineEvent) => void;

/** What is spoken on a driver's line, for the bus doctor. Pure. */
export interface LineProtocol {
  /** Of what the gateway hears; what it says goes out frame by frame. */
  readonly framing: Framing;
  /** One line of meaning, with cards, PINs and keys masked. Whatever the bytes are: never throws. */
  describe(bytes: Uint8Array, direction: "tx" | "rx"): string;
  /** The bytes for people, where some of them are secret; default all of them in hex. */
  hex?(bytes: Uint8Array): string;
  /** Which device a frame goes to (`tx`) or comes from, as the site file writes it; undefined where it does not say, as to all. */
  address?(frame: Uint8Array, direction: "tx" | "rx"): string | undefined;
  /** As for LineBus: a frame heard from the line that only another controller sends is `master`. */
  judge?(frame: Uint8Array): "master" | "device";
  /** Devices speak without being asked. */
  readonly unasked?: true;
}
