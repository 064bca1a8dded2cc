/** Inputs of the core as the journal keeps them, and back. */
import type { ClockQuality, RawReading } from "@gatehouse/protocol";
import type { JournalEntry } from "./ports.ts";
import type { Input } from "./step.ts";

/** Where and how good the clock was when a reading came in. */
export interface Arrival {
  readonly bootId: string;
  /** Real ms since the start of this boot. */
  readonly monoMs: number;
  readonly clock: ClockQuality;
}

/** The pseudonym stands beside the body, so that it can be stripped or forgotten. */
export function readingEntry(seq: number, nowMs: number, reading: RawReading, arrival: Arrival): JournalEntry {
  const { credential, ...rest } = reading;
  return { seq, nowMs, type: "reading", body: JSON.stringify({ ...rest, ...arrival }), credential };
}

export function inputEntry(seq: number, nowMs: number, input: Exclude<Input, { type: "reading" }>): JournalEntry {
  const { type, ...body } = input;
  return { seq, nowMs, type, body: JSON.stringify(body) };
}

/** The input an entry stands for. */
export function inputOf(entry: JournalEntry): Input {
  const body = JSON.parse(entry.body) as Record<string, unknown>;
  if (entry.type !== "reading") return { ...body, type: entry.type } as Input;
  const { clock, bootId: _, monoMs: __, ...reading } = body;
  const credential = entry.credential === undefined ? {} : { credential: entry.credential };
  return { type: "reading", reading: { ...reading, ...credential }, clock } as Input;
}
