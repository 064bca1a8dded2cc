import { type EventDraft, LANES, type Lane, LinkError, RejectedError } from "@gatehouse/protocol";
import { FakeClock, Random, settle } from "@gatehouse/protocol/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../testing/log.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { HealthBoard } from "./health.ts";
import { Outbox, runUplink } from "./outbox.ts";
import type { OutboxItem, SendResult, Uplink } from "./ports.ts";

type Answer = (batch: readonly OutboxItem[]) => SendResult | Promise<SendResult>;

class FakeUplink implements Uplink {
  readonly id = "city";
  readonly graceMs = 0;
  readonly batches: (readonly OutboxItem[])[] = [];
  readonly #answer: Answer;

  constructor(answer: Answer = accept) {
    this.#answer = answer;
  }

  run = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

  async send(batch: readonly OutboxItem[]): Promise<SendResult> {
    this.batches.push(batch);
    return await this.#answer(batch);
  }

  async *commands(): AsyncIterable<never> {}

  get sent(): number[] {
    return this.batches.flatMap((batch) => batch.map((item) => item.seq));
  }
}

const accept: Answer = (batch) => ({ accepted: batch.map(({ seq }) => seq), rejected: [] });

function setUp(store = new MemoryStore()) {
  const clock = new FakeClock();
  const health = new HealthBoard(clock);
  const options = {
    uplink: "city",
    store,
    clock,
    health,
    log: new MemoryLog(),
    compose: () => draft("telemetry"),
    random: () => 0.5,
  };
  const nextSequence = store.recovered.nextSequence.get("city") ?? 1;
  return { store, clock, health, outbox: new Outbox({ ...options, nextSequence }) };
}

let drafts = 0;
const draft = (lane: Lane): EventDraft => ({
  id: `e${drafts++}`,
  source: "gatehouse/g",
  type: "gatehouse.alert.raised",
  subject: "F1",
  time: "2026-01-05T00:00:00Z",
  lane,
  severitynumber: 9,
  recordedtime: "2026-01-05T00:00:00Z",
  dataclassification: "internal",
  data: "{}",
});

async function owe({ outbox, store }: ReturnType<typeof setUp>, lane: Lane): Promise<number> {
  const entry = outbox.add(draft(lane));
  await store.write({ outbox: [entry] });
  outbox.committed(entry);
  return entry.seq;
}

async function running(set: ReturnType<typeof setUp>, uplink: Uplink, act: () => Promise<void>): Promise<unknown> {
  const stop = new AbortController();
  const end = runUplink(set.outbox, uplink, () => {}, stop.signal).catch((error: unknown) => error);
  await act();
  stop.abort();
  return await end;
}

describe("an outbox", () => {
  it("numbers densely across lanes and sends each lane in order, the fresh and the stored", async () => {
    const set = setUp();
    for (let i = 0; i < 120; i++) await owe(set, LANES[i % 4] as Lane);
    const uplink = new FakeUplink();
    await running(set, uplink, async () => {
      await settle();
      for (let i = 0; i < 120; i++) await owe(set, LANES[i % 4] as Lane);
      await settle();
    });
    expect([...uplink.sent].sort((a, b) => a - b)).toEqual(Array.from({ length: 240 }, (_, i) => i + 1));
    for (const lane of LANES) {
      const seqs = uplink.batches
        .flat()
        .filter((item) => item.lane === lane)
        .map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    }
    expect(set.store.outbox).toEqual([]);
  });

  it("lets an alert overtake a lane that hangs", async () => {
    const set = setUp();
    await owe(set, "telemetry");
    const uplink = new FakeUplink((batch) => (batch[0]?.lane === "telemetry" ? new Promise(() => {}) : accept(batch)));
    const stop = new AbortController();
    runUplink(set.outbox, uplink, () => {}, stop.signal).catch(() => {});
    await settle();
    const alert = await owe(set, "alert");
    await settle();
    expect(uplink.sent).toContain(alert);
    stop.abort();
  });

  it("sets a rejected item aside with its reason and goes on", async () => {
    const set = setUp();
    for (let i = 0; i < 5; i++) await owe(set, "alert");
    const uplink = new FakeUplink((batch) => ({
      accepted: batch.filter(({ seq }) => seq !== 3).map(({ seq }) => seq),
      rejected: batch.some(({ seq }) => seq === 3) ? [{ seq: 3, reason: "no such grid" }] : [],
    }));
    await running(set, uplink, settle);
    expect(set.store.rejected).toEqual([{ seq: 3, reason: "no such grid" }]);
    expect(set.health.entries).toMatchObject([{ code: "uplink-rejected", detail: "item 3: no such grid" }]);
    expect(set.store.outbox).toEqual([]);
  });

  it("finds the one poison item of a batch that is refused whole", async () => {
    const set = setUp();
    for (let i = 0; i < 37; i++) await owe(set, "telemetry");
    const uplink = new FakeUplink((batch) => {
      if (batch.some(({ seq }) => seq === 23)) throw new RejectedError("413 too large");
      return accept(batch);
    });
    await running(set, uplink, settle);
    expect(set.store.rejected).toEqual([{ seq: 23, reason: "413 too large" }]);
    expect(set.store.outbox).toEqual([]);
  });

  it("sends kept items again, first, after a back-off", async () => {
    const set = setUp();
    for (let i = 0; i < 3; i++) await owe(set, "alert");
    let calls = 0;
    const uplink = new FakeUplink((batch) => (calls++ === 0 ? { accepted: [1, 3], rejected: [] } : accept(batch)));
    await running(set, uplink, async () => {
      await settle();
      expect(uplink.sent).toEqual([1, 2, 3]);
      await owe(set, "alert");
      await set.clock.advance(1_000);
    });
    expect(uplink.sent).toEqual([1, 2, 3, 2, 4]);
  });

  it("ignores answers for items it never sent", async () => {
    const set = setUp();
    await owe(set, "alert");
    const uplink = new FakeUplink(() => ({ accepted: [1, 99], rejected: [{ seq: 98, reason: "?" }] }));
    await running(set, uplink, settle);
    expect(set.outbox.tally.alert).toEqual({ sent: 1, rejected: 0, dropped: 0 });
  });

  it("keeps everything when the link breaks and sends it over the next one", async () => {
    const set = setUp();
    for (let i = 0; i < 4; i++) await owe(set, "alert");
    const broken = new FakeUplink(() => {
      throw new LinkError("timeout", "no answer");
    });
    expect(await running(set, broken, settle)).toBeInstanceOf(LinkError);
    const good = new FakeUplink();
    await running(set, good, settle);
    expect(good.sent).toEqual([1, 2, 3, 4]);
  });

  it("says when a lane has not caught up for an hour, and takes it back when it has", async () => {
    const set = setUp();
    let takes = false;
    const uplink = new FakeUplink((batch) => (takes ? accept(batch) : { accepted: [], rejected: [] }));
    await running(set, uplink, async () => {
      await owe(set, "alert");
      await set.clock.advance(3_500_000);
      expect(set.health.entries).toEqual([]);
      await set.clock.advance(200_000);
      expect(set.health.entries).toMatchObject([{ code: "uplink-slow", subject: "city" }]);
      takes = true;
      await set.clock.advance(60_000);
      expect(set.health.entries).toEqual([]);
    });
  });

  it("delivers every item at least once, in order per lane, whatever the platform and the process do", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const random = new Random(seed);
        const store = new MemoryStore();
        const delivered = new Map<Lane, number[]>(LANES.map((lane) => [lane, []]));
        const answer: Answer = (batch) => {
          if (random.chance(0.2)) throw new LinkError("closed", "gone");
          const taken = batch.filter(() => random.chance(0.7));
          for (const item of taken) delivered.get(item.lane)?.push(item.seq);
          if (random.chance(0.2)) throw new LinkError("timeout", "receipt lost");
          return { accepted: taken.map(({ seq }) => seq), rejected: [] };
        };
        const owed = new Map<number, Lane>();
        let set = setUp(store);
        for (let life = 0; life < 12; life++) {
          await running(set, new FakeUplink(answer), async () => {
            for (let i = 0; i < 6; i++) {
              const lane = random.pick(LANES);
              owed.set(await owe(set, lane), lane);
              await set.clock.advance(2_000);
            }
          });
          if (random.chance(0.3)) set = setUp(store);
        }
        await running(
          set,
          new FakeUplink((batch) => {
            for (const item of batch) delivered.get(item.lane)?.push(item.seq);
            return accept(batch);
          }),
          () => set.clock.advance(60_000),
        );
        for (const [seq, lane] of owed) expect(delivered.get(lane), `seed ${seed}`).toContain(seq);
        expect(store.outbox).toEqual([]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  });

  it("sends no batches as large as one the platform found too large", async () => {
    const set = setUp();
    for (let i = 0; i < 400; i++) await owe(set, "telemetry");
    const uplink = new FakeUplink((batch) => {
      if (batch.length > 10) throw new RejectedError("answered 413");
      return accept(batch);
    });
    await running(set, uplink, async () => {
      while (set.store.outbox.length > 0) await settle();
    });
    const refused = uplink.batches.filter(({ length }) => length > 10).length;
    expect(refused).toBeLessThan(15);
    expect(set.outbox.tally.telemetry).toMatchObject({ sent: 400, rejected: 0 });
  });

  it("tries a platform that was down with one item a lane", async () => {
    const set = setUp();
    for (let i = 0; i < 60; i++) await owe(set, i % 2 === 0 ? "alert" : "telemetry");
    const down = new FakeUplink(() => Promise.reject(new LinkError("refused", "away")));
    await running(set, down, settle);
    const probe = new FakeUplink(() => Promise.reject(new LinkError("refused", "away")));
    await running(set, probe, settle);
    expect(probe.batches.map(({ length }) => length)).toEqual([1, 1]);
    const back = new FakeUplink();
    await running(set, back, async () => {
      while (set.store.outbox.length > 0) await settle();
    });
    expect(back.sent.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  it("is urgent while an alert waits, and only then", async () => {
    const set = setUp();
    await owe(set, "telemetry");
    expect(set.outbox.urgent).toBe(false);
    await owe(set, "alert");
    expect(set.outbox.urgent).toBe(true);
    await running(set, new FakeUplink(), settle);
    expect(set.outbox.urgent).toBe(false);
  });

  it("does not call a lane slow whose items are kept on purpose", async () => {
    const set = setUp();
    await owe(set, "alert");
    const quiet = new FakeUplink(() => ({ accepted: [], rejected: [], deferred: true }));
    await running(set, quiet, async () => {
      for (let i = 0; i < 150; i++) await set.clock.advance(60_000);
    });
    expect(set.health.entries).toEqual([]);
    expect(set.store.outbox).toHaveLength(1);
  });
});
