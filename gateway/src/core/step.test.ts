import type { RawReading } from "@gatehouse/protocol";
import { Random } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { testConfig } from "../testing/site.ts";
import { type Channel, HOURS } from "./occupancy/diary.ts";
import { emptyState, restoreState, takeSnapshot, touchAll } from "./state.ts";
import { type Effects, type Input, step } from "./step.ts";

const START = Date.parse("2026-03-02T12:00:00+08:00");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function configured(change: Record<string, unknown> = {}) {
  const state = emptyState();
  step(state, { type: "config", config: testConfig(change), installation: "t" }, START);
  return state;
}

const reading = (reading: Partial<RawReading> & Pick<RawReading, "device" | "kind">): Input => ({
  type: "reading",
  reading: reading as RawReading,
  clock: "synced",
});
const count = (device: string, kind: "count.in" | "count.out", value: number, seq: number, at?: number): Input =>
  reading({ device, kind, value, epoch: 1, seq, ...(at === undefined ? {} : { at: new Date(at).toISOString() }) });

/** Everything a channel of the space's diary came to. */
const summed = (state: ReturnType<typeof configured>, space: string, channel: Channel): number => {
  const ring = state.beliefs.get(space)?.diary.hours[channel] ?? new Uint16Array(HOURS);
  return ring.reduce((sum, value) => sum + value, 0);
};

/** Ticks hour by hour, as the gateway does whenever a timer is due. */
function passTime(state: ReturnType<typeof configured>, fromMs: number, toMs: number): Effects["alerts"][number][] {
  const alerts = [];
  while (state.timers.nextDueMs <= toMs)
    alerts.push(...step(state, { type: "tick" }, Math.max(fromMs, state.timers.nextDueMs)).alerts);
  return alerts;
}

describe("accepting a reading", () => {
  it("rejects an unknown device, portal and space by name", () => {
    const state = configured();
    expect(step(state, reading({ device: "ghost", kind: "panic" }), START)).toMatchObject({
      outcome: "rejected",
      reason: "unknown device ghost",
    });
    expect(step(state, reading({ device: "lock-1", kind: "door.opened", portal: "D9" }), START)).toMatchObject({
      reason: 'unknown portal "D9"',
    });
    expect(step(state, reading({ device: "lock-1", kind: "door.opened", space: "F9" }), START)).toMatchObject({
      reason: 'unknown space "F9"',
    });
  });

  it("rejects an absurd time, but believes a clock that fell back to its factory date as little as it must", () => {
    const state = configured();
    const at = (text: string) =>
      step(state, reading({ device: "count-1", kind: "count.in", value: 1, at: text }), START);
    expect(at("1970-01-01T00:00:00Z")).toMatchObject({ outcome: "rejected" });
    expect(at("2099-01-01T00:00:00Z")).toMatchObject({ outcome: "rejected" });
    expect(at("2000-01-01T00:10:00Z")).toMatchObject({ outcome: "accepted" });
    expect(summed(state, "F1", "in")).toBe(1);
  });

  it("changes nothing for a repeat", () => {
    const state = configured();
    step(state, count("count-1", "count.in", 2, 1), START);
    expect(step(state, count("count-1", "count.in", 2, 1), START + 1)).toMatchObject({
      outcome: "duplicate",
      alerts: [],
    });
    expect(summed(state, "F1", "in")).toBe(2);
  });

  it("turns running totals into passages, also those of a counter that began anew", () => {
    const state = configured();
    const totals = (into: number, out: number, seq: number) =>
      step(state, reading({ device: "count-1", kind: "count.totals", value: { in: into, out }, seq }), START);
    totals(100, 90, 1);
    totals(103, 91, 2);
    expect([summed(state, "F1", "in"), summed(state, "F1", "out")]).toEqual([3, 1]);
    totals(1, 0, 3);
    totals(2, 0, 4);
    expect([summed(state, "F1", "in"), summed(state, "F1", "out")]).toEqual([5, 1]);
  });

  it("swaps in and out for a counter mounted the wrong way round", () => {
    const config = testConfig();
    const devices = config.site.devices.map((device) => ({ ...device, reversed: true }));
    const state = configured({ devices });
    step(state, count("count-1", "count.out", 2, 1), START);
    expect(summed(state, "F1", "in")).toBe(2);
  });
});

describe("instant rules", () => {
  const forced = (state: ReturnType<typeof configured>, seq: number, nowMs: number) =>
    step(state, reading({ device: "lock-1", kind: "door.forced", seq }), nowMs).alerts;
  const shut = (state: ReturnType<typeof configured>, seq: number, nowMs: number) =>
    step(state, reading({ device: "lock-1", kind: "door.closed", seq }), nowMs).alerts;

  it("raises a finding, clears it, and reopens the same alert on a recurrence", () => {
    const state = configured();
    const [raised] = forced(state, 1, START + 1000);
    expect(raised).toMatchObject({
      change: "raised",
      alert: {
        kind: "door-forced",
        space: "F1",
        level: "red",
        offence: 1,
        episode: 1,
        trigger: { device: "lock-1", seq: 1 },
      },
    });
    const [cleared] = shut(state, 2, START + 2000);
    expect(cleared).toMatchObject({ change: "cleared", alert: { id: raised?.alert.id, state: "raised" } });
    expect(cleared?.alert.clearedAt).toBe("2026-03-02T12:00:02.000+08:00");
    expect(forced(state, 3, START + DAY)).toMatchObject([
      {
        change: "reopened",
        alert: { id: raised?.alert.id, state: "reopened", episode: 2, offence: 2, clearedAt: null },
      },
    ]);
  });

  it("starts a new alert once the offence window is over", () => {
    const state = configured();
    const [first] = forced(state, 1, START);
    shut(state, 2, START + 1);
    passTime(state, START, START + 400 * DAY);
    const [second] = forced(state, 3, START + 400 * DAY);
    expect(second).toMatchObject({ change: "raised", alert: { offence: 1, episode: 1 } });
    expect(second?.alert.id).not.toBe(first?.alert.id);
  });

  it("raises door-forced on the door and clears it when the door is closed", () => {
    const state = configured();
    const [raised] = step(state, reading({ device: "lock-2", kind: "door.forced", seq: 1 }), START).alerts;
    expect(raised).toMatchObject({ change: "raised", alert: { kind: "door-forced", space: "F2", portal: "D2" } });
    expect(step(state, reading({ device: "lock-2", kind: "door.closed", seq: 2 }), START + 5).alerts).toMatchObject([
      { change: "cleared" },
    ]);
  });

  it("raises panic as an emergency, says every further press again, and lets only a person close it", () => {
    const state = configured();
    const [raised] = step(state, reading({ device: "panic-1", kind: "panic", seq: 1 }), START).alerts;
    expect(raised).toMatchObject({
      change: "raised",
      alert: { level: "emergency", sla: { acknowledgeBy: "2026-03-02T12:10:00.000+08:00" } },
    });
    expect(step(state, reading({ device: "panic-1", kind: "panic", seq: 2 }), START + 5).alerts).toMatchObject([
      { change: "repeated" },
    ]);
    const act = (kind: "acknowledge" | "close" | "note") => {
      const deed = { do: kind, alert: raised?.alert.id ?? "", note: "on my way" } as const;
      return step(state, { type: "deed", deed, by: "guard" }, START + 10).alerts;
    };
    expect(() => act("close")).toThrow("next can be acknowledged, not closed");
    expect(act("acknowledge")).toMatchObject([{ change: "acknowledged" }]);
    expect(act("note")).toMatchObject([
      { change: "noted", alert: { state: "acknowledged", history: [{}, {}, {}, { by: "guard", note: "on my way" }] } },
    ]);
    expect(act("close")).toMatchObject([{ change: "closed", alert: { state: "closed" } }]);
  });
});

describe("timers", () => {
  it("say once when nobody acknowledged in time, also after a restart", () => {
    const state = configured();
    step(state, reading({ device: "panic-1", kind: "panic", seq: 1 }), START);
    touchAll(state);
    const restored = restoreState(takeSnapshot(state, 2));
    expect(restored.timers.nextDueMs).toBe(START + 600_000);
    const late = step(restored, { type: "tick" }, START + 600_000).alerts;
    expect(late).toMatchObject([
      { change: "overdue", alert: { state: "raised" } },
      { change: "escalated", alert: { escalation: { step: 1, to: "platform" } } },
    ]);
    expect(step(restored, { type: "tick" }, START + 600_001)).toMatchObject({ outcome: "idle" });
  });

  it("keep their distance when the clock is set, and find the calendar again", () => {
    const state = configured();
    step(state, reading({ device: "panic-1", kind: "panic", seq: 1 }), START);
    const shiftMs = -5 * 365 * DAY;
    step(state, { type: "clock", shiftMs }, START + shiftMs);
    expect(state.timers.nextDueMs).toBe(START + shiftMs + 600_000);
    expect(state.timers.get("sample")?.dueMs).toBeGreaterThan(START + shiftMs);
    expect(state.timers.get("sample")?.dueMs).toBeLessThanOrEqual(START + shiftMs + DAY);
  });
});

describe("a clock that was wrong", () => {
  it("does not keep later readings out once it is set back", () => {
    const state = configured();
    const far = START + 20 * 365 * DAY;
    step(state, { type: "clock", shiftMs: far - START }, far);
    step(state, count("count-1", "count.in", 1, 1), far);
    step(state, { type: "clock", shiftMs: START - far }, START + HOUR);
    step(state, count("count-1", "count.in", 2, 2), START + HOUR);
    expect(summed(state, "F1", "in")).toBe(2);
  });
});

describe("determinism", () => {
  function randomInputs(seed: number, n: number): { input: Input; nowMs: number }[] {
    const random = new Random(seed);
    let nowMs = START;
    const seqs = new Map<string, number>();
    return Array.from({ length: n }, () => {
      nowMs += Math.floor(random.exponential(20 * 60_000));
      const device = random.pick(["count-1", "count-2", "lock-1", "lock-2", "panic-1", "ghost"]);
      const seq = (seqs.get(device) ?? 0) + (random.chance(0.1) ? 0 : 1);
      seqs.set(device, seq);
      if (random.chance(0.02)) return { input: { type: "clock", shiftMs: 0 } as Input, nowMs };
      const kind = random.pick([
        "count.in",
        "count.out",
        "door.opened",
        "door.closed",
        "door.forced",
        "access.granted",
        "panic",
      ] as const);
      const credential = kind === "access.granted" ? { credential: `c_${random.int(10, 16)}f2a91d0` } : {};
      const at = new Date(nowMs - Math.floor(random.exponential(HOUR))).toISOString();
      return {
        input: reading({
          device,
          kind,
          seq,
          at,
          ...credential,
          ...(kind.startsWith("count") ? { value: random.int(1, 2) } : {}),
        }),
        nowMs,
      };
    });
  }

  const run = (state: ReturnType<typeof configured>, inputs: readonly { input: Input; nowMs: number }[]) =>
    inputs.flatMap(({ input, nowMs }) => [step(state, { type: "tick" }, nowMs), step(state, input, nowMs)]);

  it("gives the same effects and the same state for the same inputs, through a snapshot at any point", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const inputs = randomInputs(seed, 300);
      const whole = configured();
      const effects = run(whole, inputs);
      const cut = new Random(seed).int(0, inputs.length);
      const first = configured();
      const before = run(first, inputs.slice(0, cut));
      touchAll(first);
      const second = restoreState(takeSnapshot(first, 1));
      const after = run(second, inputs.slice(cut));
      expect(JSON.stringify([...before, ...after]), `seed ${seed}`).toBe(JSON.stringify(effects));
      touchAll(whole);
      touchAll(second);
      const sorted = (state: typeof whole) =>
        takeSnapshot(state, 1)
          .pieces.filter(({ body }) => body !== null)
          .map((piece) => JSON.stringify(piece))
          .sort();
      expect(sorted(second), `seed ${seed}`).toEqual(sorted(whole));
    }
  });

  it("notes every piece it changes: snapshots of changes alone add up to the whole", () => {
    const inputs = randomInputs(99, 400);
    const state = configured();
    const pieces = new Map<string, string | null>();
    const merge = () => {
      for (const { part, id, body } of takeSnapshot(state, 1).pieces) pieces.set(`${part}/${id}`, body);
    };
    inputs.forEach((input, index) => {
      run(state, [input]);
      if (index % 37 === 0) merge();
    });
    merge();
    touchAll(state);
    const whole = takeSnapshot(state, 1).pieces.map(({ part, id, body }) => [`${part}/${id}`, body]);
    expect([...pieces].filter(([, body]) => body !== null).sort()).toEqual(whole.sort());
  });
});
