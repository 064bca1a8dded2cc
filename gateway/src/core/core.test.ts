import { CustomRule, Policy, RejectedError } from "@gatehouse/protocol";
import { FakeClock, Random, settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../testing/log.ts";
import { MemoryStore } from "../testing/memory-store.ts";
import { testConfig, testPolicy } from "../testing/site.ts";
import { Core } from "./core.ts";
import { readingEvent } from "./events.ts";
import { HealthBoard } from "./health.ts";
import type { CoreConfig } from "./model.ts";
import { Outbox } from "./outbox.ts";
import { Unreadable } from "./ports.ts";
import { takeSnapshot, touchAll } from "./state.ts";

async function setUp(store = new MemoryStore(), clock = new FakeClock(), config: CoreConfig = testConfig()) {
  const health = new HealthBoard(clock);
  const log = new MemoryLog();
  const outbox = new Outbox({
    uplink: "city",
    store,
    clock,
    health,
    log,
    compose: (entry) => readingEvent("test-site", entry, "strip"),
    nextSequence: store.recovered.nextSequence.get("city") ?? 1,
    random: () => 0.5,
  });
  const fatal: unknown[] = [];
  const core = await Core.open({
    store,
    clock,
    log,
    health,
    config,
    targets: [{ id: "city", outbox, readings: true, filter: undefined }],
    pseudonym: (raw) => `c_${raw.length.toString(16).padStart(10, "0")}`,
    bootId: "boot",
    installation: "inst",
    onFatal: (error) => fatal.push(error),
  });
  return { store, clock, health, core, fatal, outbox, accept: core.acceptFor("mqtt") };
}

const whole = (core: Core) => {
  touchAll(core.state);
  return takeSnapshot(core.state, 0)
    .pieces.map((piece) => JSON.stringify(piece))
    .sort();
};

describe("the core", () => {
  it("resolves only when the reading is committed, a repeat too", async () => {
    const store = new MemoryStore({ autoCommit: false });
    const opening = setUp(store);
    for (let i = 0; i < 4; i++) {
      await settle();
      store.commit();
    }
    const { accept } = await opening;
    const done: string[] = [];
    const first = accept([{ device: "count-1", kind: "count.in", epoch: 1, seq: 1 }]).then(() => done.push("first"));
    const repeat = accept([{ device: "count-1", kind: "count.in", epoch: 1, seq: 1 }]).then(() => done.push("repeat"));
    await settle();
    expect(done).toEqual([]);
    store.commit();
    await Promise.all([first, repeat]);
    expect(done).toEqual(["first", "repeat"]);
    expect(store.entries.filter(({ type }) => type === "reading")).toHaveLength(1);
  });

  it("keeps the good items of an array and names the bad ones", async () => {
    const { accept, store, health, core } = await setUp();
    const rejections = await accept([
      { device: "count-1", kind: "count.in", seq: 1 },
      { device: "count-1", kind: "count.sideways", seq: 2 },
      { device: "count-1", kind: "count.in", value: "two", seq: 3 },
      { device: "ghost", kind: "panic" },
      new Unreadable("lock-1", "not JSON"),
      { device: "count-1", kind: "count.out", seq: 4 },
    ]);
    expect(rejections).toEqual([
      { index: 1, reason: 'kind: unknown kind "count.sideways"' },
      { index: 2, reason: "value: must be a whole number of persons" },
      { index: 3, reason: "unknown device ghost" },
      { index: 4, reason: "not JSON" },
    ]);
    expect(store.rejections).toHaveLength(4);
    expect(core.tally).toEqual({ received: 6, stored: 2, duplicate: 0, rejected: 4 });
    expect(health.entries.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      "device-rejected count-1",
      "device-unknown ghost",
      "device-rejected lock-1",
    ]);
  });

  it("keeps what time brought, though the action that came with it is refused", async () => {
    const { core, store, clock } = await setUp();
    clock.step(3_600_000);
    const before = store.entries.length;
    await expect(core.act({ do: "acknowledge", alert: "alr_none" }, "guard")).rejects.toBeInstanceOf(RejectedError);
    expect(store.entries.slice(before).map(({ type }) => type)).toContain("clock");
    const again = await setUp(store, clock);
    expect(whole(again.core)).toEqual(whole(core));
  });

  it("takes readings only from the device's own driver", async () => {
    const { core } = await setUp();
    expect(await core.acceptFor("bus-1")([{ device: "count-1", kind: "count.in" }])).toEqual([
      { index: 0, reason: "device count-1 belongs to driver mqtt, not bus-1" },
    ]);
  });

  it("stores a pseudonym apart from the reading and never the card number", async () => {
    const { accept, store } = await setUp();
    await accept([{ device: "lock-1", kind: "access.granted", credential: "0013371337", seq: 1 }]);
    const entry = store.entries.at(-1);
    expect(entry?.credential).toBe("c_000000000a");
    expect(JSON.stringify(store.entries) + JSON.stringify(store.outbox)).not.toContain("1337");
    expect(entry?.body).not.toContain("credential");
  });

  it("owes readings and alerts in one write, the alert numbered after its reading", async () => {
    const { accept, store } = await setUp();
    await accept([{ device: "count-1", kind: "count.in", value: 3, seq: 1 }]);
    expect(store.outbox.map(({ lane, seq }) => [lane, seq])).toEqual([
      ["telemetry", 1],
      ["alert", 2],
    ]);
    expect(JSON.parse(store.outbox[1]?.text ?? "{}")).toMatchObject({
      specversion: "1.0",
      source: "gatehouse/test-site",
      type: "gatehouse.alert.raised",
      sequence: "0000000000000002",
      subject: "F1",
      data: { kind: "overcrowded-now" },
    });
  });

  it("comes back after a crash at any moment with the same state and the same alerts", async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const lives = random.int(1, 6);
      const items = Array.from({ length: 200 }, (_, i) => ({
        device: random.pick(["count-1", "count-2"]),
        kind: random.pick(["count.in", "count.out"]),
        epoch: 1,
        seq: i,
        value: random.int(1, 2),
      }));
      const undisturbed = await setUp();
      for (const item of items) {
        await undisturbed.clock.advance(60_000);
        await undisturbed.accept([item]);
      }
      let disturbed = await setUp();
      const crashes = new Set(Array.from({ length: lives }, () => random.int(0, items.length - 1)));
      for (const [index, item] of items.entries()) {
        await disturbed.clock.advance(60_000);
        await disturbed.accept([item]);
        if (!crashes.has(index)) continue;
        disturbed.store.crash();
        disturbed = await setUp(disturbed.store, disturbed.clock);
        if (random.chance(0.5)) await disturbed.accept([item]);
      }
      expect(whole(disturbed.core), `seed ${seed}`).toEqual(whole(undisturbed.core));
      expect(disturbed.store.outbox, `seed ${seed}`).toEqual(undisturbed.store.outbox.map((row) => row));
    }
  });

  it("takes a changed configuration in by the journal, so that what was decided under the old one stays", async () => {
    const { store, accept, clock } = await setUp();
    await accept([{ device: "count-1", kind: "count.in", value: 2, seq: 1 }]);
    const health = new HealthBoard(clock);
    const site = testConfig().site;
    const spaces = site.spaces.map((space) => ({ ...space, limit: { persons: 1, basis: "stricter" } }));
    const config = { ...testConfig(), site: { ...site, spaces } };
    const options = {
      store,
      clock,
      log: new MemoryLog(),
      health,
      targets: [],
      pseudonym: (raw: string) => raw,
      bootId: "b2",
      installation: "other",
      onFatal: () => {},
    };
    const core = await Core.open({ ...options, config });
    expect(core.state.installation).toBe("inst");
    expect(core.model.spaces.get("F1")?.limit?.persons).toBe(1);
    expect(store.entries.map(({ type }) => type)).toEqual(["config", "reading", "config"]);
  });

  it("raises a code for a device that went offline and takes it back", async () => {
    const { accept, health } = await setUp();
    await accept([{ device: "lock-1", kind: "device.offline" }]);
    expect(health.entries).toMatchObject([{ code: "device-offline", subject: "lock-1" }]);
    await accept([{ device: "lock-1", kind: "device.online" }]);
    expect(health.entries).toEqual([]);
  });

  it("acknowledges and writes nothing more once a step threw, so that the journal rebuilds the state", async () => {
    const { accept, core, fatal, store } = await setUp();
    await accept([{ device: "count-1", kind: "count.in", seq: 1 }]);
    const snapshotSeq = store.recovered.snapshot?.seq;
    Object.assign(core.state, { dirty: undefined });
    await expect(accept([{ device: "count-1", kind: "count.in", seq: 2 }])).rejects.toThrow("out of use");
    await expect(accept([{ device: "count-1", kind: "count.in", seq: 2 }])).rejects.toThrow("out of use");
    expect(fatal).toHaveLength(1);
    await core.run(AbortSignal.abort());
    expect(store.recovered).toMatchObject({ lastSeq: 2, snapshot: { seq: snapshotSeq } });
  });

  it("tells the platform what was given up, and counts it as dropped", async () => {
    const { core, outbox, store } = await setUp();
    const gap = { lane: "telemetry", fromMs: 1, toMs: 2, count: 7, reason: "disk budget" } as const;
    await core.tellGaps([{ ...gap, n: 1, uplink: "city" }]);
    expect(outbox.tally.telemetry.dropped).toBe(7);
    expect(store.outbox.at(-1)?.text).toContain('"gatehouse.gap"');
  });

  it("says which grid has findings waiting for tomorrow, over a restart, and takes it back", async () => {
    const policies = [Policy.parse({ ...testPolicy, alertBudget: { perGridAndDay: 1 } })];
    const config = { ...testConfig(), policies };
    const { accept, health, store, clock, core } = await setUp(new MemoryStore(), new FakeClock(), config);
    await accept([
      { device: "count-1", kind: "count.in", value: 9, seq: 1 },
      { device: "count-2", kind: "count.in", value: 9, seq: 1 },
    ]);
    expect([...core.state.alerts.values()].map(({ alert }) => alert.space)).toEqual(["F1"]);
    const waiting = {
      code: "alerts-waiting",
      subject: "MQ-053",
      detail: "1 findings wait: the day's budget of this grid is used up",
    };
    expect(health.entries).toMatchObject([waiting]);
    store.crash();
    const again = await setUp(store, clock, config);
    expect(again.health.entries).toMatchObject([waiting]);
    await again.accept([{ device: "count-2", kind: "count.out", value: 9, seq: 2 }]);
    expect(again.health.entries).toEqual([]);
  });

  it("says which rule of the site's own gives no answer", async () => {
    const rules = [
      CustomRule.parse({ id: "odd", title: { zh: "奇", en: "Odd" }, when: "reading", if: "1 / (hour - hour) > 0" }),
    ];
    const { accept, health, core } = await setUp(new MemoryStore(), new FakeClock(), { ...testConfig(), rules });
    await accept([{ device: "lock-1", kind: "door.opened", seq: 1 }]);
    expect(core.tally.stored).toBe(1);
    expect(health.entries).toMatchObject([{ code: "rule-failing", subject: "odd", detail: "division by zero" }]);
  });
});
