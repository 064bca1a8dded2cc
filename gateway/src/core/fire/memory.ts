/** Whether a fire stands: which inputs are on, and since when doors are released. Pure, a piece of the core's state. */
import { fireWord, formatTime, type RawReading, RejectedError, type Site } from "@gatehouse/protocol";

export interface FireMemory {
  /** Inputs that are on, with world time. */
  readonly on: Record<string, number>;
  /** Doors are released since then; null when no fire stands. */
  sinceMs: number | null;
  /** Counts fires. */
  episode: number;
  /** The last one is over, and its doors are not all locked again yet. */
  relocking: boolean;
}

export const createFireMemory = (): FireMemory => ({ on: {}, sinceMs: null, episode: 0, relocking: false });

/** False for a reading that changes nothing. */
export function hearFire(memory: FireMemory, { fire }: Site, reading: RawReading, nowMs: number): boolean {
  const word = fireWord(fire, reading);
  if (word === undefined) return false;
  if (!word.on) {
    if (memory.on[word.input] === undefined) return false;
    delete memory.on[word.input];
    if (fire?.hold === "input") endIfQuiet(memory);
    return true;
  }
  if (memory.on[word.input] !== undefined && memory.sinceMs !== null) return false;
  memory.on[word.input] ??= nowMs;
  if (memory.sinceMs === null) memory.episode += 1;
  memory.sinceMs ??= nowMs;
  memory.relocking = false;
  return true;
}

/** A person says that it is over. Throws RejectedError while an input is on, or when there is nothing to end. */
export function endFire(memory: FireMemory, zone: string): void {
  const [input, sinceMs] = Object.entries(memory.on)[0] ?? [];
  if (memory.sinceMs === null) throw new RejectedError("no fire stands: the doors are not released");
  if (input !== undefined && sinceMs !== undefined)
    throw new RejectedError(`${input} is on since ${formatTime(sinceMs, zone)}: reset the fire panel first`);
  endIfQuiet(memory);
}

/** Inputs that a new configuration no longer has would stay on for ever. */
export function configureFire(memory: FireMemory, { fire }: Site): void {
  for (const input of Object.keys(memory.on)) if (!fire?.inputs.includes(input)) delete memory.on[input];
  if (fire === undefined || fire.hold === "input") endIfQuiet(memory);
  if (fire === undefined) memory.relocking = false;
}

function endIfQuiet(memory: FireMemory): void {
  if (memory.sinceMs === null || Object.keys(memory.on).length > 0) return;
  memory.sinceMs = null;
  memory.relocking = true;
}
