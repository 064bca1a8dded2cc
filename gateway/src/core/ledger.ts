/** What one turn of the core puts on disk together: journal, alerts, outbox. Gathers it, and hands it on once it is committed. */
import type { EventDraft } from "@gatehouse/protocol";
import { notAsked } from "./alerts/escalation.ts";
import type { AlertEvent } from "./alerts/life.ts";
import { type Wanted, wants } from "./event-filter.ts";
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
  /** Undefined for all. */
  readonly filter: Wanted | undefined;
}

const hasTold = ({ facts, orders, prompts }: Effects): boolean =>
  facts !== undefined || orders !== undefined || prompts !== undefined;

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
    if (effects.alerts.length > 0 || effects.spaces.length > 0 || hasTold(effects) || effects.dayEnded !== undefined)
      this.changes.push(effects);
    if (entry.type === "reading") {
      for (const { outbox, readings, filter } of this.#targets) {
        const event = { type: "gatehouse.reading", lane: "telemetry", subject: "", data: entry.body } as const;
        if (readings && (filter === undefined || wants(filter, event)))
          this.#owed.push({ outbox, entry: outbox.addReading(entry.seq), reading: entry });
      }
    }
    for (const event of effects.alerts) this.#alert(model, event, entry.nowMs);
    for (const fact of effects.facts ?? []) this.#fact(factEvent(model, fact, entry.nowMs), fact.only);
    if (effects.dayEnded !== undefined) this.owe(dailyEvent(model, state, effects.dayEnded, entry.nowMs));
  }

  /** Owes an event to every uplink that wants it, but those it is not for. */
  owe(event: EventDraft, except?: ReadonlySet<string>): void {
    for (const { id, outbox, filter } of this.#targets) {
      if ((filter === undefined || wants(filter, event)) && except?.has(id) !== true)
        this.#owed.push({ outbox, entry: outbox.add(event), reading: undefined });
    }
  }

  #fact(event: EventDraft, only: string | undefined): void {
    const target = this.#targets.find(({ id }) => id === only);
    if (only === undefined) this.owe(event);
    else if (target !== undefined)
      this.#owed.push({ outbox: target.outbox, entry: target.outbox.add(event), reading: undefined });
  }

  #alert(model: Model, event: AlertEvent, nowMs: number): void {
    const { id, space, kind, state, raisedAt } = event.alert;
    this.#alerts.set(id, { id, space, kind, state, raisedMs: Date.parse(raisedAt), body: JSON.stringify(event.alert) });
    this.owe(alertEvent(model, event, nowMs), notAsked(model.escalation.contacts, event));
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
