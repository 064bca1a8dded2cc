import { describe, expect, it } from "vitest";
import { testConfig } from "../../testing/site.ts";
import { type CoreState, emptyState, restoreState, takeSnapshot, touchAll } from "../state.ts";
import { type Input, step } from "../step.ts";
import { underWay } from "./used-commands.ts";

const START = Date.parse("2026-03-02T12:00:00+08:00");

function configured(): CoreState {
  const state = emptyState();
  step(state, { type: "config", config: testConfig(), installation: "t" }, START);
  return state;
}

const command = (id: string, notAfterMs = START + 10_000, local = false): Input => ({
  type: "command",
  id,
  target: "lock-1",
  action: "unlock",
  notAfterMs,
  issuer: "city",
  local,
});
const ended = (id: string, outcome: "done" | "unknown" = "done"): Input => ({ type: "command-result", id, outcome });

describe("a command's id", () => {
  it("is used once, under way and ended", () => {
    const state = configured();
    expect(step(state, command("a"), START)).toMatchObject({ outcome: "accepted" });
    expect(step(state, command("a"), START)).toMatchObject({
      outcome: "duplicate",
      reason: expect.stringMatching(/under way/),
    });
    expect(step(state, ended("a"), START)).toMatchObject({ outcome: "accepted", ended: { target: "lock-1" } });
    expect(step(state, command("a"), START)).toMatchObject({
      outcome: "duplicate",
      reason: expect.stringMatching(/ended as done/),
    });
  });

  it("ends once, and only where it was taken", () => {
    const state = configured();
    step(state, command("a"), START);
    step(state, ended("a"), START);
    expect(step(state, ended("a", "unknown"), START).outcome).toBe("idle");
    expect(step(state, ended("b"), START).outcome).toBe("idle");
    expect(state.commands.used.get("a")?.outcome).toBe("done");
  });

  it("of a device that left the site meanwhile is not taken", () => {
    const gone = { ...command("a"), target: "lock-9" } as Input;
    expect(step(configured(), gone, START)).toMatchObject({ outcome: "rejected", reason: "unknown device lock-9" });
  });

  it("is forgotten once it has ended and expired, and never taken again, whatever is done to the clock", () => {
    const state = configured();
    step(state, command("a", START + 10_000), START);
    step(state, command("slow", START + 10_000), START);
    step(state, ended("a"), START);
    step(state, command("b", START + 20_000), START + 10_001);
    expect([...state.commands.used.keys()]).toEqual(["slow", "b"]);
    const back = START - 3_600_000;
    expect(step(state, command("a", START + 10_000), back)).toMatchObject({ outcome: "rejected" });
    expect(step(state, command("c", START + 10_001), back)).toMatchObject({ outcome: "accepted" });
  });

  it("of this box itself leaves no mark behind: a clock that ran years ahead locks nobody out", () => {
    const state = configured();
    const ahead = START + 20 * 365 * 86_400_000;
    step(state, command("a", ahead + 10_000, true), ahead);
    step(state, ended("a"), ahead);
    step(state, command("b", ahead + 30_000, true), ahead + 20_000);
    expect([...state.commands.used.keys()]).toEqual(["b"]);
    expect(step(state, command("c", START + 10_000), START)).toMatchObject({ outcome: "accepted" });
  });

  it("costs bounded memory: the oldest that ended make room, and nothing does while all are under way", () => {
    const state = configured();
    for (let i = 0; i < 1_024; i++) step(state, command(`c${i}`, START + 1_000 + i), START);
    expect(step(state, command("more"), START)).toMatchObject({
      outcome: "rejected",
      reason: expect.stringMatching(/under way/),
    });
    step(state, ended("c7"), START);
    expect(step(state, command("more"), START)).toMatchObject({ outcome: "accepted" });
    expect(state.commands.used.size).toBe(1_024);
    expect(step(state, command("c7", START + 1_007), START)).toMatchObject({ outcome: "rejected" });
  });

  it("survives in a snapshot, and so does what is under way", () => {
    const state = configured();
    for (const id of ["a", "b"]) step(state, command(id, START + 10_000), START);
    step(state, ended("a"), START);
    step(state, command("c", START + 30_000), START + 10_001);
    touchAll(state);
    const again = restoreState(takeSnapshot(state, 1));
    expect(again.commands).toEqual(state.commands);
    expect(underWay(again.commands)).toEqual(["b", "c"]);
  });

  it("is part of the next snapshot without being asked for", () => {
    const state = configured();
    takeSnapshot(state, 1);
    step(state, command("a"), START);
    expect(takeSnapshot(state, 2).pieces.map(({ part, id }) => `${part}/${id}`)).toEqual(["core/commands"]);
    step(state, ended("a"), START);
    expect(takeSnapshot(state, 3).pieces).toHaveLength(1);
    step(state, ended("a"), START);
    expect(takeSnapshot(state, 4).pieces).toEqual([]);
  });
});
