import { Policy, type RawReading } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { createBelief } from "../occupancy/belief.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";
import { type CoreState, emptyState, restoreState, takeSnapshot, touchAll } from "../state.ts";
import { type Effects, step } from "../step.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse("2026-03-02T00:00:00+08:00");
/** Local day number of START. */
const FIRST_DAY = Date.UTC(2026, 2, 2) / DAY;

/** A site whose model answers what `pOver` says for the first flat on each morning, and never more than that for the other. */
function site(
  pOver: (morning: number) => number,
  change: Record<string, unknown> = {},
  policies: readonly Policy[] = [testPolicy],
  interval = { low: 3, high: 4 },
): CoreState {
  const state = emptyState();
  state.residencyModel = (space, _values, day) => ({
    residing: 3,
    ...interval,
    pOver: space.space.id === "F1" ? pOver(day - FIRST_DAY) : 0,
    evidence: [{ source: "counter", says: "three sleep here", weight: 2 }],
  });
  step(state, { type: "config", config: { ...testConfig(change), policies }, installation: "t" }, START);
  step(state, count(1, START + HOUR), START + HOUR);
  return state;
}

/** Somebody goes in one time, and out the next. */
const count = (seq: number, atMs: number) => {
  const kind = seq % 2 === 1 ? "count.in" : "count.out";
  const reading = { device: "count-1", kind, value: 1, epoch: 1, seq, at: new Date(atMs).toISOString() };
  return { type: "reading", reading: reading as RawReading, clock: "synced" } as const;
};

interface Said {
  readonly morning: number;
  readonly change: string;
  readonly id: string;
}

/** Group-rental events by morning, up to the end of the last of `mornings`. */
function live(state: CoreState, mornings: number): Said[] {
  const said: Said[] = [];
  const collect = (alerts: Effects["alerts"], nowMs: number) => {
    for (const { alert, change } of alerts) {
      if (alert.kind !== "group-rental" || change === "overdue" || change === "escalated") continue;
      said.push({ morning: Math.floor((nowMs - START) / DAY), change, id: alert.id });
    }
  };
  while (state.timers.nextDueMs <= START + mornings * DAY) {
    const nowMs = state.timers.nextDueMs;
    collect(step(state, { type: "tick" }, nowMs).alerts, nowMs);
  }
  return said;
}

const scripted = (values: readonly number[]) => (morning: number) => values[morning] ?? 0;

describe("group rental", () => {
  it("is raised after K of N likely mornings, cleared by a row of unlikely ones, reopened by a recurrence", () => {
    const said = live(site(scripted([0.9, 0.2, 0.9, 0.9, 0.1, 0.1, 0.9, 0.9])), 9);
    expect(said).toMatchObject([
      { morning: 2, change: "raised" },
      { morning: 5, change: "cleared" },
      { morning: 7, change: "reopened" },
    ]);
    expect(new Set(said.map(({ id }) => id)).size).toBe(1);
  });

  it("is never raised while the probability stays in the middle", () => {
    expect(
      live(
        site(() => 0.6),
        20,
      ),
    ).toEqual([]);
  });

  it("is not raised by mornings long past: the latest must be one of them", () => {
    expect(live(site(scripted([0.9, 0.2, 0.2, 0.9, 0.2, 0.2, 0.9])), 8)).toEqual([]);
  });

  it("stays while the probability is between the two thresholds", () => {
    expect(live(site(scripted([0.9, 0.9, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])), 7)).toMatchObject([{ change: "raised" }]);
  });

  it("carries the estimate, its interval, the probability and the evidence", () => {
    const state = site(() => 0.95);
    live(state, 3);
    const [alert] = [...state.alerts.values()]
      .map((record) => record.alert)
      .filter(({ kind }) => kind === "group-rental");
    expect(alert).toMatchObject({
      space: "F1",
      level: "red",
      persons: { residing: 3, low: 3, high: 4 },
      limit: { persons: 2 },
      probability: 0.95,
      evidence: [{ source: "counter", weight: 2 }],
    });
  });

  it("is judged again when readings of past nights come late, without waiting for the next morning", () => {
    let late = false;
    const state = site(() => (late ? 0 : 0.9));
    expect(live(state, 4)).toMatchObject([{ change: "raised" }]);
    late = true;
    const nowMs = START + 4 * DAY + 10 * HOUR;
    while (state.timers.nextDueMs <= nowMs) step(state, { type: "tick" }, state.timers.nextDueMs);
    for (let day = 0; day < 4; day++) step(state, count(10 + day, START + day * DAY + HOUR), nowMs);
    const said: string[] = [];
    while (state.timers.nextDueMs <= nowMs + HOUR) {
      for (const { change, alert } of step(state, { type: "tick" }, state.timers.nextDueMs).alerts) {
        if (alert.kind === "group-rental") said.push(change);
      }
    }
    expect(said).toEqual(["cleared"]);
  });
});

describe("the first sign", () => {
  const standAfter = (state: CoreState, mornings: number) => {
    live(state, mornings);
    return estimateOf(state, "F1")?.stand;
  };

  it("is a likely morning, grows into a finding, and goes when its window has passed", () => {
    const state = site(scripted([0.1, 0.9, 0.9, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1]));
    expect(standAfter(state, 1)).toMatchObject({
      sign: "none",
      signSince: null,
      signNights: 0,
      signNeeded: 2,
      signOf: 3,
    });
    expect(standAfter(state, 2)).toMatchObject({
      sign: "first",
      signNights: 1,
      signSince: "2026-03-03T03:00:00.000+08:00",
    });
    expect(standAfter(state, 3)).toMatchObject({
      sign: "confirmed",
      signNights: 2,
      signSince: "2026-03-03T03:00:00.000+08:00",
    });
    // Cleared by two unlikely mornings; the likely one behind them is out of the window a day later.
    expect(standAfter(state, 5)?.sign).toBe("first");
    expect(standAfter(state, 6)).toMatchObject({ sign: "first", signSince: "2026-03-07T03:00:00.000+08:00" });
    expect(standAfter(state, 9)?.sign).toBe("none");
  });

  it("is kept over a restart", () => {
    const state = site(scripted([0.1, 0.9]));
    const stand = standAfter(state, 2);
    touchAll(state);
    expect(estimateOf(restoreState(takeSnapshot(state, 1)), "F1")?.stand).toEqual(stand);
  });

  it("is confirmed while it waits for the budget of another day", () => {
    const policies = [Policy.parse({ ...testPolicy, alertBudget: { perGridAndDay: 1 } })];
    const state = site(() => 0.9, {}, policies);
    live(state, 1);
    state.budgets.set("MQ-053", { day: FIRST_DAY + 1, used: 1, waiting: [] });
    expect(live(state, 2)).toEqual([]);
    expect(estimateOf(state, "F1")?.stand.sign).toBe("confirmed");
  });
});

describe("too little evidence", () => {
  const abstainsOf = (state: CoreState, mornings: number) => {
    live(state, mornings);
    return estimateOf(state, "F1")?.stand.abstains;
  };

  it("is said with its reason: nothing judged yet, too few days heard", () => {
    const state = site(() => 0.1);
    expect(abstainsOf(state, 0)?.says).toBe("no night has been judged yet");
    expect(abstainsOf(state, 2)).toEqual({ says: "1 of the last 7 days heard", zh: "近7天有1天收到数据" });
  });

  it("is not said once a week was heard and the answer is plain, and again when the devices fall silent", () => {
    const state = site(() => 0.1);
    for (let day = 1; day < 7; day++) {
      live(state, day);
      step(state, count(1 + day, START + day * DAY + 8 * HOUR), START + day * DAY + 8 * HOUR);
    }
    expect(abstainsOf(state, 7)).toBeNull();
    expect(abstainsOf(state, 12)?.says).toMatch(/^[0-3] of the last 7 days heard$/);
  });

  it("is an answer in the middle too, with the figures; not where an alert stands", () => {
    const middle = { low: 1, high: 4 };
    const state = site(scripted([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9, 0.9]), {}, [testPolicy], middle);
    for (let day = 1; day < 7; day++) {
      live(state, day);
      step(state, count(1 + day, START + day * DAY + 8 * HOUR), START + day * DAY + 8 * HOUR);
    }
    expect(estimateOf(state, "F1")?.stand.abstains?.says).toBe(
      "5 of the last 7 days heard: 1 to 4 may live here, limit 2 (50 %)",
    );
    expect(abstainsOf(state, 8)).toBeNull();
    expect(estimateOf(state, "F1")?.stand.sign).toBe("confirmed");
  });

  it("is said where what there is never tells how many: a door contact, an electricity meter", () => {
    const state = site(() => 0.1, {
      devices: [
        { id: "count-1", kind: "counter", portal: "D1" },
        { id: "contact-1", kind: "contact", portal: "D1" },
        { id: "meter-1", kind: "energy-meter", space: "F1" },
      ],
    });
    const belief = createBelief();
    state.beliefs.set("F1", belief);
    for (let day = 1; day < 9; day++) {
      live(state, day);
      for (const [device, kind, value] of [
        ["contact-1", "door.opened", undefined],
        ["meter-1", "meter.energyWh", day * 4_000],
      ] as const) {
        const nowMs = START + day * DAY + 8 * HOUR;
        const reading = { device, kind, ...(value === undefined ? {} : { value }) } as RawReading;
        step(state, { type: "reading", reading, clock: "synced" }, nowMs);
      }
    }
    expect(abstainsOf(state, 9)).toEqual({
      says: "door openings and electricity alone do not tell how many live here, no counter, 7 of the last 7 days heard",
      zh: "仅凭开门和用电无法判断居住人数，无人数计数器，近7天有7天收到数据",
    });
  });
});
