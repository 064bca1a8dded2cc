/** One file on its way to a PD, fragment by fragment: what is sent next, and what each answer means. */
import type { UnreadableReply } from "./acu-link.ts";
import { nakReason } from "./codes.ts";
import type { OsdpCommand } from "./commands.ts";
import type { OsdpReply } from "./replies.ts";

export interface FileToSend {
  /** Told with every outcome. */
  readonly id: string;
  /** What the maker of the PD calls that kind of file. */
  readonly fileType: number;
  readonly bytes: Uint8Array;
}

/** What stands in a frame beside the fragment, security and padding included. */
const OVERHEAD_BYTES = 48;
const LEAST_FRAGMENT = 16;
export const USUAL_FRAGMENT = 128;

/** FTSTAT: go on, taken, taken and rebooting, still at work on it. */
const FINISHING = 3;

export class FileTransfer {
  readonly id: string;
  /** Not asked again before. */
  notBeforeMs = 0;
  readonly #file: FileToSend;
  #fragmentBytes: number;
  #offset = 0;
  #sent = 0;

  /** `frameBytes` is the longest frame the PD takes, where it says so. */
  constructor(file: FileToSend, frameBytes: number | undefined) {
    this.id = file.id;
    this.#file = file;
    this.#fragmentBytes = frameBytes === undefined ? USUAL_FRAGMENT : fragmentFor(frameBytes);
  }

  get command(): OsdpCommand {
    const { fileType, bytes } = this.#file;
    const data = bytes.subarray(this.#offset, this.#offset + this.#fragmentBytes);
    this.#sent = data.length;
    return { kind: "filetransfer", fileType, totalBytes: bytes.length, offset: this.#offset, data };
  }

  /** `more`, `done`, or why it failed. */
  take(reply: OsdpReply | UnreadableReply, nowMs: number): "more" | "done" | { readonly failed: string } {
    if (reply.kind === "nak") return { failed: nakReason(reply.reason) };
    if (reply.kind !== "ftstat") return { failed: `answered with ${reply.kind}` };
    if (reply.status < 0) return { failed: `the reader gave status ${reply.status}` };
    this.notBeforeMs = nowMs + reply.delayMs;
    if (reply.updateBytes > 0) this.#fragmentBytes = fragmentFor(reply.updateBytes);
    this.#offset += this.#sent;
    // While the PD is finishing, empty fragments ask how far it is.
    if (reply.status === FINISHING) return "more";
    return reply.status > 0 || this.#offset >= this.#file.bytes.length ? "done" : "more";
  }
}

const fragmentFor = (frameBytes: number): number =>
  Math.max(LEAST_FRAGMENT, Math.min(frameBytes, 1024) - OVERHEAD_BYTES);
