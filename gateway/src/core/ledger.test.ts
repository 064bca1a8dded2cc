import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { CoreRun, MINUTE_MS } from "../testing/core-run.ts";
import { MemoryLog } from "../testing/log.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { testConfig } from "../testing/site.ts";
import { readingEvent } from "./events.ts";
import { HealthBoard } from "./health.ts";
import { type Target, Turn } from "./ledger.ts";
import { Outbox } from "./outbox.ts";
import { modelOf } from "./state.ts";

function target(id: string): Target {
  const clock = new FakeClock();
  const parts = { store: new MemoryStore(), clock, health: new HealthBoard(clock), log: new MemoryLog() };
  const compose = (entry: Parameters<typeof readingEvent>[1]) => readingEvent("test-site", entry, "strip");
  const outbox = new Outbox({ uplink: id, ...parts, compose, nextSequence: 1, random: () => 0.5 });
  return { id, outbox, readings: false, filter: undefined };
}

it("an escalation goes to the platform and to the webhook of the contact it is for, everything else to all", () => {
  const contact = (id: string) => ({ id, role: id, channels: [{ via: "uplink", uplink: `hook-${id}` }] });
  const config = testConfig({ escalation: { contacts: [contact("desk"), contact("keeper")] } });
  const core = new CoreRun(config, "2026-03-02T12:00").say("panic-1", "panic").wait(20 * MINUTE_MS);
  const turn = new Turn(["city", "hook-desk", "hook-keeper"].map(target));
  const entry = { seq: 1, nowMs: core.nowMs, type: "tick", body: "{}" } as const;
  turn.record(modelOf(core.state), core.state, entry, { outcome: "accepted", alerts: core.events, spaces: [] });
  const got = (turn.write().outbox ?? []).map(({ uplink, text = "" }) => [
    uplink,
    /"gatehouse\.alert\.(\w+)"/.exec(text)?.[1],
  ]);
  const of = (id: string) => got.filter(([uplink]) => uplink === id).map(([, type]) => type);
  expect(of("city")).toEqual(["raised", "overdue", "escalated", "escalated"]);
  expect(of("hook-desk")).toEqual(["raised", "overdue", "escalated"]);
  expect(of("hook-keeper")).toEqual(["raised", "overdue", "escalated"]);
});
