/** The outbox of one uplink: numbers what it owes, sends each lane in order, and settles what the platform answered for. */
import {
  type Clock,
  composeEvent,
  type EventDraft,
  LANES,
  type Lane,
  LinkError,
  RejectedError,
} from "@gatehouse/protocol";
import { backoff } from "./backoff.ts";
import { LaneQueue } from "./lane-queue.ts";
import type { Health, JournalEntry, Logger, OutboxEntry, OutboxItem, SendResult, Store, Uplink } from "./ports.ts";

export interface OutboxOptions {
  readonly uplink: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  /** The first sequence number to give. */
  readonly nextSequence: number;
  /** A reading's event, for rows that stand in the outbox only by their journal entry. */
  readonly compose: (entry: JournalEntry) => EventDraft;
  readonly random: () => number;
}

/** Items and bytes of one batch at the most. */
const MAX_ITEMS = 500;
const MAX_BYTES = 512 * 1024;
/** A batch should take about so long, so that a slow line never makes a new alert wait behind a big one. */
const TARGET_MS = 200;
/** Items the platform neither took nor refused wait so long at first. */
const KEPT_BACKOFF = { firstMs: 500, maxMs: 30_000 };
/** A lane that has not caught up for so long means that more comes in than goes out. */
const SLOW_MS = 3_600_000;

export interface LaneTally {
  sent: number;
  rejected: number;
  /** Evicted by the disk budget before the platform had them. */
  dropped: number;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lanes: ReadonlyMap<Lane, LaneQueue>;
  readonly tally: Readonly<Record<Lane, LaneTally>>;
  #nextSequence: number;
  /** The last settlement on its way to disk; a new link waits for it, so that it does not send what is settled. */
  #settling: Promise<void> = Promise.resolve();
  /** When each lane had last caught up, or its link began; real ms. */
  readonly #caughtUpMs = new Map<Lane, number>();
  readonly #slow = new Set<Lane>();
  /** Lanes of alerts in which something waits. */
  readonly #urgent = new Set<Lane>();
  /** The platform answered since the last failure: until then a batch is one item, so that trying costs little. */
  #proved = true;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#nextSequence = options.nextSequence;
    const { uplink, store } = options;
    const text = (entry: JournalEntry, seq: number) => composeEvent(options.compose(entry), seq);
    const queue = (lane: Lane) => new LaneQueue({ uplink, lane, store, text, caughtUp: () => this.#caughtUp(lane) });
    this.#lanes = new Map(LANES.map((lane) => [lane, queue(lane)]));
    const zero = (): LaneTally => ({ sent: 0, rejected: 0, dropped: 0 });
    this.tally = { emergency: zero(), alert: zero(), presence: zero(), telemetry: zero() };
  }

  /** Numbers an event; the entry goes to disk with what it came from. */
  add(draft: EventDraft): OutboxEntry {
    const seq = this.#nextSequence++;
    return { uplink: this.#options.uplink, lane: draft.lane, seq, text: composeEvent(draft, seq) };
  }

  /** Numbers a reading, which stands in the outbox by its journal entry. */
  addReading(journalSeq: number): OutboxEntry {
    return { uplink: this.#options.uplink, lane: "telemetry", seq: this.#nextSequence++, journalSeq };
  }

  /** The entries are on disk now: they may leave. `reading` is the journal entry of a reading's row. */
  committed(entry: OutboxEntry, reading?: JournalEntry): void {
    this.#note(entry.lane);
    this.#lanes.get(entry.lane)?.committed(entry, reading);
  }

  /** An alert waits that is not settled. */
  get urgent(): boolean {
    return this.#urgent.size > 0;
  }

  #note(lane: Lane): void {
    if (lane === "emergency" || lane === "alert") this.#urgent.add(lane);
  }

  /** Sends until the signal aborts (resolves) or the link breaks (throws LinkError). `up` is called when the platform has answered. */
  async run(uplink: Uplink, up: () => void, signal: AbortSignal): Promise<void> {
    await this.#settling;
    if (uplink.graceMs > 0) await this.#options.store.resend(this.#options.uplink);
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const pumps = [...this.#lanes.values()].map((lane) => {
      lane.rewind();
      return this.#pump(lane, uplink, up, either);
    });
    try {
      await Promise.all(pumps);
    } catch (error) {
      this.#proved = false;
      throw error;
    } finally {
      stop.abort();
      await Promise.allSettled(pumps);
    }
  }

  async #pump(lane: LaneQueue, uplink: Uplink, up: () => void, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    let limit = this.#proved ? MAX_ITEMS / 10 : 1;
    let most = MAX_ITEMS;
    let delays = backoff(random, KEPT_BACKOFF);
    this.#caughtUpMs.set(lane.lane, clock.monoMs());
    while (!signal.aborted) {
      try {
        this.#watchPace(lane.lane);
        const batch = await lane.take(Math.round(limit), MAX_BYTES, signal);
        this.#note(lane.lane);
        const startedMs = clock.monoMs();
        const { kept, whole, deferred } = await this.#send(batch, lane, uplink, signal);
        up();
        this.#proved = true;
        if (deferred) this.#caughtUp(lane.lane);
        const tookMs = Math.max(1, clock.monoMs() - startedMs);
        // What the platform found too large once it will find too large again.
        if (!whole) most = Math.max(1, batch.length >> 1);
        limit = Math.min(most, Math.max(1, limit * Math.min(2, TARGET_MS / tookMs)));
        if (kept.length < batch.length) delays = backoff(random, KEPT_BACKOFF);
        if (kept.length === 0) continue;
        lane.putBack(kept);
        await clock.sleep(delays.next().value, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
    }
  }

  #watchPace(lane: Lane): void {
    const { uplink, clock, health } = this.#options;
    if (this.#slow.has(lane) || clock.monoMs() - (this.#caughtUpMs.get(lane) ?? 0) <= SLOW_MS) return;
    this.#slow.add(lane);
    health.raise("uplink-slow", uplink, `lane ${lane} has not caught up for an hour: check the line and the platform`);
  }

  #caughtUp(lane: Lane): void {
    const { uplink, clock, health } = this.#options;
    this.#caughtUpMs.set(lane, clock.monoMs());
    this.#urgent.delete(lane);
    if (this.#slow.delete(lane) && this.#slow.size === 0) health.clear("uplink-slow", uplink);
  }

  /** Resolves with what the platform kept, and whether it took the batch in one piece. A batch refused whole is halved until the item it means stands alone. */
  async #send(
    batch: readonly OutboxItem[],
    lane: LaneQueue,
    uplink: Uplink,
    signal: AbortSignal,
  ): Promise<{ readonly kept: readonly OutboxItem[]; readonly whole: boolean; readonly deferred: boolean }> {
    let result: SendResult;
    try {
      result = await uplink.send(batch, signal);
    } catch (error) {
      if (!(error instanceof RejectedError)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only !== undefined) {
        this.#settle(lane, uplink, [], [{ seq: only.seq, reason: error.message }]);
        return { kept: [], whole: true, deferred: false };
      }
      const half = batch.length >> 1;
      const first = await this.#send(batch.slice(0, half), lane, uplink, signal);
      const second = await this.#send(batch.slice(half), lane, uplink, signal);
      return { kept: [...first.kept, ...second.kept], whole: false, deferred: first.deferred || second.deferred };
    }
    const asked = new Set(batch.map((item) => item.seq));
    const accepted = result.accepted.filter((seq) => asked.delete(seq));
    const rejected = result.rejected.filter(({ seq }) => asked.delete(seq));
    this.#settle(lane, uplink, accepted, rejected);
    return { kept: batch.filter((item) => asked.has(item.seq)), whole: true, deferred: result.deferred === true };
  }

  /** Not awaited: the lane goes on while the settlement waits for the next commit. A crash before it sends again, and the platform tells by id. */
  #settle(lane: LaneQueue, uplink: Uplink, accepted: readonly number[], rejected: SendResult["rejected"]): void {
    if (accepted.length === 0 && rejected.length === 0) return;
    const { uplink: id, store, clock, log, health } = this.#options;
    const keepUntilMs = uplink.graceMs > 0 ? clock.nowMs() + uplink.graceMs * clock.scale : undefined;
    for (const { seq, reason } of rejected) {
      log.warn({ uplink: id, lane: lane.lane, seq, reason }, "the platform refused an item, it is set aside");
      health.raise("uplink-rejected", id, `item ${seq}: ${reason}`);
    }
    const tally = this.tally[lane.lane];
    tally.sent += accepted.length;
    tally.rejected += rejected.length;
    this.#settling = store.write(
      { settle: [{ uplink: id, lane: lane.lane, accepted, keepUntilMs, rejected }] },
      "soon",
    );
    this.#settling.catch((error: unknown) =>
      log.debug({ uplink: id, err: error }, "settlement not written, the store is closed"),
    );
  }
}

/** One attempt of an uplink: its link and the outbox that uses it, both ending together. */
export async function runUplink(outbox: Outbox, uplink: Uplink, up: () => void, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const link = uplink.run(either).then(() => {
    if (!either.aborted) throw new LinkError("closed", `uplink ${uplink.id} ended by itself`);
  });
  const sending = outbox.run(uplink, up, either);
  try {
    await Promise.race([link, sending]);
  } finally {
    stop.abort();
    await Promise.allSettled([link, sending]);
  }
}
