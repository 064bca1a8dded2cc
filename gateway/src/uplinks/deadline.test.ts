import type { LinkError } from "@gatehouse/protocol";
import { FakeClock } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { failAfter } from "./deadline.ts";

function watch(signals: readonly AbortSignal[] = []) {
  const clock = new FakeClock();
  const failures: LinkError[] = [];
  const cancel = failAfter({ clock, ms: 1_000, what: "POST x", signals }, (error) => failures.push(error));
  return { clock, failures, cancel };
}

describe("a deadline", () => {
  it("fails what takes too long, with what it was and how long it had", async () => {
    const { clock, failures } = watch();
    await clock.advance(999);
    expect(failures).toEqual([]);
    await clock.advance(1);
    expect(failures).toMatchObject([{ code: "timeout", message: "POST x: no answer within 1000 ms" }]);
  });

  it("fails what is no longer wanted, by any of its signals", () => {
    const [one, other] = [new AbortController(), new AbortController()];
    const { failures } = watch([one.signal, other.signal]);
    other.abort("stopping");
    expect(failures).toMatchObject([{ code: "closed", cause: "stopping" }]);
  });

  it("fails at once what was not wanted from the start", () => {
    expect(watch([AbortSignal.abort()]).failures).toMatchObject([{ code: "closed" }]);
  });

  it("fails only once", async () => {
    const [late, gone] = [new AbortController(), new AbortController()];
    const slow = watch([late.signal]);
    await slow.clock.advance(1_000);
    late.abort();
    expect(slow.failures).toMatchObject([{ code: "timeout" }]);
    const unwanted = watch([gone.signal]);
    gone.abort();
    await unwanted.clock.advance(1_000);
    expect(unwanted.failures).toMatchObject([{ code: "closed" }]);
  });

  it("says nothing once it is called off", async () => {
    const stop = new AbortController();
    const { clock, failures, cancel } = watch([stop.signal]);
    cancel();
    stop.abort();
    await clock.advance(2_000);
    expect(failures).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
