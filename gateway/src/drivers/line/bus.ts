/** A half-duplex line with several devices: who may speak when. One exchange is in flight. */
import type { Piece } from "@gatehouse/protocol";

/** One request and how its answer is known. */
export interface Question<Answer> {
  readonly request: Uint8Array;
  /** From the end of the request to the end of the answer. */
  readonly replyMs: number;
  /** Repeats of the same bytes after silence or a damaged answer; default 1. */
  readonly retries?: number;
  /**
   * Judges what is heard, piece by piece: the answer, or undefined to listen on (somebody else's frame, noise). A FrameError counts as a
   * damaged answer; a RejectedError ends the question: the device understood and said no.
   */
  hear(piece: Piece): Answer | undefined;
}

/** Asks in this device's turn. Throws LinkError `timeout` when every try was in vain, RejectedError when the device said no. */
export type Ask = <Answer>(question: Question<Answer>) => Promise<Answer>;

/** One device of the bus. */
export interface Member {
  /** The device's id. */
  readonly device: string;
  /** Lower goes first when several are due: 0 locks and readers, 1 counters and turnstiles, 2 meters. */
  readonly priority: 0 | 1 | 2;
  readonly periodMs: number;
  /** Its turn: one or a few questions. What it throws costs only this device: it is asked more rarely, up to once a minute, until it answers. */
  poll(ask: Ask): Promise<void>;
}

/** What the bus knows of one device, for health, metrics and the bus doctor. */
export interface MemberCounters {
  readonly device: string;
  asked: number;
  answered: number;
  timeouts: number;
  /** Damaged answers: checksum, length, format. */
  damaged: number;
  /** Good frames from an address nobody asked. */
  unexpected: number;
  /** Mean of the last round trips, ms, from the request's last byte to the answer's last. */
  roundTripMs: number | undefined;
}
