import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS } from "../testing/core-run.ts";
import { testConfig, testPolicy } from "../testing/site.ts";
import { restoreState, setTimer, takeSnapshot, touchAll } from "./state.ts";
import { step } from "./step.ts";
import { setCalendar } from "./timers.ts";

describe("timers", () => {
  it("ask people once after the box was off for days, and go on from there", () => {
    const core = new CoreRun(testConfig(), "2026-03-02T12:00").say("lock-1", "tamper.on").wait(HOUR_MS);
    const [facts, events] = [core.facts.length, core.events.length];
    core.nowMs += 10 * DAY_MS;
    const offAt = core.nowMs;
    core.wait(1);
    const asked = core.facts.slice(facts).filter(({ type }) => type === "gatehouse.prompt.escalated");
    const told = core.events.slice(events).filter(({ change }) => change === "escalated");
    const perPrompt = new Set(asked.map(({ data }) => Reflect.get(data, "id")));
    expect([asked.length, told.length]).toEqual([perPrompt.size, 1]);
    expect(asked.every(({ atMs }) => atMs === offAt)).toBe(true);
  });

  it("end the day once, when the last of its nights is judged", () => {
    const late = { ...testPolicy, id: "late", nightWindow: { from: "23:00", to: "09:30" } };
    const { site } = testConfig();
    const policies = [{ use: "test-policy" }, { use: "late", spaces: ["F2"] }];
    const config = { site: { ...site, policies }, policies: [testPolicy, late] };
    const core = new CoreRun(config, "2026-03-02T12:00");
    core.say("count-1", "count.in", 2).say("count-2", "count.in", 2);
    const days: [number, string][] = [];
    while (core.nowMs < Date.parse("2026-03-05T00:00+08:00")) {
      core.nowMs = core.state.timers.nextDueMs;
      const { dayEnded } = step(core.state, { type: "tick" }, core.nowMs);
      if (dayEnded !== undefined) days.push([dayEnded, new Date(core.nowMs + 8 * HOUR_MS).toISOString().slice(11, 16)]);
    }
    expect(days.map(([, time]) => time)).toEqual(["09:30", "09:30"]);
    expect(new Set(days.map(([day]) => day)).size).toBe(2);
  });

  it("that a new configuration no longer needs are gone from the next snapshot too", () => {
    const core = new CoreRun(testConfig(), "2026-03-02T12:00");
    setTimer(core.state, "night:999", { dueMs: core.nowMs + HOUR_MS, calendar: true });
    const { pieces } = takeSnapshot(core.state, 1);
    const model = core.state.model;
    if (model === undefined) throw new TypeError("no model");
    setCalendar(core.state, model, core.nowMs);
    const later = takeSnapshot(core.state, 2);
    const kept = new Map([...pieces, ...later.pieces].map((piece) => [`${piece.part}/${piece.id}`, piece]));
    const whole = { seq: 2, pieces: [...kept.values()] };
    expect(restoreState(whole).timers.has("night:999")).toBe(false);
  });

  it("for the same moment fire in the order of the map, whether or not the state was read back", () => {
    const core = new CoreRun(testConfig(), "2026-03-02T12:00");
    const at = core.nowMs + 1_000;
    setTimer(core.state, "hand-over:a", { dueMs: at + 1, calendar: false });
    setTimer(core.state, "hand-over:b", { dueMs: at, calendar: false });
    setTimer(core.state, "hand-over:a", { dueMs: at, calendar: false });
    const whole = () => ({ seq: 1, pieces: takeSnapshot(core.state, 1).pieces });
    touchAll(core.state);
    expect(core.state.timers.next).toEqual({ name: "hand-over:a", dueMs: at });
    expect(restoreState(whole()).timers.next).toEqual({ name: "hand-over:a", dueMs: at });
  });
});
