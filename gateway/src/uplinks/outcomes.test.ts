import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { owedItems } from "../testing/uplink-items.ts";
import { Outcomes } from "./outcomes.ts";

const never = new AbortController().signal;

/** `settled()` with a flag that says whether it has. */
function settling(outcomes: Outcomes, clock: FakeClock, signal = never) {
  const state = { done: false };
  const ended = outcomes.settled(clock, 1_000, signal).then(() => {
    state.done = true;
  });
  return { state, ended };
}

describe("the outcomes of a batch", () => {
  it("are settled when every item has one", async () => {
    const outcomes = new Outcomes(owedItems(1, 3));
    const { state } = settling(outcomes, new FakeClock());
    outcomes.note(2, { accepted: true });
    outcomes.note(1, { accepted: false, reason: "bad" });
    await settle();
    expect(state.done).toBe(false);
    outcomes.note(3, { accepted: true });
    await settle();
    expect(state.done).toBe(true);
    expect(outcomes.result()).toEqual({ accepted: [2, 3], rejected: [{ seq: 1, reason: "bad" }] });
  });

  it("are the first ones, and of the batch's own items", () => {
    const outcomes = new Outcomes(owedItems(1, 2));
    outcomes.note(1, { accepted: true });
    outcomes.note(1, { accepted: false, reason: "late" });
    outcomes.note(9, { accepted: true });
    expect(outcomes.result()).toEqual({ accepted: [1], rejected: [] });
  });

  it("are waited for as long as some still come", async () => {
    const clock = new FakeClock();
    const outcomes = new Outcomes(owedItems(1, 3));
    const { state } = settling(outcomes, clock);
    await clock.advance(900);
    outcomes.note(1, { accepted: true });
    await clock.advance(999);
    expect(state.done).toBe(false);
    await clock.advance(1);
    expect(state.done).toBe(true);
    expect(outcomes.result().accepted).toEqual([1]);
    expect(clock.waiting).toBe(0);
  });

  it("are settled without any after the silence, and say so", async () => {
    const clock = new FakeClock();
    const outcomes = new Outcomes(owedItems(1, 1));
    const { ended } = settling(outcomes, clock);
    await clock.advance(1_000);
    await ended;
    expect(outcomes.isEmpty).toBe(true);
  });

  it("are not waited for once nobody wants them", async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const outcomes = new Outcomes(owedItems(1, 1));
    const { ended } = settling(outcomes, clock, stop.signal);
    stop.abort();
    await ended;
    expect(clock.waiting).toBe(0);
    await settling(outcomes, clock, stop.signal).ended;
    expect(outcomes.isEmpty).toBe(true);
  });
});
