import type { ClockQuality } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { buildModel } from "./core/model.ts";
import type { Forgetting, Forgotten } from "./core/ports.ts";
import { Retention } from "./retention.ts";
import { MemoryLog } from "./testing/log.ts";
import { MemoryStore } from "./testing/memory-store.ts";
import { testConfig } from "./testing/site.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const model = buildModel(
  testConfig({
    retention: { red: 300, blue: 30 },
    devices: [
      { id: "lock-1", kind: "lock", portal: "D1" },
      { id: "gate", kind: "reader", portal: "G" },
    ],
    portals: [
      { id: "D1", kind: "door", from: "outside", to: "F1" },
      { id: "G", kind: "gate", from: "outside", to: "outside" },
    ],
  }),
);

/** What was asked of the store, with the age in days that it was told to forget. */
function setUp({ lastAgoMs = 0, clockQuality = "synced" as ClockQuality, answers = [] as Forgotten[] } = {}) {
  const clock = new FakeClock();
  const asked: (Omit<Forgetting, "beforeMs"> & { readonly ageDays: number })[] = [];
  const { recovered } = new MemoryStore();
  const store = {
    recovered: { ...recovered, lastNowMs: clock.nowMs() - lastAgoMs },
    forget: async ({ beforeMs, ...due }: Forgetting) => {
      asked.push({ ...due, ageDays: Math.round(((clock.nowMs() - beforeMs) / DAY_MS) * 100) / 100 });
      return answers.shift() ?? { removed: 0, last: null, settled: due.after };
    },
  };
  const retention = new Retention({ core: { model, clockQuality }, store, clock, log: new MemoryLog() });
  const stop = new AbortController();
  const sweep = async () => {
    const done = retention.sweep(stop.signal);
    await clock.advance(1_000);
    await done;
  };
  return { asked, clock, retention, stop, sweep };
}

describe("retention", () => {
  it("asks for each risk colour's own time; blue takes what is in no space or not on the site", async () => {
    const { asked, sweep } = setUp();
    await sweep();
    expect(asked).toEqual([
      { after: 0, ageDays: 300, devices: ["lock-1"], others: false },
      { after: 0, ageDays: 180, devices: [], others: false },
      { after: 0, ageDays: 30, devices: ["lock-1"], others: true },
    ]);
  });

  it("goes on window by window, and starts the next time where something was left", async () => {
    const answers = [
      { removed: 500, last: 512, settled: 512 },
      { removed: 100, last: 1_024, settled: 700 },
      { removed: 7, last: null, settled: 1_100 },
    ];
    const { asked, sweep } = setUp({ answers });
    await sweep();
    await sweep();
    const red = asked.filter(({ ageDays }) => ageDays === 300).map(({ after }) => after);
    expect(red).toEqual([0, 512, 1_024, 700]);
  });

  it("believes a clock no further than the journal knew, this run has lasted and a day", async () => {
    const { asked, clock, sweep } = setUp({ lastAgoMs: 3_650 * DAY_MS });
    await sweep();
    expect(asked[0]?.ageDays).toBe(300 + 3_649);
    await clock.advance(10 * DAY_MS);
    await sweep();
    expect(asked[3]?.ageDays).toBe(300 + 3_649);
  });

  it("waits an hour from the start, and does nothing while the clock is doubted", async () => {
    const doubted = setUp({ clockQuality: "stepped" });
    await doubted.sweep();
    expect(doubted.asked).toEqual([]);
    const { asked, clock, retention, stop } = setUp();
    const run = retention.run(stop.signal);
    await clock.advance(HOUR_MS - 1);
    expect(asked).toEqual([]);
    await clock.advance(1_000);
    expect(asked).toHaveLength(3);
    stop.abort();
    await run;
  });
});
