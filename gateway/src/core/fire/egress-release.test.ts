import { type CommandResult, type DeviceCommand, LinkError } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { MemoryStore } from "../../testing/memory-store.ts";
import { testConfig } from "../../testing/site.ts";
import { LiveDrivers } from "../commands/live-drivers.ts";
import { Core } from "../core.ts";
import { HealthBoard } from "../health.ts";
import { EgressRelease } from "./egress-release.ts";

const FIRE = { inputs: ["panic-1", "count-1:2"], doors: [{ device: "lock-1" }, { device: "lock-2" }] };

interface Options {
  readonly store?: MemoryStore;
  readonly clock?: FakeClock;
  readonly fire?: object;
  readonly obey?: (device: string, command: DeviceCommand) => Promise<Omit<CommandResult, "id">>;
}

async function setUp({ store = new MemoryStore(), clock = new FakeClock(), fire = FIRE, obey }: Options = {}) {
  const log = new MemoryLog();
  const health = new HealthBoard(clock);
  const core = await Core.open({
    store,
    clock,
    log,
    health,
    config: testConfig({ fire }),
    targets: [],
    pseudonym: () => "c_0000000000",
    bootId: "boot",
    installation: "inst",
    onFatal: () => {},
  });
  const sent: string[] = [];
  const drivers = new LiveDrivers();
  const stop = new AbortController();
  void drivers
    .watched({
      id: "mqtt",
      run: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
      command: async (device, command, _signal, way) => {
        sent.push(`${command.action} ${device}`);
        expect(way).toBe("release");
        return { id: command.id, ...((await obey?.(device, command)) ?? { ok: true }) };
      },
    })
    .run(stop.signal);
  let ids = 0;
  const newId = () => `fire.${++ids}.${clock.nowMs()}`;
  const egress = new EgressRelease({ core, drivers, clock, log, health, actionsOf: () => ["unlock", "lock"], newId });
  const ends = egress.run(stop.signal);
  await settle();
  const say = (device: string, kind: string, more: object = {}) =>
    core
      .acceptFor("mqtt")([{ device, kind, ...more }])
      .then(settle);
  const end = async () => {
    stop.abort();
    await ends;
  };
  const codes = () => health.entries.map(({ code, subject }) => `${code} ${subject}`);
  return { core, store, clock, log, egress, sent, say, end, codes };
}

const types = ({ entries }: MemoryStore) => entries.map(({ type }) => type).filter((type) => type !== "config");
const lastFire = ({ core }: { readonly core: Core }) =>
  [...core.state.alerts.values()].map(({ alert }) => alert).find(({ kind }) => kind === "fire");

it("doors open before anything of the fire is on disk, and what they answered is written down behind it", async () => {
  const store = new MemoryStore({ autoCommit: false });
  const opening = setUp({ store });
  for (let i = 0; i < 4; i++) {
    await settle();
    store.commit();
  }
  const rig = await opening;
  void rig.say("panic-1", "fire.on");
  await settle();
  expect(rig.sent).toEqual(["unlock lock-1", "unlock lock-2"]);
  expect(types(store)).toEqual([]);
  store.commit();
  expect(types(store)).toEqual(["reading", "command", "command-result", "command", "command-result", "egress"]);
  await rig.end();
});

it.each([
  ["a reading of another driver's device", "opcua", { device: "panic-1", kind: "fire.on" }],
  ["an input that is not in the section", "mqtt", { device: "count-2", kind: "fire.on" }],
  ["another number of the device", "mqtt", { device: "count-1", kind: "input.on", value: 1 }],
  ["an absurd time", "mqtt", { device: "panic-1", kind: "fire.on", at: "1970-01-01T00:00:00Z" }],
  ["what is no reading", "mqtt", { device: "panic-1", kind: "fire.on", value: 3 }],
])("%s opens nothing", async (_what, driver, item) => {
  const rig = await setUp();
  await rig.core.acceptFor(driver)([item]);
  await settle();
  expect(rig.sent).toEqual([]);
  await rig.end();
});

it("a numbered input is a fire like the others, raises the alert, and its end is the input's", async () => {
  const rig = await setUp();
  await rig.say("count-1", "input.on", { value: 2 });
  expect(rig.sent).toEqual(["unlock lock-1", "unlock lock-2"]);
  expect(lastFire(rig)).toMatchObject({ level: "emergency", space: "F1", clearedAt: null });
  await rig.say("count-1", "input.off", { value: 2 });
  expect(lastFire(rig)?.clearedAt).not.toBeNull();
  await rig.end();
});

it("a repeat of an old fire, delivered again, opens nothing", async () => {
  const rig = await setUp({ fire: { ...FIRE, hold: "input" } });
  await rig.say("panic-1", "fire.on", { seq: 7 });
  await rig.say("panic-1", "fire.off", { seq: 8 });
  rig.sent.length = 0;
  await rig.say("panic-1", "fire.on", { seq: 7 });
  expect(rig.sent).toEqual([]);
  await rig.end();
});

it("a door that says no or nothing is told on and on, with a code that goes once it has answered", async () => {
  let isJammed = true;
  const rig = await setUp({
    obey: async (device) => {
      if (device === "lock-2" && isJammed) throw new LinkError("refused", "lock-2 is offline");
      return { ok: true };
    },
  });
  await rig.say("panic-1", "fire.on");
  expect(rig.codes()).toEqual(["egress-blocked lock-2"]);
  await rig.clock.advance(2_500);
  expect(lastFire(rig)?.evidence.at(-1)).toMatchObject({
    source: "egress",
    says: expect.stringMatching(/^1 of 2 doors released, .*; not lock-2 \(lock-2 is offline\)$/),
    zh: expect.stringContaining("lock-2"),
  });
  expect(rig.sent.filter((line) => line === "unlock lock-2").length).toBeGreaterThan(4);
  expect(rig.egress.status.doors).toMatchObject([{ state: "released" }, { state: "not released" }]);
  isJammed = false;
  await rig.clock.advance(1_000);
  expect(rig.codes()).toEqual([]);
  await rig.clock.advance(2_000);
  expect(lastFire(rig)?.evidence.at(-1)?.says).toMatch(/^2 of 2 doors released/);
  await rig.end();
});

it("a door that comes back is told at once, whatever it was waited for", async () => {
  let isAway = true;
  const rig = await setUp({
    obey: (device) => (device === "lock-2" && isAway ? new Promise(() => {}) : Promise.resolve({ ok: true })),
  });
  await rig.say("panic-1", "fire.on");
  expect(rig.egress.status.doors[1]?.state).toBe("not released");
  isAway = false;
  await rig.say("lock-2", "device.online");
  expect(rig.egress.status.doors[1]?.state).toBe("released");
  await rig.end();
});

it("while the fire stands every door is told again, so that none closes by itself", async () => {
  const rig = await setUp();
  await rig.say("panic-1", "fire.on");
  await rig.clock.advance(9_500);
  expect(rig.sent.filter((line) => line === "unlock lock-1")).toHaveLength(4);
  expect(types(rig.store).filter((type) => type === "command")).toHaveLength(2);
  await rig.end();
});

it("quiet inputs lock nothing until a person says so, which is refused while an input is on", async () => {
  const rig = await setUp();
  await expect(rig.core.endFire("guard")).rejects.toThrow("no fire stands");
  await rig.say("panic-1", "fire.on");
  await expect(rig.core.endFire("guard")).rejects.toThrow("panic-1 is on since 2026-01-05T08:00");
  await rig.say("panic-1", "fire.off");
  await rig.clock.advance(60_000);
  expect(rig.sent).not.toContain("lock lock-1");
  await rig.core.endFire("guard", "false alarm");
  await settle();
  expect(rig.sent.slice(-2)).toEqual(["lock lock-1", "lock lock-2"]);
  expect(rig.egress.status).toMatchObject({ since: null, doors: [{ state: "locked" }, { state: "locked" }] });
  expect(lastFire(rig)?.history.map(({ by, note }) => `${by}: ${note}`)).toContain(
    "guard: doors may lock again: false alarm",
  );
  await rig.end();
});

it("a second fire during the lock-up opens the doors again", async () => {
  const rig = await setUp({ fire: { ...FIRE, hold: "input" } });
  await rig.say("panic-1", "fire.on");
  await rig.say("panic-1", "fire.off");
  expect(rig.sent.slice(-2)).toEqual(["lock lock-1", "lock lock-2"]);
  await rig.say("count-1", "input.on", { value: 2 });
  expect(rig.sent.slice(-2)).toEqual(["unlock lock-1", "unlock lock-2"]);
  await rig.end();
});

it("after a crash in a fire the doors are released again; after one in the lock-up they are locked", async () => {
  const store = new MemoryStore();
  const first = await setUp({ store });
  await first.say("panic-1", "fire.on");
  await first.end();
  const second = await setUp({ store, obey: async (_, { action }) => ({ ok: action === "unlock", error: "stuck" }) });
  expect(second.sent).toEqual(["unlock lock-1", "unlock lock-2"]);
  await second.say("panic-1", "fire.off");
  await second.core.endFire("guard");
  await settle();
  expect(second.codes()).toEqual(["egress-open lock-1", "egress-open lock-2"]);
  await second.end();
  const third = await setUp({ store });
  expect(third.sent).toEqual(["lock lock-1", "lock lock-2"]);
  await third.end();
  const fourth = await setUp({ store });
  expect(fourth.sent).toEqual([]);
  await fourth.end();
});
