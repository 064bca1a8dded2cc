/** What a half-duplex line with several devices is made of: questions, members, and what the bus counts. */
import type { Clock, Framing, Piece } from "@gatehouse/protocol";
import type { Health, Logger } from "../../core/ports.ts";
import type { Line } from "./line.ts";

/** One request and how its answer is known. */
export interface Question<Answer> {
  readonly request: Uint8Array;
  /** From the end of the request to the end of the answer. */
  readonly replyMs: number;
  /** Repeats of the same bytes after silence or a damaged answer; default 1. */
  readonly retries?: number;
  /**
   * Judges what is heard, piece by piece: the answer, or undefined to listen on (somebody else's frame, noise). A FrameError counts as a
   * damaged answer; a RejectedError ends the question: the device understood and said no. Damage followed by silence ends the try.
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
  /**
   * Its turn: one or a few questions. While it only waits, for the disk say, others may have the line; it has no second turn before the first
   * is over. What it throws costs only this device: it is asked more rarely, up
   * to once a minute, until it answers.
   */
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
  /** Good frames nobody asked for, heard while or after this device was asked. */
  unexpected: number;
  /** Mean of the last round trips, ms, from the request's last byte to the answer's last. */
  roundTripMs: number | undefined;
  /** Turns in vain since the last answer. */
  failures: number;
}

/** What the bus knows of the line itself. */
export interface BusCounters {
  /** Bytes that are part of no frame, padding not counted. */
  noiseBytes: number;
  /** Good frames nobody asked for. */
  unexpected: number;
  /** Our own requests, heard back from the line. */
  echoes: number;
  /** Frames that only another controller sends. */
  foreignMaster: number;
  /** Time the line was in use by our exchanges, ms. */
  busyMs: number;
}

export interface LineBusOptions {
  readonly line: Line;
  readonly framing: Framing;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  /** Its id: the subject of health codes about the whole line. */
  readonly driver: string;
  /** Silence between two frames; default 3.5 characters, at least 2 ms. */
  readonly gapMs?: number;
  /** Bytes that may stand before a frame without being noise; default FE and FF. */
  readonly padding?: readonly number[];
  /** What a good frame nobody asked for is; default all `device`. `master`: only another controller says so, health `bus-second-master`. */
  judge?(frame: Uint8Array): "master" | "device";
  /** A device answers for the first time or again, or has been silent for three turns. Told once each; awaited, so that it is on disk. */
  presence?(device: string, online: boolean, reason: string): Promise<void>;
}
