/** What one turn of the core puts on disk together: journal, alerts, outbox. Gathers it, and hands it on once it is committed. */
import type { EventDraft } from "@gatehouse/protocol";
import type { AlertEvent } from "./alerts/life.ts";
import { alertEvent, dailyEvent, factEvent } from "./events.ts";
import type { Model } from "./model.ts";
import type { Outbox } from "./outbox.ts";
import type { AlertRow, JournalEntry, OutboxEntry, RejectionRow, Snapshot, Write } from "./ports.ts";
import type { CoreState } from "./state.ts";
import type { Effects } from "./step.ts";

/** An uplink as the core sees it: its outbox and what it wants. */
export interface Target {
  readonly id: string;
  readonly outbox: Outbox;
  readonly readings: boolean;
  /** Event types, `*` at the end for any rest; undefined for all. */
  readonly filter: readonly string[] | undefined;
}

export function wants({ filter }: Pick<Target, "filter">, type: string): boolean {
  if (filter === undefined) return true;
  return filter.some((pattern) => (pattern.endsWith("*") ? type.startsWith(pattern.slice(0, -1)) : type === pattern));
}

const hasTold = ({ orders, prompts }: Effects): boolean => orders !== undefined || prompts !== undefined;

/** One turn. Single use: fill, write, then `committed()`. */
export class Turn {
  readonly #targets: readonly Target[];
  readonly journal: JournalEntry[] = [];
  /** What changed, for whoever watches. */
  readonly changes: Effects[] = [];
  readonly #alerts = new Map<string, AlertRow>();
  readonly #rejections: RejectionRow[] = [];
  readonly #owed: {
    readonly outbox: Outbox;
    readonly entry: OutboxEntry;
    readonly reading: JournalEntry | undefined;
  }[] = [];

  constructor(targets: readonly Target[]) {
    this.#targets = targets;
  }

  reject(row: RejectionRow): void {
    this.#rejections.push(row);
  }

  /** A journaled input and everything that followed from it. */
  record(model: Model, state: CoreState, entry: JournalEntry, effects: Effects): void {
    this.journal.push(entry);
    if (effects.alerts.length > 0 || effects.spaces.length > 0 || hasTold(effects)) this.changes.push(effects);
    if (entry.type === "reading") {
      for (const { outbox, readings, filter } of this.#targets) {
        if (readings && wants({ filter }, "gatehouse.reading"))
          this.#owed.push({ outbox, entry: outbox.addReading(entry.seq), reading: entry });
      }
    }
    for (const event of effects.alerts) this.#alert(model, event, entry.nowMs);
    for (const fact of effects.facts ?? []) this.owe(factEvent(model, fact, entry.nowMs));
    if (effects.dayEnded !== undefined) this.owe(dailyEvent(model, state, effects.dayEnded, entry.nowMs));
  }

  /** Owes an event to every uplink that wants its type. */
  owe(event: EventDraft): void {
    for (const { outbox, filter } of this.#targets) {
      if (wants({ filter }, event.type)) this.#owed.push({ outbox, entry: outbox.add(event), reading: undefined });
    }
  }

  #alert(model: Model, event: AlertEvent, nowMs: number): void {
    const { id, space, kind, state, raisedAt } = event.alert;
    this.#alerts.set(id, { id, space, kind, state, raisedMs: Date.parse(raisedAt), body: JSON.stringify(event.alert) });
    this.owe(alertEvent(model, event, nowMs));
  }

  write(snapshot?: Snapshot): Write {
    return {
      ...(this.journal.length === 0 ? {} : { journal: this.journal }),
      ...(this.#alerts.size === 0 ? {} : { alerts: [...this.#alerts.values()] }),
      ...(this.#owed.length === 0 ? {} : { outbox: this.#owed.map(({ entry }) => entry) }),
      ...(this.#rejections.length === 0 ? {} : { rejections: this.#rejections }),
      ...(snapshot === undefined ? {} : { snapshot }),
    };
  }

  /** It is on disk: what is owed may leave. */
  committed(): void {
    for (const { outbox, entry, reading } of this.#owed) outbox.committed(entry, reading);
  }
}
