import { type CommandResult, type DeviceCommand, LinkError, RejectedError } from "@gatehouse/protocol";
import { FakeClock, Random, settle } from "@gatehouse/protocol/testing";
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../../testing/log.ts";
import { MemoryStore } from "../../testing/memory-store.ts";
import { testConfig } from "../../testing/site.ts";
import { Core } from "../core.ts";
import { HealthBoard } from "../health.ts";
import type { Driver } from "../ports.ts";
import { Commands } from "./commands.ts";
import { LiveDrivers } from "./live-drivers.ts";

type Obey = (command: DeviceCommand, signal: AbortSignal) => Promise<CommandResult>;

const yes: Obey = async ({ id }) => ({ id, ok: true });
const never: Obey = (_, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new LinkError("closed", "given up")), { once: true });
  });

interface Options {
  readonly store?: MemoryStore;
  readonly clock?: FakeClock;
  readonly obey?: Obey;
}

async function setUp({ store = new MemoryStore(), clock = new FakeClock(), obey = yes }: Options = {}) {
  const log = new MemoryLog();
  const core = await Core.open({
    store,
    clock,
    log,
    health: new HealthBoard(clock),
    config: testConfig(),
    targets: [],
    pseudonym: () => "c_0000000000",
    bootId: "boot",
    installation: "inst",
    onFatal: () => {},
  });
  const sent: DeviceCommand[] = [];
  const drivers = new LiveDrivers();
  const driver: Driver = {
    id: "mqtt",
    run: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
    command: (_device, command, signal) => {
      sent.push(command);
      return obey(command, signal);
    },
  };
  const unplug = new AbortController();
  const driverEnds = drivers.watched(driver).run(unplug.signal);
  const commands = new Commands({ core, drivers, clock, log, actionsOf: () => ["unlock", "lock"] });
  const stop = new AbortController();
  const ends = commands.run(stop.signal);
  const wish = (change: object = {}) => ({
    id: "w1",
    target: "lock-1",
    action: "unlock",
    notAfter: new Date(clock.nowMs() + 10_000).toISOString(),
    issuer: "local",
    ...change,
  });
  const take = (change: object = {}) => commands.take(wish(change), { local: true });
  const unplugged = async () => {
    unplug.abort();
    await driverEnds;
  };
  return { store, clock, log, core, commands, sent, take, stop, ends, unplugged };
}

/** `command w1`, `command-result w1 done`, in order. */
const story = ({ entries }: MemoryStore): string[] =>
  entries
    .filter(({ type }) => type.startsWith("command"))
    .map(({ type, body }) => {
      const { id, outcome } = JSON.parse(body) as { id: string; outcome?: string };
      return [type, id, outcome].filter(Boolean).join(" ");
    });

/** Writes wait for `commit()` from here on. */
async function onSlowDisk(options: Options = {}) {
  const store = new MemoryStore({ autoCommit: false });
  const opening = setUp({ ...options, store });
  for (let i = 0; i < 4; i++) {
    await settle();
    store.commit();
  }
  return await opening;
}

describe("a command", () => {
  it("is on disk before its driver hears of it, and answered when its result is", async () => {
    const { store, sent, take } = await onSlowDisk();
    const report = take({ args: { seconds: 5 } });
    await settle();
    expect(sent).toEqual([]);
    store.commit();
    expect(story(store)).toEqual(["command w1"]);
    await settle();
    expect(sent).toMatchObject([{ id: "w1", action: "unlock", args: { seconds: 5 } }]);
    expect(await Promise.race([report, "waiting"])).toBe("waiting");
    store.commit();
    expect(await report).toEqual({ id: "w1", outcome: "done" });
    expect(story(store)).toEqual(["command w1", "command-result w1 done"]);
    expect(JSON.parse(store.entries.at(-2)?.body ?? "")).toMatchObject({
      target: "lock-1",
      issuer: "local",
      local: true,
    });
  });

  it("that is wrong, expired or not for this device leaves no trace and reaches nobody", async () => {
    const { store, sent, take, commands } = await setUp();
    const before = store.entries.length;
    expect(await take({ target: "lock-9" })).toMatchObject({ id: "w1", outcome: "invalid", path: "target" });
    expect(await take({ action: "text" })).toMatchObject({ outcome: "invalid", path: "action" });
    expect(await take({ notAfter: "2020-01-01T00:00:00Z" })).toMatchObject({ outcome: "expired" });
    expect(await commands.take(null, { local: true })).toMatchObject({ id: "", outcome: "invalid" });
    expect(sent).toEqual([]);
    expect(store.entries).toHaveLength(before);
    expect(commands.tally).toMatchObject({ invalid: 3, expired: 1, done: 0 });
  });

  it.each<[string, Obey, object]>([
    [
      "a no of the device",
      async ({ id }) => ({ id, ok: false, error: "jammed" }),
      { outcome: "refused", error: "jammed" },
    ],
    ["a no without a reason", async ({ id }) => ({ id, ok: false }), { outcome: "refused" }],
    [
      "a driver that knows the device cannot",
      () => Promise.reject(new RejectedError("no such output")),
      { outcome: "refused", error: "no such output" },
    ],
    [
      "a device that cannot be reached",
      () => Promise.reject(new LinkError("refused", "off the bus")),
      { outcome: "unavailable", error: "off the bus; nothing was sent" },
    ],
    ["a link lost meanwhile", () => Promise.reject(new LinkError("closed", "unplugged")), { outcome: "unknown" }],
    [
      "a bug of the driver",
      () => {
        throw new TypeError("x is undefined");
      },
      { outcome: "unknown", error: "a fault of the program: x is undefined" },
    ],
  ])("ends with %s", async (_what, obey, expected) => {
    const { store, take } = await setUp({ obey });
    const report = await take();
    expect(report).toMatchObject(expected);
    expect(story(store)).toEqual(["command w1", `command-result w1 ${report.outcome}`]);
  });

  it("is given up at its deadline, whatever the wall clock says", async () => {
    const { clock, store, take } = await setUp({ obey: never });
    const report = take();
    await settle();
    clock.step(-3_600_000);
    await clock.advance(9_999);
    expect(await Promise.race([report, settle().then(() => "waiting")])).toBe("waiting");
    await clock.advance(1);
    expect(await report).toMatchObject({ outcome: "unknown", error: expect.stringMatching(/did not answer before/) });
    expect(story(store)).toEqual(["command w1", "command-result w1 unknown"]);
  });

  it("is given no more time by a wall clock that is set back while it is put on disk", async () => {
    const { clock, store, take } = await onSlowDisk({ obey: never });
    const report = take();
    await clock.advance(4_000);
    clock.step(-3_600_000);
    store.commit();
    await clock.advance(6_000);
    store.commit();
    expect(story(store)).toEqual(["command w1", "command-result w1 unknown"]);
    expect(await report).toMatchObject({ outcome: "unknown" });
  });

  it("is not given to the driver where the process stood still behind its deadline", async () => {
    const clock = new FakeClock();
    const real = clock.monoMs;
    const { store, sent, take } = await onSlowDisk({ clock });
    const report = take();
    clock.monoMs = () => real() + 10_000;
    store.commit();
    await settle();
    store.commit();
    expect(await report).toMatchObject({
      outcome: "expired",
      error: expect.stringMatching(/while it was put on disk/),
    });
    expect(sent).toEqual([]);
  });

  it("is given up at its deadline by a driver that does not listen, too", async () => {
    const { clock, take } = await setUp({ obey: () => new Promise(() => {}) });
    const report = take();
    await clock.advance(10_000);
    expect(await report).toMatchObject({ outcome: "unknown" });
  });

  it("that expires before it is on disk is never carried out", async () => {
    const { clock, store, sent, take } = await onSlowDisk();
    const report = take();
    await clock.advance(10_000);
    expect(await report).toMatchObject({ outcome: "expired", error: expect.stringMatching(/disk did not take it/) });
    store.commit();
    await settle();
    store.commit();
    expect(story(store)).toEqual(["command w1", "command-result w1 expired"]);
    expect(sent).toEqual([]);
  });

  it("that is done is told so though the disk does not take the result", async () => {
    const { clock, store, take } = await onSlowDisk();
    const report = take();
    await settle();
    store.commit();
    await clock.advance(2_000);
    expect(await report).toEqual({ id: "w1", outcome: "done" });
    expect(story(store)).toEqual(["command w1"]);
    store.commit();
    expect(story(store)).toEqual(["command w1", "command-result w1 done"]);
  });

  it("is carried out once: not at the same time, not afterwards, not after a restart", async () => {
    const first = await setUp();
    expect(await Promise.all([first.take(), first.take()])).toMatchObject([
      { outcome: "done" },
      { outcome: "duplicate", path: "id" },
    ]);
    expect(await first.take()).toMatchObject({ outcome: "duplicate", error: expect.stringMatching(/ended as done/) });
    const { store, clock } = first;
    const second = await setUp({ store, clock });
    expect(await second.take()).toMatchObject({ outcome: "duplicate" });
    expect([first.sent.length, second.sent.length]).toEqual([1, 0]);
  });
});

describe("a driver that is down", () => {
  it("refuses at once and in words; the id stays free", async () => {
    const { store, sent, take, unplugged } = await setUp();
    await unplugged();
    const error = "driver mqtt is down, lock-1 cannot be reached; nothing was sent";
    expect(await take()).toEqual({ id: "w1", outcome: "unavailable", error });
    expect(sent).toEqual([]);
    expect(story(store)).toEqual([]);
  });

  it("is found again as the one that was made anew", async () => {
    const drivers = new LiveDrivers();
    const idle = (name: string): Driver => ({
      id: "bus-1",
      run: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
      command: async (_device, { id }) => ({ id, ok: false, error: name }),
    });
    const [old, fresh] = [idle("old"), idle("fresh")];
    const unplug = new AbortController();
    const ended = drivers.watched(old).run(unplug.signal);
    expect(drivers.get("bus-1")).toBe(old);
    unplug.abort();
    await ended;
    expect(drivers.get("bus-1")).toBeUndefined();
    void drivers.watched(fresh).run(new AbortController().signal);
    expect(drivers.get("bus-1")).toBe(fresh);
  });
});

describe("the end of the gateway", () => {
  it("in the middle of a command leaves it unknown, told once, and never runs it again", async () => {
    const first = await setUp({ obey: never });
    void first.take();
    await settle();
    expect(first.sent).toHaveLength(1);
    const { store, clock } = first;
    store.crash();
    const second = await setUp({ store, clock });
    await settle();
    expect(story(store)).toEqual(["command w1", "command-result w1 unknown"]);
    expect(await second.take()).toMatchObject({
      outcome: "duplicate",
      error: expect.stringMatching(/ended as unknown/),
    });
    const third = await setUp({ store, clock });
    await settle();
    expect(story(store)).toEqual(["command w1", "command-result w1 unknown"]);
    expect([...second.sent, ...third.sent]).toEqual([]);
    expect([second.commands.tally.unknown, third.commands.tally.unknown]).toEqual([1, 0]);
  });

  it("before the id is on disk leaves nothing at all", async () => {
    const first = await onSlowDisk();
    void first.take().catch(() => {});
    await settle();
    const { store, clock } = first;
    store.crash();
    expect(first.sent).toEqual([]);
    expect(story(store)).toEqual([]);
    const opening = setUp({ store, clock });
    await settle();
    store.commit();
    await opening;
    expect(story(store)).toEqual([]);
  });

  it("gives up what is under way in order, records it, and takes nothing more", async () => {
    const { store, take, stop, ends } = await setUp({ obey: never });
    const report = take();
    await settle();
    stop.abort();
    await ends;
    expect(story(store)).toEqual(["command w1", "command-result w1 unknown"]);
    expect(await report).toMatchObject({ outcome: "unknown" });
    expect(await take({ id: "w2" })).toMatchObject({ outcome: "unavailable", error: "the gateway is stopping" });
  });

  it("does not wait for a driver that does not listen", async () => {
    const { clock, take, stop, ends } = await setUp({ obey: () => new Promise(() => {}) });
    void take();
    await settle();
    stop.abort();
    await clock.advance(1_000);
    await expect(ends).resolves.toBeUndefined();
  });
});

it("carries out a bounded number of commands at a time", async () => {
  const { take } = await setUp({ obey: never });
  for (let i = 0; i < 64; i++) void take({ id: `w${i}` });
  await settle();
  expect(await take({ id: "more" })).toMatchObject({
    outcome: "unavailable",
    error: expect.stringMatching(/64 commands/),
  });
});

const YEARS_MS = 20 * 365 * 86_400_000;

/** A platform whose clock is right, a gateway whose clock is set to anything now and then, and somebody who keeps old wishes. */
async function onOddClocks(seed: number) {
  const random = new Random(seed);
  const startMs = Date.UTC(2036, 0, 5);
  const clock = new FakeClock(startMs);
  const store = new MemoryStore({ autoCommit: false });
  const dueMs = new Map<string, number>();
  const runs: string[] = [];
  const late: string[] = [];
  const obey: Obey = async ({ id }) => {
    runs.push(id);
    if (clock.monoMs() >= (dueMs.get(id) ?? 0)) late.push(id);
    await clock.sleep(random.float() * 2_000);
    return { id, ok: random.chance(0.8) };
  };
  const opening = setUp({ store, clock, obey });
  for (let i = 0; i < 4; i++) {
    await settle();
    store.commit();
  }
  const { commands } = await opening;
  const rightMs = () => startMs + clock.monoMs();
  const given: { readonly id: string; readonly notAfter: string }[] = [];
  const setClock = () => {
    if (random.chance(0.1)) clock.step(Math.round((random.float() * 2 - 1) * random.pick([40_000, YEARS_MS])));
    else if (random.chance(0.3)) clock.step(rightMs() - clock.nowMs());
  };
  const wish = (id: string) => {
    const notAfter = new Date(rightMs() + 100 + Math.round(random.float() * 9_000)).toISOString();
    given.push({ id, notAfter });
  };
  const give = ({ id, notAfter }: (typeof given)[number]) => {
    const byGatewayMs = clock.monoMs() + Date.parse(notAfter) - clock.nowMs();
    dueMs.set(id, Math.max(dueMs.get(id) ?? 0, byGatewayMs));
    return commands.take({ id, target: "lock-1", action: "unlock", notAfter, issuer: "city" }, { local: false });
  };
  return { random, clock, store, runs, late, given, setClock, wish, give };
}

it.each([1, 2, 3, 4])("whatever is done to the clock, nothing runs late and nothing twice (seed %i)", async (seed) => {
  const { random, clock, store, runs, late, given, setClock, wish, give } = await onOddClocks(seed);
  const reports: Promise<unknown>[] = [];
  for (let i = 0; i < 600; i++) {
    setClock();
    if (i === 0 || random.chance(0.6)) wish(`c${i}`);
    reports.push(
      ...[given.at(-1), random.pick(given), random.pick(given.slice(-8))].flatMap((each) => each ?? []).map(give),
    );
    if (random.chance(0.7)) store.commit();
    await clock.advance(Math.round(random.float() * 1_500));
  }
  for (let i = 0; i < 20; i++) {
    store.commit();
    await clock.advance(2_000);
  }
  await Promise.all(reports);
  expect(runs.length).toBeGreaterThan(100);
  expect(new Set(runs).size).toBe(runs.length);
  expect(late).toEqual([]);
});
