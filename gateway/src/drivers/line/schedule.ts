/** Whose turn it is on a bus: who is due longest, locks before meters, nobody for ever; the silent more and more rarely, and never two in a row. Pure. */
import type { Member, MemberCounters } from "./bus.ts";

export interface Slot {
  readonly member: Member;
  readonly counters: MemberCounters;
  dueMs: number;
  /** Undefined until it has answered or been given up for the first time. */
  online: boolean | undefined;
}

/** How much longer a counter or a meter waits when the line has no room for all; beyond it, it goes before the locks. */
const WAIT_MS: Readonly<Record<Member["priority"], number>> = { 0: 0, 1: 1_000, 2: 4_000 };

const FIRST_BACKOFF_MS = 250;
export const MAX_BACKOFF_MS = 60_000;

export class Schedule {
  readonly slots: readonly Slot[];
  /** The last turn brought no answer: waiting for it has cost those who answer enough for now. */
  #wasVain = false;

  /** Everybody is due at once. */
  constructor(members: readonly Member[], counters: (device: string) => MemberCounters, nowMs: number) {
    this.slots = members.map((member) => ({
      member,
      counters: counters(member.device),
      dueMs: nowMs,
      online: undefined,
    }));
  }

  /** The slot to serve now, or how long nobody is due, among the devices that are free. */
  next(nowMs: number, isFree: (device: string) => boolean = () => true): Slot | number {
    const free = this.slots.filter(({ member }) => isFree(member.device));
    const due = free.filter((slot) => slot.dueMs <= nowMs);
    const preferred = this.#wasVain ? due.filter(isAnswering) : [];
    const first = firstOf(preferred) ?? firstOf(due);
    return first ?? Math.min(...free.map((slot) => slot.dueMs)) - nowMs;
  }

  /** Its turn began at `fromMs` and it answered: the next comes a period later, at once normal after any silence. */
  answered(slot: Slot, fromMs: number): void {
    this.#wasVain = false;
    slot.counters.failures = 0;
    slot.dueMs = fromMs + slot.member.periodMs;
  }

  /** It did not. `chance` is 0 <= x < 1: what fell silent together is not asked together. */
  failed(slot: Slot, nowMs: number, chance: number): void {
    this.#wasVain = true;
    slot.counters.failures += 1;
    const ceilingMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (slot.counters.failures - 1));
    slot.dueMs = nowMs + ceilingMs * (0.75 + chance / 4);
  }
}

const isAnswering = (slot: Slot): boolean => slot.online === true && slot.counters.failures === 0;

function firstOf(slots: readonly Slot[]): Slot | undefined {
  let first: Slot | undefined;
  for (const slot of slots) if (first === undefined || rank(slot) < rank(first)) first = slot;
  return first;
}

const rank = (slot: Slot): number => slot.dueMs + WAIT_MS[slot.member.priority];
