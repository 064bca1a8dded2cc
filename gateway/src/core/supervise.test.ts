import { ConfigError, LinkError } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../testing/log.ts";
import { HealthBoard } from "./health.ts";
import { supervise } from "./supervise.ts";

function setUp(run: (attempt: number, signal: AbortSignal, up: () => void) => Promise<void>, urgent?: () => boolean) {
  const clock = new FakeClock();
  const health = new HealthBoard(clock);
  const log = new MemoryLog();
  const stop = new AbortController();
  let attempts = 0;
  const end = supervise(
    {
      id: "link-1",
      make: (up) => ({ id: "link-1", run: (signal) => run(++attempts, signal, up) }),
      clock,
      log,
      health,
      downCode: "driver-down",
      random: () => 1,
      ...(urgent === undefined ? {} : { urgent }),
    },
    stop.signal,
  );
  return { clock, health, log, stop, end, attempts: () => attempts };
}

const untilAbort = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

describe("supervision", () => {
  it("makes a lost link anew with growing back-off, warns once, and clears the code when the link is back", async () => {
    const set = setUp(async (attempt, signal, up) => {
      if (attempt <= 3) throw new LinkError("refused", "no answer from 10.0.0.9");
      up();
      await untilAbort(signal);
    });
    await settle();
    expect(set.health.entries).toMatchObject([
      { code: "driver-down", subject: "link-1", detail: "no answer from 10.0.0.9" },
    ]);
    await set.clock.advance(250);
    await set.clock.advance(499);
    expect(set.attempts()).toBe(2);
    await set.clock.advance(1);
    expect(set.attempts()).toBe(3);
    await set.clock.advance(1_000);
    expect(set.attempts()).toBe(4);
    expect(set.health.entries).toEqual([]);
    expect(set.log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
    set.stop.abort();
    await set.end;
  });

  it("survives a bug of the runnable, with a code of its own", async () => {
    const set = setUp(async (attempt, signal) => {
      if (attempt === 1) throw new TypeError("x is undefined");
      await untilAbort(signal);
    });
    await settle();
    expect(set.health.entries.map(({ code }) => code)).toEqual(["driver-bug", "driver-down"]);
    await set.clock.advance(20_000);
    expect(set.health.entries).toEqual([]);
    set.stop.abort();
    await set.end;
  });

  it("survives a runnable that cannot be made, but not a mistake of the operator, and leaves no timer behind", async () => {
    const clock = new FakeClock();
    const health = new HealthBoard(clock);
    const stop = new AbortController();
    const wrong = [new TypeError("x is undefined"), new ConfigError({ path: "key", reason: "is none" })];
    const make = () => {
      throw wrong.shift();
    };
    const common = { clock, log: new MemoryLog(), health, downCode: "driver-down" as const, random: () => 1 };
    const end = supervise({ id: "link-1", make, ...common }, stop.signal);
    await settle();
    expect(health.entries.map(({ code }) => code)).toEqual(["driver-bug", "driver-down"]);
    const ended = expect(end).rejects.toThrow(ConfigError);
    await clock.advance(1_000);
    await ended;
    expect(clock.waiting).toBe(0);
  });

  it("looks again within the time the lost link asks for, while others back off further", async () => {
    const local = setUp(async () => {
      throw new LinkError("refused", "there is no such port", { retryWithinMs: 1_000 });
    });
    const remote = setUp(async () => {
      throw new LinkError("refused", "nothing listens at 10.0.0.9");
    });
    await local.clock.advance(60_000);
    await remote.clock.advance(60_000);
    expect(local.attempts()).toBeGreaterThan(55);
    expect(remote.attempts()).toBeLessThan(12);
    local.stop.abort();
    remote.stop.abort();
    await Promise.all([local.end, remote.end]);
  });

  it("ends at once when told to, also while backing off", async () => {
    const set = setUp(async () => {
      throw new LinkError("closed", "gone");
    });
    await settle();
    set.stop.abort();
    await set.end;
    expect(set.attempts()).toBe(1);
  });

  it("tries again within a second once something urgent waits, however long the back-off has become", async () => {
    const state = { urgent: false };
    const refuse = async () => {
      throw new LinkError("refused", "no answer");
    };
    const set = setUp(refuse, () => state.urgent);
    await settle();
    await set.clock.advance(120_000);
    const before = set.attempts();
    await set.clock.advance(2_000);
    expect(set.attempts() - before).toBeLessThanOrEqual(1);
    state.urgent = true;
    for (let i = 1; i <= 5; i++) {
      const attempts = set.attempts();
      await set.clock.advance(1_000);
      expect(set.attempts()).toBeGreaterThan(attempts);
    }
    set.stop.abort();
    await set.end;
  });

  it("waits as long as the other side asks for, also with something urgent", async () => {
    const busy = async () => {
      throw new LinkError("refused", "slow down", { notBeforeMs: 20_000 });
    };
    const set = setUp(busy, () => true);
    await settle();
    await set.clock.advance(19_999);
    expect(set.attempts()).toBe(1);
    await set.clock.advance(1);
    expect(set.attempts()).toBe(2);
    set.stop.abort();
    await set.end;
  });
});
