/** A fixed sequence of writes, the same for the driver that makes them and for the check of what a power cut left of them. */

import { Random } from "@gatehouse/protocol/testing";
import type { AlertRow, JournalEntry, OutboxEntry, Settlement, Write } from "gatehouse";
import { entry, owedEvent } from "gatehouse/testing";

export const UPLINKS = ["city", "town"] as const;
export const LANES = ["alert", "telemetry"] as const;
/** Steps that may be in flight at once; only older ones are settled, as an uplink sends what is committed. */
export const IN_FLIGHT = 6;

/** What the store must hold after a step. */
export interface Expected {
  readonly lastSeq: number;
  readonly next: ReadonlyMap<string, number>;
  /** `city/alert: 1 2 5` */
  readonly waiting: readonly string[];
  readonly alerts: readonly string[];
  readonly snapshot: string;
  readonly quarantined: number;
}

export interface Step {
  readonly write: Write;
  readonly settles: boolean;
  readonly after: Expected;
}

interface Owed extends OutboxEntry {
  readonly step: number;
}

export function makeWorkload(seed: number, count: number): Step[] {
  const random = new Random(seed);
  const model = new WorkloadModel();
  return Array.from({ length: count }, (_, i) => model.step(i + 1, random));
}

class WorkloadModel {
  #lastSeq = 0;
  readonly #next = new Map<string, number>();
  #owed: Owed[] = [];
  readonly #alerts = new Map<string, AlertRow>();
  readonly #pieces = new Map<string, string>();
  #snapshotSeq = 0;
  #quarantined = 0;

  step(n: number, random: Random): Step {
    const settles = n > 3 * IN_FLIGHT && random.chance(0.4);
    const snapshots = n % 25 === 0;
    const write: Write = {
      ...this.#readings(n, random.int(settles ? 0 : 1, 12), random.int(20, 900)),
      alerts: [this.#alert(n, random.int(1, 5))],
      ...(settles ? { settle: this.#settle(n, random) } : {}),
      ...(snapshots ? { snapshot: this.#snapshot(n, random) } : {}),
    };
    return { write, settles, after: this.#expected() };
  }

  #readings(n: number, count: number, size: number): Pick<Write, "journal" | "outbox"> {
    const journal: JournalEntry[] = [];
    const outbox: Owed[] = [];
    for (let i = 0; i < count; i++) {
      this.#lastSeq += 1;
      journal.push(entry(this.#lastSeq, { step: n, i, filler: "x".repeat(size) }));
      for (const uplink of UPLINKS) {
        const seq = this.#next.get(uplink) ?? 1;
        this.#next.set(uplink, seq + 1);
        const isAlert = (this.#lastSeq + seq) % 5 === 0;
        const telemetry = { uplink, lane: "telemetry" as const, seq, journalSeq: this.#lastSeq };
        outbox.push({ ...(isAlert ? owedEvent(seq, "alert", uplink) : telemetry), step: n });
      }
    }
    this.#owed.push(...outbox);
    return { journal, outbox };
  }

  #alert(n: number, id: number): AlertRow {
    const body = JSON.stringify({ step: n, filler: "警".repeat(50) });
    const row = { id: `alr_${id}`, space: "F1", kind: "panic", state: "raised", raisedMs: id, body };
    this.#alerts.set(row.id, row);
    return row;
  }

  #settle(n: number, random: Random): Settlement[] {
    const uplink = random.pick(UPLINKS);
    const lane = random.pick(LANES);
    const ready = this.#owed.filter((row) => row.uplink === uplink && row.lane === lane && row.step < n - IN_FLIGHT);
    const chosen = ready.slice(0, random.int(1, 40)).map((row) => row.seq);
    if (random.chance(0.3)) chosen.splice(0, 1);
    const rejected = random.chance(0.2) ? chosen.splice(-1).map((seq) => ({ seq, reason: "no" })) : [];
    const gone = new Set([...chosen, ...rejected.map(({ seq }) => seq)]);
    this.#quarantined += rejected.length;
    this.#owed = this.#owed.filter((row) => row.uplink !== uplink || row.lane !== lane || !gone.has(row.seq));
    return [{ uplink, lane, accepted: chosen, rejected }];
  }

  #snapshot(n: number, random: Random): NonNullable<Write["snapshot"]> {
    this.#snapshotSeq = this.#lastSeq;
    const pieces = Array.from({ length: 4 }, (_, i) => {
      const body = random.chance(0.2) ? null : JSON.stringify({ step: n, i, filler: "y".repeat(random.int(1, 2_000)) });
      if (body === null) this.#pieces.delete(`${i}`);
      else this.#pieces.set(`${i}`, body);
      return { part: "space", id: `${i}`, body };
    });
    return { seq: this.#snapshotSeq, pieces };
  }

  #expected(): Expected {
    const waiting = UPLINKS.flatMap((uplink) =>
      LANES.map((lane) => {
        const mine = this.#owed.filter((row) => row.uplink === uplink && row.lane === lane);
        return `${uplink}/${lane}: ${mine.map((row) => row.seq).join(" ")}`;
      }),
    );
    return {
      lastSeq: this.#lastSeq,
      next: new Map(this.#next),
      waiting,
      alerts: [...this.#alerts.values()].map((row) => `${row.id} ${row.body}`).sort(),
      snapshot: describeSnapshot(
        this.#snapshotSeq,
        [...this.#pieces].map(([id, body]) => ({ id, body })),
      ),
      quarantined: this.#quarantined,
    };
  }
}

/** The last step whose write is in a store with these alerts: an alert of every step names it. */
export function lastStep(alerts: readonly AlertRow[]): number {
  return Math.max(0, ...alerts.map((row) => (JSON.parse(row.body) as { step: number }).step));
}

export function describeSnapshot(
  seq: number,
  pieces: readonly { readonly id: string; readonly body: string | null }[],
): string {
  return `${seq} ${pieces
    .map(({ id, body }) => `${id}=${body}`)
    .sort()
    .join(" ")}`;
}

/** Content of the key file in its `n`th version: long enough to be torn. */
export function keyContent(n: number): string {
  return `${n} ${`${n % 10}`.repeat(3_000)}\n`;
}
