/** What every Uplink promises, as tests, run against the stand-in city platform. */
import type { City, FailMode, Via } from "@gatehouse/device-sim";
import { InvariantError, LANES, LinkError } from "@gatehouse/protocol";
import { type FakeClock, settle } from "@gatehouse/protocol/testing";
import type { OutboxItem, SendResult, Uplink } from "gatehouse";
import { owedItem, owedItems, TEST_GATEWAY } from "gatehouse/testing";
import { afterEach, describe, expect, test } from "vitest";

/** The city platform, and uplinks to it. */
export interface UplinkRig {
  readonly city: City;
  /** The city's own; only slow answers wait for it. */
  readonly cityClock: FakeClock;
  readonly via: Via;
  /** The platform answers each message and names no sequence, so that it cannot name a wrong one. */
  readonly answersByMessage?: true;
  /** A new instance that does not run yet. */
  make(): Uplink;
  /** Of every instance. */
  readonly clock: FakeClock;
  /**
   * The ways to fail in which this platform just does not answer, so that only a deadline ends the wait. Each resolves when the platform
   * has done with a batch of that many items what it will ever do.
   */
  readonly silent: Partial<Record<FailMode, (items: number) => Promise<void>>>;
  close(): Promise<void>;
}

export type OpenUplink = () => Promise<UplinkRig>;

/** Longer than any deadline of an uplink, ms. */
const ANY_DEADLINE_MS = 120_000;
const FAILURES: readonly FailMode[] = ["refuse", "hang", "5xx", "html", "lose-receipts"];
const never = new AbortController().signal;
const seqsOf = (items: readonly OutboxItem[]) => items.map(({ seq }) => seq);
const ascending = (seqs: readonly number[]) => seqs.toSorted((a, b) => a - b);

/** The outcome, letting time pass until there is one. */
async function outcomeOf(sending: Promise<SendResult>, clock: FakeClock): Promise<unknown> {
  const state = { done: false };
  const outcome = sending
    .catch((error: unknown) => error)
    .finally(() => {
      state.done = true;
    });
  for (let ms = 0; ms < ANY_DEADLINE_MS && !state.done; ms += 1_000) await clock.advance(1_000);
  return Promise.race([outcome, settle().then(() => "still waiting")]);
}

export function uplinkContract(open: OpenUplink): void {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function openRig(): Promise<UplinkRig> {
    const rig = await open();
    ends.push(rig.close);
    return rig;
  }

  function run(rig: UplinkRig) {
    const uplink = rig.make();
    const stop = new AbortController();
    const ended = uplink.run(stop.signal);
    ended.catch(() => {});
    ends.push(async () => {
      stop.abort();
      await ended.catch(() => {});
    });
    return { uplink, stop, ended };
  }

  async function start() {
    const rig = await openRig();
    return { rig, ...run(rig) };
  }

  const arrived = ({ city }: UplinkRig) => city.events.map(({ sequence }) => sequence);
  const arrivedAll = ({ city }: UplinkRig, count: number) =>
    city.until(() => city.events.length >= count, AbortSignal.timeout(20_000));

  describe("sending", () => {
    test("a batch arrives whole and oldest first, however large, and is accepted item by item", async () => {
      const { rig, uplink } = await start();
      const batch = owedItems(1, 1_000, "telemetry");
      const { accepted, rejected } = await uplink.send(batch, never);
      expect(ascending(accepted)).toEqual(seqsOf(batch));
      expect(rejected).toEqual([]);
      expect(arrived(rig)).toEqual(seqsOf(batch));
      expect(rig.city.counters).toMatchObject({ received: 1_000, duplicates: 0, unanswerable: 0 });
      expect(rig.city.events[0]).toMatchObject({
        via: rig.via,
        lane: "telemetry",
        source: `gatehouse/${TEST_GATEWAY}`,
      });
    });

    test("an event arrives as it stands in the outbox", async () => {
      const { rig, uplink } = await start();
      const item = owedItem(7, "emergency", '"\\楼\u2028 ');
      await uplink.send([item], never);
      expect(rig.city.events[0]?.event).toEqual(JSON.parse(item.text));
    });

    test("one batch after the other over the same link keeps the order", async () => {
      const { rig, uplink } = await start();
      for (let from = 1; from < 100; from += 10) await uplink.send(owedItems(from, from + 9), never);
      expect(arrived(rig)).toEqual(seqsOf(owedItems(1, 100)));
    });

    test("batches of all lanes may be under way together, each answered for its own items", async () => {
      const { rig, uplink } = await start();
      const batches = LANES.map((lane, index) => owedItems(index * 50 + 1, index * 50 + 50, lane));
      const results = await Promise.all(batches.map((batch) => uplink.send(batch, never)));
      for (const [index, { accepted }] of results.entries()) {
        expect(ascending(accepted)).toEqual(seqsOf(batches[index] ?? []));
      }
      for (const lane of LANES) {
        const ofLane = rig.city.events.filter((event) => event.lane === lane).map(({ sequence }) => sequence);
        expect(ofLane).toEqual(ascending(ofLane));
      }
    });

    test("a higher lane does not wait for the answer to a lower one", async () => {
      const { rig, uplink } = await start();
      await rig.city.fail("slow", { delayMs: 5_000 });
      const state = { answered: false };
      const lower = uplink.send(owedItems(1, 20, "telemetry"), never).finally(() => {
        state.answered = true;
      });
      await arrivedAll(rig, 20);
      const higher = uplink.send([owedItem(21, "emergency")], never);
      await arrivedAll(rig, 21);
      expect(state.answered).toBe(false);
      expect(rig.city.events.at(-1)?.lane).toBe("emergency");
      // Answers wait for the city's clock one after the other.
      while (!state.answered) await rig.cityClock.advance(1_000);
      const late = outcomeOf(higher, rig.cityClock);
      expect(await late).toMatchObject({ accepted: [21] });
      expect((await lower).accepted).toHaveLength(20);
    });
  });

  describe("the platform's answer", () => {
    test("may reject some items, each with a reason, and accept the others", async () => {
      const { rig, uplink } = await start();
      await rig.city.fail("partial", { fraction: 0.3 });
      const batch = owedItems(1, 100);
      const { accepted, rejected } = await uplink.send(batch, never);
      expect(rejected.length).toBeGreaterThan(10);
      expect(rejected.length).toBeLessThan(60);
      expect(ascending([...accepted, ...rejected.map(({ seq }) => seq)])).toEqual(seqsOf(batch));
      expect(new Set(rejected.map(({ reason }) => reason))).toEqual(new Set(["rejected to see what happens"]));
      expect(arrived(rig)).toEqual(ascending(accepted));
    });

    test("to a malformed item is its rejection, and nobody else's", async () => {
      const { uplink } = await start();
      const bad = { ...owedItem(2), text: owedItem(2).text.replace('"severitynumber":17', '"severitynumber":99') };
      const { accepted, rejected } = await uplink.send([owedItem(1), bad, owedItem(3)], never);
      expect(ascending(accepted)).toEqual([1, 3]);
      expect(rejected).toEqual([{ seq: 2, reason: expect.stringMatching(/^severitynumber: /) }]);
    });

    test("keeps what it does not name, and a number of nobody's is left out", async () => {
      const { rig, uplink } = await start();
      if (rig.answersByMessage) return expect(await uplink.send([owedItem(1)], never)).toMatchObject({ rejected: [] });
      const strange = { ...owedItem(2), text: owedItem(200).text };
      const sending = uplink.send([owedItem(1), strange, owedItem(3)], never);
      await arrivedAll(rig, 3);
      // Behind its receipt, the others have been read.
      await uplink.send([owedItem(300, "presence")], never);
      const result = (await outcomeOf(sending, rig.clock)) as SendResult;
      expect(ascending(result.accepted)).toEqual([1, 3]);
      expect(result.rejected).toEqual([]);
    });
  });

  describe.each(FAILURES)("a platform that fails with %s", (mode) => {
    test("keeps the whole batch, within a deadline; sent again over a new link it arrives once, under equal ids", async () => {
      const { rig, uplink, stop } = await start();
      const { city, clock } = rig;
      await uplink.send([owedItem(1)], never);
      const batch = owedItems(2, 41);
      await city.fail(mode);
      const sending = uplink.send(batch, never);
      sending.catch(() => {});
      const silence = rig.silent[mode];
      await silence?.(batch.length);
      const outcome =
        silence === undefined ? await sending.catch((error: unknown) => error) : await outcomeOf(sending, clock);
      expect(outcome).toBeInstanceOf(LinkError);
      if (silence !== undefined) expect(outcome).toMatchObject({ code: "timeout" });
      stop.abort();
      await city.fail();
      const next = run(rig);
      expect(ascending((await next.uplink.send(batch, never)).accepted)).toEqual(seqsOf(batch));
      expect(arrived(rig)).toEqual([1, ...seqsOf(batch)]);
      const lostReceipts = mode === "lose-receipts" ? batch.length : 0;
      expect(city.counters).toMatchObject({ duplicates: lostReceipts, renumbered: 0, unique: 41, rejected: 0 });
      expect(city.missing(`gatehouse/${TEST_GATEWAY}`, rig.via).count).toBe(0);
    });
  });

  describe("an end", () => {
    test("of run() comes promptly when its signal aborts", async () => {
      const { uplink, stop, ended } = await start();
      await uplink.send([owedItem(1)], never);
      stop.abort();
      await expect(ended).resolves.toBeUndefined();
    });

    test("of run() comes also before the link stands", async () => {
      const { stop, ended } = await start();
      stop.abort();
      await expect(ended).resolves.toBeUndefined();
      const rig = await openRig();
      await expect(rig.make().run(AbortSignal.abort())).resolves.toBeUndefined();
    });

    test("of run() fails what is under way with a LinkError, and what comes later", async () => {
      const { rig, uplink, stop, ended } = await start();
      await uplink.send([owedItem(1)], never);
      await rig.city.fail("hang");
      const sending = uplink.send(owedItems(2, 5), never).catch((error: unknown) => error);
      await settle();
      stop.abort();
      await expect(ended).resolves.toBeUndefined();
      expect(await sending).toMatchObject({ name: "LinkError", code: "closed" });
      const later = uplink.send([owedItem(6)], never);
      await expect(later).rejects.toBeInstanceOf(LinkError);
    });

    test("of send() comes at once when its signal aborts, and costs no other batch anything", async () => {
      const { rig, uplink } = await start();
      await uplink.send([owedItem(1)], never);
      await rig.city.fail("slow", { delayMs: 5_000 });
      const stop = new AbortController();
      const givenUp = uplink.send([owedItem(2, "telemetry")], stop.signal).catch((error: unknown) => error);
      await arrivedAll(rig, 2);
      stop.abort();
      expect(await givenUp).toMatchObject({ name: "LinkError", code: "closed" });
      await rig.city.fail();
      await rig.cityClock.advance(5_000);
      expect((await uplink.send([owedItem(3)], never)).accepted).toEqual([3]);
      await expect(uplink.send([owedItem(4)], AbortSignal.abort())).rejects.toBeInstanceOf(LinkError);
    });

    test("is final: an instance runs once", async () => {
      const { uplink, stop, ended } = await start();
      stop.abort();
      await ended;
      await expect(uplink.run(never)).rejects.toBeInstanceOf(InvariantError);
    });
  });

  test("commands end when their signal aborts, and when the uplink ends", async () => {
    const { uplink, stop, ended } = await start();
    const done = { done: true, value: undefined };
    const taker = new AbortController();
    const first = uplink.commands(taker.signal)[Symbol.asyncIterator]().next();
    await settle();
    taker.abort();
    expect(await first).toEqual(done);
    const second = uplink.commands(never)[Symbol.asyncIterator]().next();
    await settle();
    stop.abort();
    await ended;
    expect(await second).toEqual(done);
  });
}
