import type { CommandAction } from "@gatehouse/protocol";
import { FakeClock, settle } from "@gatehouse/protocol/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { LiveDrivers } from "../../core/commands/live-drivers.ts";
import { HealthBoard } from "../../core/health.ts";
import type { Driver } from "../../core/ports.ts";
import { modelOf } from "../../core/state.ts";
import { DeviceBook } from "../../monitor/device-book.ts";
import { CoreRun } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { testDevice } from "./device-test.ts";
import { testMany } from "./test-many.ts";

function open() {
  const run = new CoreRun(testConfig(), "2026-03-02T12:00");
  const clock = new FakeClock(run.nowMs);
  const drivers = new LiveDrivers();
  const book = new DeviceBook(clock, () => true);
  const stop = new AbortController();
  const wishes: unknown[] = [];
  let refusal: string | undefined;
  const driver: Driver = {
    id: "mqtt",
    run: (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
    command: () => Promise.reject(new TypeError("not asked here")),
  };
  const model = modelOf(run.state);
  const device = model.devices.get("lock-1");
  if (device === undefined) throw new TypeError("no lock");
  let actions: CommandAction[] = ["identify"];
  const parts = {
    core: { state: run.state, model },
    clock,
    drivers,
    book,
    health: new HealthBoard(clock),
    driverFacts: new Map(),
    actionsOf: () => actions,
    newId: () => "x",
    commands: {
      take: async (wish: unknown) => {
        wishes.push(wish);
        if (refusal !== undefined) return { id: "x", outcome: "refused" as const, error: refusal };
        return { id: "x", outcome: "done" as const };
      },
    },
  };
  const shown: unknown[] = [];
  const desk = {
    signal: stop.signal,
    at: () => {},
    hold: () => {},
    show: (result: unknown) => void shown.push(result),
  };
  return {
    run,
    clock,
    stop,
    wishes,
    shown,
    up: () => void drivers.watched(driver).run(stop.signal),
    say: (kind: string, from = "lock-1") => book.watched(async () => [])([{ device: from, kind }]),
    can: (...given: CommandAction[]) => {
      actions = given;
    },
    refuses: (error: string) => {
      refusal = error;
    },
    health: parts.health,
    commands: parts.commands,
    test: () => testDevice(parts, device, "console:li", desk),
    testMeter: () => testDevice(parts, { ...device, kind: "energy-meter" }, "console:li", desk),
    testAll: (ids: readonly string[], ended: string[]) =>
      testMany(
        parts,
        ids.map((id) => ({ ...device, id })),
        "console:li",
        desk,
        async (id, { result }) => void ended.push(`${id} ${result.passed}`),
      ),
  };
}

describe("the test of a device", () => {
  let box: ReturnType<typeof open>;
  beforeEach(() => {
    box = open();
  });
  const states = (end: { result: { steps: { state: string }[] } }) => end.result.steps.map(({ state }) => state);

  it("passes when it is there, does what it is told, and speaks when it is used", async () => {
    box.up();
    const testing = box.test();
    await box.clock.advance(1_000);
    expect(box.shown.at(-1)).toMatchObject({
      steps: [{}, {}, { state: "waiting", says: { en: expect.stringContaining("Open the door") } }],
    });
    await box.say("device.online");
    await box.say("door.opened");
    const end = await testing;
    expect(states(end)).toEqual(["passed", "passed", "passed"]);
    expect(end).toMatchObject({ failed: false, says: { zh: "门已打开" }, result: { passed: true } });
    expect(box.wishes).toMatchObject([{ action: "identify", issuer: "console:li" }]);
  });

  it("fails when nothing comes, and says what to do", async () => {
    box.up();
    box.can();
    const testing = box.test();
    await box.clock.advance(61_000);
    const end = await testing;
    expect(states(end)).toEqual(["passed", "skipped", "failed"]);
    expect(end.says.en).toMatch(/^It said nothing\. Open the door/);
  });

  it("says in words what a device cannot show, without the name of a command", async () => {
    box.up();
    box.refuses("not supported: identify");
    const testing = box.test();
    await box.clock.advance(61_000);
    const says = (await testing).result.steps[1]?.says;
    expect(says).toEqual({
      en: "It can neither blink nor beep; that is no fault.",
      zh: "设备不能闪灯或鸣响，这不算故障。",
    });
  });

  it("does not begin where the driver has no line or the device is away", async () => {
    expect(states(await box.test())).toEqual(["failed", "skipped", "skipped"]);
    box.up();
    box.run.say("lock-1", "device.offline");
    expect(states(await box.test())).toEqual(["failed", "skipped", "skipped"]);
    expect(box.wishes).toEqual([]);
  });

  it("ends at once when it is cancelled", async () => {
    box.up();
    const testing = box.test();
    await box.clock.advance(1_000);
    box.stop.abort();
    expect((await testing).result.passed).toBe(false);
  });

  it("says that a reader has no key, instead of sending somebody to its cable", async () => {
    box.up();
    const detail = "it was never given a key of its own; give it one: gatehouse osdp install";
    box.health.raise("device-key", "lock-1", detail);
    const end = await box.test();
    expect(states(end)).toEqual(["failed", "skipped", "skipped"]);
    expect(end.says.zh).toContain("读卡器还没有密钥");
  });

  it("takes a meter's reading of a while ago, and waits for nobody", async () => {
    box.up();
    await box.say("meter.energyWh");
    await box.clock.advance(60_000);
    expect(states(await box.testMeter())).toEqual(["passed", "passed", "passed"]);
    await box.clock.advance(16 * 60_000);
    const testing = box.testMeter();
    await box.clock.advance(181_000);
    expect(states(await testing)).toEqual(["passed", "passed", "failed"]);
  });

  it("of many listens to all at once, and keeps each result as it comes", async () => {
    box.up();
    const ended: string[] = [];
    const testing = box.testAll(["a", "b", "lock-1"], ended);
    await box.clock.advance(120_000);
    await box.say("door.opened", "lock-1");
    await box.say("card.read", "a");
    await box.clock.advance(10);
    expect(ended).toEqual(["lock-1 true", "a true"]);
    expect(box.shown.at(-1)).toMatchObject({ devices: { b: { steps: [{}, {}, { state: "waiting" }] } } });
    await box.clock.advance(30 * 60_000);
    expect(await testing).toMatchObject({ failed: true, says: { zh: "3台中2台通过。" } });
    expect(ended).toEqual(["lock-1 true", "a true", "b false"]);
  });

  it("of many notes nothing of those that were cut short", async () => {
    box.up();
    const ended: string[] = [];
    const testing = box.testAll(["a", "b"], ended);
    await box.clock.advance(1_000);
    box.stop.abort();
    await testing;
    expect(ended).toEqual([]);
  });

  it("of many tells a few at a time what to do, listens to all of them meanwhile, and shows them no more than twice a second", async () => {
    box.up();
    const ids = Array.from({ length: 200 }, (_, n) => `lock-${n + 1}`);
    let [under, most] = [0, 0];
    box.commands.take = async (wish) => {
      box.wishes.push(wish);
      most = Math.max(most, ++under);
      await box.clock.sleep(1_000);
      under -= 1;
      return { id: "x", outcome: "done" as const };
    };
    const ended: string[] = [];
    const testing = box.testAll(ids, ended);
    for (let n = 0; n < 60; n++) await box.clock.advance(1_000);
    for (let n = 0; n < 20; n++) await settle();
    expect([box.wishes.length, most]).toEqual([200, 4]);
    expect(box.shown.length).toBeLessThan(130);
    await box.say("door.opened");
    for (let n = 0; n < 20; n++) await settle();
    box.stop.abort();
    await testing;
    expect(ended).toEqual(["lock-1 true"]);
  });
});
