/** What a device has said and not been acknowledged for yet, in its own order; survives a restart when it has a file. */
import type { RawReading } from "@gatehouse/protocol";
import { JournalFile } from "./journal-file.ts";

/** A reading before the device numbers it. */
export type DeviceReading = Omit<RawReading, "device" | "epoch" | "seq">;

/** Names one reading of a device for ever. */
export interface ReadingNumber {
  readonly epoch: number;
  readonly seq: number;
}

export interface JournalEntry extends ReadingNumber {
  readonly reading: DeviceReading;
}

interface Slot extends JournalEntry {
  state: "waiting" | "in-flight" | "acknowledged";
  sent: boolean;
}

export interface JournalOptions {
  /** First epoch of a new journal. A file that exists goes on with one more than its last. Default 1. */
  readonly epoch?: number | undefined;
  /** Without it the journal lives in memory. */
  readonly file?: string | undefined;
}

export class DeviceJournal {
  readonly #file: JournalFile | undefined;
  #slots: Slot[] = [];
  /** Slots before it are acknowledged. */
  #head = 0;
  /** Slots before it are in flight or acknowledged. */
  #cursor = 0;
  #epoch: number;
  #seq = 0;

  constructor(options: JournalOptions = {}) {
    this.#epoch = options.epoch ?? 1;
    if (options.file === undefined) return;
    this.#file = new JournalFile(options.file);
    const { lastEpoch, entries } = this.#file.recovered;
    if (lastEpoch !== undefined) this.#epoch = Math.max(this.#epoch, lastEpoch + 1);
    this.#slots = entries.map((entry): Slot => ({ ...entry, state: "waiting", sent: true }));
    this.#file.begin(this.#epoch, entries);
  }

  /** Readings not acknowledged yet. */
  get size(): number {
    return this.#slots.length - this.#head;
  }

  /** Numbers and keeps a reading. With a file it is on disk (short of a power cut) when this returns. */
  append(reading: DeviceReading): JournalEntry {
    this.#seq += 1;
    const entry: JournalEntry = { epoch: this.#epoch, seq: this.#seq, reading };
    this.#file?.append(entry);
    this.#slots.push({ ...entry, state: "waiting", sent: false });
    return entry;
  }

  /** The device starts counting anew, as after a power cut: readings carry a higher epoch from now on. */
  restartCounter(): void {
    this.#epoch += 1;
    this.#seq = 0;
    this.#file?.epoch(this.#epoch);
  }

  /** The next readings to send, oldest first, now in flight. `repeats` says how many of them were sent before. */
  take(limit: number): { readonly entries: readonly JournalEntry[]; readonly repeats: number } {
    const entries: Slot[] = [];
    let repeats = 0;
    for (; entries.length < limit && this.#cursor < this.#slots.length; this.#cursor++) {
      const slot = this.#slots[this.#cursor] as Slot;
      if (slot.state !== "waiting") continue;
      if (slot.sent) repeats += 1;
      slot.state = "in-flight";
      slot.sent = true;
      entries.push(slot);
    }
    return { entries, repeats };
  }

  /** Acknowledged: forgets entries that {@link take} gave out. */
  settle(entries: readonly JournalEntry[]): void {
    for (const entry of entries) (entry as Slot).state = "acknowledged";
    this.#file?.settle(entries);
    while (this.#slots[this.#head]?.state === "acknowledged") this.#head += 1;
    if (this.#head < 1024 && this.#head < this.#slots.length) return;
    this.#slots = this.#slots.slice(this.#head);
    this.#cursor = Math.max(0, this.#cursor - this.#head);
    this.#head = 0;
    this.#file?.compact(
      this.#epoch,
      this.#slots.filter((slot) => slot.state !== "acknowledged"),
    );
  }

  /** The connection broke: what is in flight waits again, in its old place. */
  rewind(): void {
    for (const slot of this.#slots) if (slot.state === "in-flight") slot.state = "waiting";
    this.#cursor = this.#head;
  }

  close(): void {
    this.#file?.close();
  }
}
