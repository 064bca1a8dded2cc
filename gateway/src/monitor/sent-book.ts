/** The latest that left this box, uplink by uplink, as it left: for whoever wants to see what is told to whom. In memory, bounded. */
import type { Clock, Lane } from "@gatehouse/protocol";
import type { OutboxItem, Uplink } from "../core/ports.ts";

export interface Sent {
  readonly atMs: number;
  readonly seq: number;
  readonly lane: Lane;
  readonly bytes: number;
  /** Cut off where it is long. */
  readonly text: string;
  /** The event before a mapping made something else of it. */
  readonly event: string | undefined;
}

const KEPT = 50;
/** Of one item; what is longer is kept without its end. */
const MAX_CHARS = 16 * 1024;

interface Page {
  sent: Sent[];
  answeredMs: number | null;
}

export class SentBook {
  readonly #clock: Clock;
  readonly #pages = new Map<string, Page>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Oldest first. */
  sent(uplink: string): readonly Sent[] {
    return this.#pages.get(uplink)?.sent ?? [];
  }

  /** When the platform last answered for an item. */
  answeredMs(uplink: string): number | null {
    return this.#pages.get(uplink)?.answeredMs ?? null;
  }

  /** The uplink, with what its platform took or refused noted. */
  watched(uplink: Uplink): Uplink {
    return {
      id: uplink.id,
      graceMs: uplink.graceMs,
      run: (signal) => uplink.run(signal),
      commands: (signal) => uplink.commands(signal),
      send: async (batch, signal) => {
        const result = await uplink.send(batch, signal);
        const answered = new Set([...result.accepted, ...result.rejected.map(({ seq }) => seq)]);
        for (const seq of result.unsent ?? []) answered.delete(seq);
        if (answered.size > 0) this.#note(uplink.id, batch, answered);
        return result;
      },
    };
  }

  #note(id: string, batch: readonly OutboxItem[], answered: ReadonlySet<number>): void {
    const atMs = this.#clock.nowMs();
    const page = this.#pages.get(id) ?? { sent: [], answeredMs: null };
    this.#pages.set(id, page);
    page.answeredMs = atMs;
    const latest = batch.filter(({ seq }) => answered.has(seq)).slice(-KEPT);
    const sent = latest.map(({ seq, lane, text, event }) => ({
      atMs,
      seq,
      lane,
      bytes: Buffer.byteLength(text),
      text: text.slice(0, MAX_CHARS),
      event: event?.slice(0, MAX_CHARS),
    }));
    page.sent = [...page.sent, ...sent].slice(-KEPT);
  }
}
