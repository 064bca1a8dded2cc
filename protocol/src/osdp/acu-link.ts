/** One PD's end of the conversation as the ACU keeps it: sequence numbers, check characters, the secure session, and which bytes answer which. */
import { FrameError, InvariantError } from "../errors.ts";
import { type OsdpCommand, osdpCommands } from "./commands.ts";
import { decodeOsdpFrame, encodeOsdpFrame, type OsdpFrame, type SecurityBlock } from "./frame.ts";
import { type OsdpReply, osdpReplies } from "./replies.ts";
import { isSame, type SecureSession } from "./secure-channel.ts";

/** A whole frame whose reply says nothing that can be read. */
export interface UnreadableReply {
  readonly kind: "unreadable";
  readonly reason: string;
}

export interface AcuAnswer {
  readonly kind: "answer";
  readonly reply: OsdpReply | UnreadableReply;
  /** It came under the session's MAC. */
  readonly secured: boolean;
  readonly block: SecurityBlock | undefined;
}

/** What a frame on the line is to this conversation. */
export type Heard =
  | AcuAnswer
  /** The PD wants the same bytes again, later. */
  | { readonly kind: "busy" }
  /** Not for us to act on; listen on. */
  | { readonly kind: "elsewhere"; readonly what: "echo" | "second-master" | "other-address" | "late" };

export interface Outgoing {
  readonly command: OsdpCommand;
  /** Of the two handshake commands. */
  readonly block?: SecurityBlock;
}

interface Pending {
  readonly bytes: Uint8Array;
  readonly sequence: number;
}

const BUSY = osdpReplies.codeOf("busy");
const NAK = osdpReplies.codeOf("nak");
const SEQUENCE_NAK = 4;

export class AcuLink {
  address: number;
  check: OsdpFrame["check"] = "crc";
  /** Set once the handshake has ended: from then on everything is sealed. */
  session: SecureSession | undefined;
  #sequence = 0;
  #pending: Pending | undefined;

  constructor(address: number) {
    this.address = address;
  }

  /** From sequence 0, in the clear: the PD drops its session when it hears the next frame. */
  restart(): void {
    this.session = undefined;
    this.#pending = undefined;
    this.#sequence = 0;
  }

  /** The next frame; the very same bytes until {@link settle} or {@link restart}. */
  send({ command, block }: Outgoing): Uint8Array {
    if (this.#pending !== undefined) throw new InvariantError("the frame before was not settled");
    const { code, payload } = osdpCommands.encode(command);
    const plain = {
      mark: true,
      address: this.address,
      reply: false,
      sequence: this.#sequence,
      check: this.check,
      code,
      payload,
    };
    const frame = this.session === undefined ? { ...plain, security: block } : this.session.seal(plain);
    this.#pending = { bytes: encodeOsdpFrame(frame), sequence: this.#sequence };
    return this.#pending.bytes;
  }

  get pending(): Uint8Array | undefined {
    return this.#pending?.bytes;
  }

  /** The PD's answer was taken: the next frame tells it so by its number. */
  settle(): void {
    if (this.#pending === undefined) return;
    this.#sequence = (this.#pending.sequence % 3) + 1;
    this.#pending = undefined;
  }

  /** Judges one whole frame; hearing it twice is the same as once. Throws FrameError for a damaged or forged answer. */
  hear(bytes: Uint8Array): Heard {
    const frame = decodeOsdpFrame(bytes);
    if (!frame.reply) return { kind: "elsewhere", what: this.#isEcho(bytes) ? "echo" : "second-master" };
    if (frame.address !== this.address) return { kind: "elsewhere", what: "other-address" };
    if (this.#pending === undefined) return { kind: "elsewhere", what: "late" };
    if (frame.code === BUSY) return { kind: "busy" };
    const isLate = frame.sequence !== this.#pending.sequence && !isSequenceNak(frame);
    if (isLate) return { kind: "elsewhere", what: "late" };
    return this.#open(frame);
  }

  /** Inside a session nothing in the clear is believed but the NAK that ends it. */
  #open(frame: OsdpFrame): AcuAnswer {
    const inClear = frame.mac === undefined;
    if (this.session === undefined) {
      if (!inClear) throw new FrameError("payload", "an answer of a session that is over");
      return { kind: "answer", reply: read(frame.code, frame.payload), secured: false, block: frame.security };
    }
    if (inClear && frame.code === NAK && frame.security === undefined)
      return { kind: "answer", reply: read(frame.code, frame.payload), secured: false, block: undefined };
    const payload = this.session.open(frame);
    return { kind: "answer", reply: read(frame.code, payload), secured: true, block: frame.security };
  }

  #isEcho(bytes: Uint8Array): boolean {
    const pending = this.#pending?.bytes;
    return pending !== undefined && (isSame(bytes, pending) || isSame(bytes, pending.subarray(1)));
  }
}

/** Its own number is the one the PD expected, which is why it says no. */
function isSequenceNak({ code, mac, payload }: OsdpFrame): boolean {
  return code === NAK && mac === undefined && payload[0] === SEQUENCE_NAK;
}

function read(code: number, payload: Uint8Array): OsdpReply | UnreadableReply {
  try {
    return osdpReplies.decode(code, payload);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { kind: "unreadable", reason: `${osdpReplies.name(code) ?? code.toString(16)}: ${error.message}` };
  }
}
