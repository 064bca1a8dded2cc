/** What was said on a line, piece by piece: the dialogue a technician reads, without what nobody may read. */
import { type NoiseReason, Splitter, toHex } from "@gatehouse/protocol";
import type { LineEvent, LineProtocol } from "../core/ports.ts";

/** One frame or one stretch of noise. What is secret is masked in `hex` and `means` already. */
export interface Entry {
  readonly atMs: number;
  /** `tx` is what the gateway said. */
  readonly direction: "tx" | "rx";
  readonly kind: "frame" | "noise";
  readonly sizeBytes: number;
  readonly hex: string;
  readonly means: string;
  /** The device it goes to or comes from, where it says. */
  readonly address?: string;
  /** Why noise is noise. */
  readonly reason?: NoiseReason;
  /** Only another controller says this. */
  readonly foreign?: true;
}

/** Before frames; no noise. */
const PADDING: readonly number[] = [0xfe, 0xff];
/** Silence behind which what is held will not become whole. */
const QUIET_MS = 200;

/** Turns the bytes of a line into entries. Without a protocol every chunk is one. */
export class Dialogue {
  readonly #protocol: LineProtocol | undefined;
  readonly #onEntry: (entry: Entry) => void;
  readonly #splitter: Splitter | undefined;
  #lastMs = 0;

  constructor(protocol: LineProtocol | undefined, onEntry: (entry: Entry) => void) {
    this.#protocol = protocol;
    this.#onEntry = onEntry;
    if (protocol !== undefined) this.#splitter = new Splitter(protocol.framing);
  }

  hear({ atMs, direction, bytes }: LineEvent): void {
    if (direction === "tx" || atMs - this.#lastMs >= QUIET_MS) this.flush();
    this.#lastMs = atMs;
    if (this.#splitter === undefined || direction === "tx") this.#frame(bytes, direction);
    else for (const piece of this.#splitter.push(bytes)) this.#piece(piece);
  }

  /** The line has fallen silent. */
  flush(): void {
    for (const piece of this.#splitter?.flush() ?? []) this.#piece(piece);
  }

  #piece(piece: ReturnType<Splitter["push"]>[number]): void {
    if (piece.kind === "frame") this.#frame(piece.bytes, "rx");
    else if (!piece.bytes.every((byte) => PADDING.includes(byte))) {
      const { bytes, reason } = piece;
      const means = reason === "garbage" ? "noise" : `damaged (${reason})`;
      this.#onEntry({ ...this.#shown(bytes), direction: "rx", kind: "noise", means, reason });
    }
  }

  #frame(bytes: Uint8Array, direction: "tx" | "rx"): void {
    const protocol = this.#protocol;
    const address = protocol?.address?.(bytes, direction);
    const foreign = direction === "rx" && protocol?.judge?.(bytes) === "master";
    this.#onEntry({
      ...this.#shown(bytes),
      direction,
      kind: "frame",
      means: protocol?.describe(bytes, direction) ?? "",
      ...(address === undefined ? {} : { address }),
      ...(foreign ? { foreign } : {}),
    });
  }

  #shown(bytes: Uint8Array): Pick<Entry, "atMs" | "sizeBytes" | "hex"> {
    return { atMs: this.#lastMs, sizeBytes: bytes.length, hex: this.#protocol?.hex?.(bytes) ?? toHex(bytes) };
  }
}
