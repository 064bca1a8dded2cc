/** The simplest thing that behaves as a store should: maps in memory. And random commands to compare the two by. */
import fc from "fast-check";
import type { AlertRow, JournalEntry, OutboxEntry, Recovered, Store, Write } from "gatehouse";
import { alert, entry, owedEvent } from "gatehouse/testing";
import { expect } from "vitest";

const UPLINKS = ["city", "town"] as const;
const LANES = ["emergency", "alert", "presence", "telemetry"] as const;

export type StoreCommand =
  | { readonly kind: "write"; readonly sizes: readonly number[]; readonly salt: number }
  | { readonly kind: "settle"; readonly salt: number; readonly rejected: boolean }
  | { readonly kind: "alert"; readonly id: number; readonly state: string }
  | { readonly kind: "snapshot"; readonly id: number; readonly drop: boolean }
  | { readonly kind: "repeat" }
  | { readonly kind: "reopen" };

const salt = fc.integer({ min: 0, max: 1_000 });

export const commandsArbitrary: fc.Arbitrary<StoreCommand[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("write" as const),
        sizes: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
        salt,
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("settle" as const), salt, rejected: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("alert" as const),
        id: fc.integer({ min: 1, max: 3 }),
        state: fc.constantFrom("raised", "closed"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("snapshot" as const),
        id: fc.integer({ min: 1, max: 3 }),
        drop: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "repeat" as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: "reopen" as const }) },
  ),
  { maxLength: 30 },
);

export class StoreModel {
  readonly #journal: JournalEntry[] = [];
  readonly #next = new Map<string, number>();
  #outbox: OutboxEntry[] = [];
  readonly #alerts = new Map<string, AlertRow>();
  readonly #pieces = new Map<string, string>();
  #snapshotSeq: number | undefined;
  #quarantined = 0;
  #last: Write = {};

  /** What to write, already taken into the model. */
  writesOf(command: Exclude<StoreCommand, { kind: "reopen" }>): Write[] {
    switch (command.kind) {
      case "write":
        return command.sizes.map((size, i) => this.#write(size, command.salt + i));
      case "settle":
        return [this.#settle(command.salt, command.rejected)];
      case "alert": {
        const row = alert(`alr_${command.id}`, command.state);
        this.#alerts.set(row.id, row);
        return [{ alerts: [row] }];
      }
      case "snapshot":
        return [this.#snapshot(command.id, command.drop)];
      case "repeat":
        return [this.#last];
    }
  }

  #write(size: number, salt: number): Write {
    const journal: JournalEntry[] = [];
    const outbox: OutboxEntry[] = [];
    for (let i = 0; i < size; i++) {
      const row = entry(this.#journal.length + 1);
      this.#journal.push(row);
      journal.push(row);
      for (const [n, uplink] of UPLINKS.entries()) {
        if ((salt + n) % 3 === 0) continue;
        const seq = this.#next.get(uplink) ?? 1;
        this.#next.set(uplink, seq + 1);
        const lane = LANES[(salt + i) % LANES.length] ?? "alert";
        outbox.push(
          lane === "telemetry" ? { uplink, lane, seq, journalSeq: row.seq } : { ...owedEvent(seq, lane, uplink) },
        );
      }
    }
    this.#outbox.push(...outbox);
    const write = { journal, outbox };
    if (size > 0) this.#last = write;
    return write;
  }

  #settle(salt: number, reject: boolean): Write {
    const uplink = UPLINKS[salt % 2] ?? "city";
    const lane = LANES[salt % LANES.length] ?? "alert";
    const mine = this.#outbox.filter((row) => row.uplink === uplink && row.lane === lane);
    const chosen = mine.filter((_, i) => (salt + i * 7) % 3 !== 0).map((row) => row.seq);
    const rejected = reject ? chosen.splice(0, 1).map((seq) => ({ seq, reason: "no" })) : [];
    this.#quarantined += rejected.length;
    const gone = new Set([...chosen, ...rejected.map(({ seq }) => seq)]);
    this.#outbox = this.#outbox.filter((row) => row.uplink !== uplink || row.lane !== lane || !gone.has(row.seq));
    return { settle: [{ uplink, lane, accepted: chosen, rejected }] };
  }

  #snapshot(id: number, drop: boolean): Write {
    const body = drop ? null : JSON.stringify({ at: this.#journal.length });
    if (body === null) this.#pieces.delete(`${id}`);
    else this.#pieces.set(`${id}`, body);
    this.#snapshotSeq = this.#journal.length;
    return { snapshot: { seq: this.#snapshotSeq, pieces: [{ part: "space", id: `${id}`, body }] } };
  }

  checkRecovered(recovered: Recovered): void {
    expect(recovered.lastSeq).toBe(this.#journal.length);
    for (const [uplink, next] of this.#next)
      expect([uplink, recovered.nextSequence.get(uplink)]).toEqual([uplink, next]);
    expect(recovered.snapshot?.seq).toBe(this.#snapshotSeq);
    const pieces = recovered.snapshot?.pieces.map(({ id, body }) => [id, body] as const) ?? [];
    expect(new Map(pieces)).toEqual(this.#pieces);
    expect(recovered.quarantine).toBeUndefined();
  }

  async check(store: Store): Promise<void> {
    expect(await store.journal(0, 1e6)).toEqual(this.#journal);
    for (const uplink of UPLINKS) {
      for (const lane of LANES) {
        const mine = this.#outbox.filter((row) => row.uplink === uplink && row.lane === lane);
        const rows = await store.waiting(uplink, lane, 0, 1e6, 1e9);
        expect(rows.map(({ seq, text, reading }) => [seq, text ?? reading?.seq])).toEqual(
          mine.map(({ seq, text, journalSeq }) => [seq, text ?? journalSeq]),
        );
      }
    }
    const alerts = [...(await store.alerts())].sort((a, b) => a.id.localeCompare(b.id));
    expect(alerts).toEqual([...this.#alerts.values()].sort((a, b) => a.id.localeCompare(b.id)));
    const { quarantined, backlog, journalRows } = await store.stats();
    expect([quarantined, journalRows]).toEqual([this.#quarantined, this.#journal.length]);
    expect(backlog.reduce((sum, lane) => sum + lane.count, 0)).toBe(this.#outbox.length);
  }
}
