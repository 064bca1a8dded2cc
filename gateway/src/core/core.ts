/** The core alive: takes readings and actions, keeps time, journals every input with what followed from it, and comes back after a crash. */
import {
  type Clock,
  type ClockQuality,
  type Deed,
  LinkError,
  type RawReading,
  RejectedError,
} from "@gatehouse/protocol";
import { waitingByGrid } from "./alerts/budget.ts";
import { Complaints } from "./complaints.ts";
import { gapEvent, type HealthFacts, healthEvent } from "./events.ts";
import { type FireListener, heed } from "./fire/early-ear.ts";
import type { EgressRecord } from "./fire/record.ts";
import { inputEntry, inputOf, readingEntry } from "./journal-entry.ts";
import { type Target, Turn } from "./ledger.ts";
import type { CoreConfig, Model } from "./model.ts";
import {
  type Accept,
  type GapRow,
  type Health,
  type JournalEntry,
  type Logger,
  Pseudonymized,
  type Rejection,
  type Store,
} from "./ports.ts";
import { type CoreState, emptyState, modelOf, restoreState, takeSnapshot } from "./state.ts";
import { type Effects, type Input, step } from "./step.ts";
import { type Moment, TimeKeeper } from "./time-keeper.ts";
import { claimedDevice, parseItem } from "./wire-item.ts";

export interface CoreOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: Health;
  readonly config: CoreConfig;
  readonly targets: readonly Target[];
  /** Turns a card number into a pseudonym. */
  readonly pseudonym: (credential: string) => string;
  /** Names this start of the gateway. */
  readonly bootId: string;
  /** Names this installation, if the journal does not yet. */
  readonly installation: string;
  /** A step threw: what it had changed in the state nobody knows, so the process must end and rebuild it from the journal. */
  readonly onFatal: (error: unknown) => void;
  /** What is no reading, once it is on disk, or why it was not taken. */
  readonly onInput?: (input: Exclude<Input, { type: "reading" }>, refused: string | undefined) => void;
}

/** Readings by where they ended; every received one ends in exactly one of the others. */
export interface IntakeTally {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
}

/** Journal entries between two snapshots at the most: bounds the time to come back after a crash. */
const SNAPSHOT_EVERY = 20_000;
const REPLAY_CHUNK = 5_000;
/** Bytes on their way to disk beyond which a driver waits before more is stepped. */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;
const CLOCK_CHECK_MS = 1_000;

/** What a listener is told after the commit. */
export type CoreChange = Pick<Effects, "alerts" | "spaces" | "facts" | "orders" | "prompts" | "dayEnded">;

export class Core {
  readonly #options: CoreOptions;
  readonly #state: CoreState;
  readonly #time: TimeKeeper;
  readonly #bootMonoMs: number;
  readonly tally: IntakeTally = { received: 0, stored: 0, duplicate: 0, rejected: 0 };
  #nextSeq: number;
  readonly #complaints: Complaints;
  #sinceSnapshot = 0;
  #quality: ClockQuality = "synced";
  #lastWrite: Promise<void> = Promise.resolve();
  #fire: FireListener | undefined;
  readonly #listeners: ((change: CoreChange) => void)[] = [];
  /** Grids said to have findings waiting. */
  #waiting: readonly string[] = [];
  /** A step threw halfway: this state must not reach the disk any more. */
  #broken = false;

  constructor(options: CoreOptions, state: CoreState, lastSeq: number, lastMs: number) {
    this.#options = options;
    this.#state = state;
    this.#nextSeq = lastSeq + 1;
    this.#time = new TimeKeeper(options.clock, lastMs);
    this.#bootMonoMs = options.clock.monoMs();
    this.#complaints = new Complaints(options.health, options.clock);
  }

  /** Rebuilds the state from the last snapshot and the journal behind it, then applies the configuration if it changed. */
  static async open(options: CoreOptions): Promise<Core> {
    const { recovered } = options.store;
    const state = recovered.snapshot === undefined ? emptyState() : restoreState(recovered.snapshot);
    let lastSeq = recovered.snapshot?.seq ?? 0;
    for (;;) {
      const entries = await options.store.journal(lastSeq, REPLAY_CHUNK);
      for (const entry of entries) step(state, inputOf(entry), entry.nowMs);
      const last = entries.at(-1);
      if (last === undefined) break;
      lastSeq = last.seq;
    }
    const core = new Core(options, state, Math.max(lastSeq, recovered.lastSeq), recovered.lastNowMs);
    await core.#configure();
    core.#tellRules();
    return core;
  }

  get state(): CoreState {
    return this.#state;
  }

  get model(): Model {
    return modelOf(this.#state);
  }

  /** How much the wall clock can be relied on. */
  get clockQuality(): ClockQuality {
    return this.#quality;
  }

  /** Told what changed once it is on disk. */
  onChange(listener: (change: CoreChange) => void): void {
    this.#listeners.push(listener);
  }

  /** One listener. */
  onFire(listener: FireListener): void {
    this.#fire = listener;
  }

  /** The way in for one driver. */
  acceptFor(driver: string): Accept {
    return (items) => this.#accept(driver, items);
  }

  /** Resolves once it is on disk. Throws RejectedError for what cannot be done. */
  async act(deed: Deed, by: string): Promise<void> {
    await this.#input({ type: "deed", deed, by });
  }

  /** A person says that the fire is over. Throws RejectedError while an input is on or when none stands. */
  async endFire(by: string, note?: string): Promise<void> {
    await this.#input({ type: "fire-over", by, ...(note === undefined ? {} : { note }) });
  }

  /** How the doors answered. */
  async tellEgress(record: EgressRecord): Promise<void> {
    await this.#input({ type: "egress", ...record });
  }

  /** For {@link Commands}: uses up a command's id, or ends it. What comes back is on disk if it was accepted. */
  command(input: Extract<Input, { type: `command${string}` }>): Promise<Effects> {
    return this.#input(input);
  }

  /** Tells the platforms how the box is. */
  async tellHealth(facts: HealthFacts): Promise<void> {
    const turn = new Turn(this.#options.targets);
    turn.owe(healthEvent(this.model, facts, this.#time.now().nowMs));
    await this.#commit(turn);
  }

  /** Tells the platforms what the disk budget evicted. */
  async tellGaps(gaps: readonly GapRow[]): Promise<void> {
    const { targets, store } = this.#options;
    const nowMs = this.#time.now().nowMs;
    for (const gap of gaps) {
      const turn = new Turn(targets.filter((target) => target.id === gap.uplink));
      turn.owe(gapEvent(this.model, this.#state, gap, nowMs));
      await store.write({ ...turn.write(), gapsDone: [gap.n] });
      turn.committed();
      const tally = targets.find((target) => target.id === gap.uplink)?.outbox.tally[gap.lane];
      if (tally !== undefined) tally.dropped += gap.count;
    }
  }

  /** Keeps timers and the clock until the signal aborts; then writes a last snapshot. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await this.#tick();
      this.#complaints.expire();
      const untilDueMs = (this.#state.timers.nextDueMs - this.#time.now().nowMs) / clock.scale;
      try {
        await clock.sleep(Math.max(1, Math.min(CLOCK_CHECK_MS, untilDueMs)), signal);
      } catch {
        break;
      }
    }
    await this.#snapshot();
  }

  async #configure(): Promise<void> {
    const { config, installation } = this.#options;
    if (JSON.stringify(config) === JSON.stringify(this.#state.model?.config)) return;
    await this.#input({ type: "config", config, installation });
    await this.#snapshot();
  }

  async #accept(driver: string, items: readonly unknown[]): Promise<readonly Rejection[]> {
    if (this.#fire !== undefined) {
      const now = { nowMs: this.#options.clock.nowMs(), clockKnown: this.#quality !== "unsynced" };
      heed(this.#fire, this.#state, driver, items, now);
    }
    if (this.#options.store.pendingBytes > MAX_PENDING_BYTES) await this.#lastWrite;
    const turn = new Turn(this.#options.targets);
    const moment = this.#advance(turn);
    const rejections: Rejection[] = [];
    items.forEach((item, index) => {
      this.tally.received += 1;
      const reason = this.#read(turn, driver, item, moment);
      if (reason !== undefined) rejections.push({ index, reason: this.#reject(turn, item, reason, moment) });
    });
    await this.#commit(turn);
    return rejections;
  }

  /** Steps one wire item. Returns why it is rejected. */
  #read(turn: Turn, driver: string, item: unknown, { nowMs, quality }: Moment): string | undefined {
    const parsed = parseItem(item);
    if (!parsed.ok) return parsed.reason;
    const reading = this.#complete(parsed.reading, item instanceof Pseudonymized);
    const device = this.model.devices.get(reading.device);
    if (device !== undefined && device.driver !== driver) {
      return `device ${device.id} belongs to driver ${device.driver}, not ${driver}`;
    }
    const effects = this.#step({ type: "reading", reading, clock: quality }, nowMs);
    if (effects.outcome === "rejected") return effects.reason;
    if (effects.outcome === "duplicate") {
      this.tally.duplicate += 1;
      return undefined;
    }
    const { bootId, clock } = this.#options;
    const monoMs = Math.round(clock.monoMs() - this.#bootMonoMs);
    const entry = readingEntry(this.#nextSeq++, nowMs, reading, { bootId, monoMs, clock: quality });
    this.tally.stored += 1;
    this.#record(turn, entry, effects);
    this.#followLink(reading);
    return undefined;
  }

  #reject(turn: Turn, item: unknown, reason: string, { nowMs }: Moment): string {
    const device = claimedDevice(item);
    this.tally.rejected += 1;
    turn.reject({ atMs: nowMs, device, reason });
    this.#complaints.add(this.model.devices.has(device) ? "device-rejected" : "device-unknown", device, reason);
    return reason;
  }

  /** Fills in where the device sits; a raw credential becomes a pseudonym here, before anything keeps it. */
  #complete(reading: RawReading, isPseudonym: boolean): RawReading {
    const device = this.model.devices.get(reading.device);
    const portal = reading.portal ?? device?.portal;
    const space = reading.space ?? device?.space;
    return {
      ...reading,
      ...(portal === undefined ? {} : { portal }),
      ...(space === undefined ? {} : { space }),
      ...(reading.credential === undefined || isPseudonym
        ? {}
        : { credential: this.#options.pseudonym(reading.credential) }),
    };
  }

  #followLink({ kind, device }: RawReading): void {
    const { health } = this.#options;
    if (kind === "device.offline")
      health.raise("device-offline", device, "lost its connection: check its power and network");
    else if (kind === "device.online") health.clear("device-offline", device);
  }

  /** Tells time to the core: a stepped clock, and timers that fell due, come before the input itself. */
  #advance(turn: Turn): Moment {
    const moment = this.#time.now();
    if (moment.shiftMs !== 0) {
      this.#options.log.warn({ shiftMs: Math.round(moment.shiftMs) }, "the clock was set");
      this.#stepInto(turn, { type: "clock", shiftMs: moment.shiftMs }, moment.nowMs);
    }
    if (moment.quality !== this.#quality) this.#tellClock(moment.quality);
    if (this.#state.timers.nextDueMs <= moment.nowMs) this.#stepInto(turn, { type: "tick" }, moment.nowMs);
    return moment;
  }

  #tellClock(quality: ClockQuality): void {
    const { health } = this.#options;
    this.#quality = quality;
    health.clear("clock-unsynced", "clock");
    health.clear("clock-stepped", "clock");
    if (quality === "unsynced")
      health.raise("clock-unsynced", "clock", "the clock was never set: check the time server");
    if (quality === "stepped") health.raise("clock-stepped", "clock", "the clock was set within the last minutes");
  }

  /** Findings that wait for tomorrow's budget, and rules of the site's own that give no answer. */
  #tellRules(): void {
    const { health } = this.#options;
    const waiting = waitingByGrid(this.#state);
    for (const grid of this.#waiting) if (!waiting.has(grid)) health.clear("alerts-waiting", grid);
    this.#waiting = [...waiting.keys()];
    for (const [grid, count] of waiting)
      health.raise("alerts-waiting", grid, `${count} findings wait: the day's budget of this grid is used up`);
    for (const { rule, failure } of this.model.rules)
      if (failure !== undefined) health.raise("rule-failing", rule.id, failure);
  }

  #stepInto(turn: Turn, input: Exclude<Input, { type: "reading" }>, nowMs: number): Effects {
    const effects = this.#step(input, nowMs);
    if (effects.outcome === "accepted") this.#record(turn, inputEntry(this.#nextSeq++, nowMs, input), effects);
    return effects;
  }

  #step(input: Input, nowMs: number): Effects {
    if (this.#broken) throw new LinkError("closed", "the core is out of use");
    try {
      return step(this.#state, input, nowMs);
    } catch (error) {
      if (error instanceof RejectedError) throw error;
      this.#broken = true;
      this.#options.onFatal(error);
      throw new LinkError("closed", "the core is out of use", { cause: error });
    }
  }

  #record(turn: Turn, entry: JournalEntry, effects: Effects): void {
    this.#sinceSnapshot += 1;
    turn.record(this.model, this.#state, entry, effects);
  }

  async #input(input: Exclude<Input, { type: "reading" }>): Promise<Effects> {
    const turn = new Turn(this.#options.targets);
    const { nowMs } = input.type === "config" ? this.#time.now() : this.#advance(turn);
    let refused: string | undefined;
    try {
      const effects = this.#stepInto(turn, input, nowMs);
      if (effects.outcome !== "accepted") refused = effects.reason ?? effects.outcome;
      return effects;
    } catch (error) {
      refused = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      // What time brought stands, whatever becomes of the input itself.
      if (turn.journal.length > 0 && !this.#broken) await this.#commit(turn);
      this.#options.onInput?.(input, refused);
    }
  }

  async #tick(): Promise<void> {
    const turn = new Turn(this.#options.targets);
    this.#advance(turn);
    if (turn.journal.length > 0) await this.#commit(turn);
  }

  async #commit(turn: Turn): Promise<void> {
    const due = this.#sinceSnapshot >= SNAPSHOT_EVERY;
    if (due) this.#sinceSnapshot = 0;
    const snapshot = due ? takeSnapshot(this.#state, this.#nextSeq - 1) : undefined;
    this.#lastWrite = this.#options.store.write(turn.write(snapshot));
    await this.#lastWrite;
    turn.committed();
    if (turn.journal.length > 0) this.#tellRules();
    this.#fire?.committed();
    for (const change of turn.changes) for (const listener of this.#listeners) listener(change);
  }

  async #snapshot(): Promise<void> {
    if (this.#broken) return;
    this.#sinceSnapshot = 0;
    await this.#options.store.write({ snapshot: takeSnapshot(this.#state, this.#nextSeq - 1) });
  }
}
