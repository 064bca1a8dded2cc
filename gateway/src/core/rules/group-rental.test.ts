import type { RawReading } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { testConfig } from "../../testing/site.ts";
import { type CoreState, emptyState } from "../state.ts";
import { type Effects, step } from "../step.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse("2026-03-02T00:00:00+08:00");
/** Local day number of START. */
const FIRST_DAY = Date.UTC(2026, 2, 2) / DAY;

/** A site whose model answers what `pOver` says for the first flat on each morning, and never more than that for the other. */
function site(pOver: (morning: number) => number, change: Record<string, unknown> = {}): CoreState {
  const state = emptyState();
  state.residencyModel = (space, _values, day) => ({
    residing: 3,
    low: 3,
    high: 4,
    pOver: space.space.id === "F1" ? pOver(day - FIRST_DAY) : 0,
    evidence: [{ source: "counter", says: "three sleep here", weight: 2 }],
  });
  step(state, { type: "config", config: testConfig(change), installation: "t" }, START);
  step(state, count(1, START + HOUR), START + HOUR);
  return state;
}

const count = (seq: number, atMs: number) => {
  const reading = { device: "count-1", kind: "count.in", value: 1, epoch: 1, seq, at: new Date(atMs).toISOString() };
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
      if (alert.kind !== "group-rental" || change === "overdue") continue;
      said.push({ morning: Math.floor((nowMs - START) / DAY), change, id: alert.id });
    }
  };
  while (state.nextDueMs <= START + mornings * DAY) {
    const nowMs = state.nextDueMs;
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
    while (state.nextDueMs <= nowMs) step(state, { type: "tick" }, state.nextDueMs);
    for (let day = 0; day < 4; day++) step(state, count(10 + day, START + day * DAY + HOUR), nowMs);
    const said: string[] = [];
    while (state.nextDueMs <= nowMs + HOUR) {
      for (const { change, alert } of step(state, { type: "tick" }, state.nextDueMs).alerts) {
        if (alert.kind === "group-rental") said.push(change);
      }
    }
    expect(said).toEqual(["cleared"]);
  });
});
