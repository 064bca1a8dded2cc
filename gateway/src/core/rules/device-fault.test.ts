import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

const DEVICES = [
  { id: "lock-1", kind: "lock", portal: "D1" },
  { id: "count-1", kind: "counter", portal: "D1" },
  { id: "radar-1", kind: "presence", space: "F1" },
  { id: "meter-1", kind: "energy-meter", space: "F1" },
];
const run = (devices: readonly object[] = DEVICES) => new CoreRun(testConfig({ devices }), "2026-03-02T06:00");

/** Every four hours somebody comes in, and is seen by what works. */
function live(core: CoreRun, days: number, ...working: readonly string[]): CoreRun {
  for (let i = 0; i < days * 6; i++) {
    if (working.includes("lock-1")) core.say("lock-1", "access.granted");
    if (working.includes("count-1")) core.say("count-1", i % 2 === 0 ? "count.in" : "count.out", 1);
    if (working.includes("radar-1")) core.say("radar-1", i % 2 === 0 ? "presence.on" : "presence.off");
    core.wait(4 * HOUR_MS);
  }
  return core;
}

/** A total every 15 minutes. */
function meter(core: CoreRun, hours: number): CoreRun {
  for (let i = 0; i < hours * 4; i++) core.say("meter-1", "meter.energyWh", core.nowMs / 1e6).wait(15 * MINUTE_MS);
  return core;
}

const says = (core: CoreRun) => core.last("device-fault")?.evidence.map((item) => item.says.split(":")[0]);

describe("a healthy device", () => {
  it("is left alone for weeks, also through a holiday of its people", () => {
    const core = live(run(), 21, "lock-1", "count-1", "radar-1").wait(12 * DAY_MS);
    live(core, 7, "lock-1", "count-1", "radar-1");
    expect(core.story("device-fault")).toEqual([]);
  });

  it("that never spoke, or is marked as not watched, is nobody's concern", () => {
    expect(
      run()
        .wait(90 * DAY_MS)
        .story("device-fault"),
    ).toEqual([]);
    const unwatched = run(DEVICES.map((device) => ({ ...device, watch: false })));
    expect(
      meter(unwatched, 100)
        .wait(30 * DAY_MS)
        .story("device-fault"),
    ).toEqual([]);
  });
});

describe("silent", () => {
  it("is a meter that reported every quarter of an hour and has not for an hour, until it does again", () => {
    const core = meter(run(), 100).wait(45 * MINUTE_MS);
    expect(core.story("device-fault")).toEqual([]);
    core.wait(2 * HOUR_MS);
    expect(says(core)).toEqual(["silent"]);
    const alert = core.last("device-fault");
    expect(alert).toMatchObject({ device: "meter-1", space: "F1" });
    const raisedMs = Date.parse(alert?.raisedAt ?? "");
    expect(Date.parse(alert?.sla.acknowledgeBy ?? "") - raisedMs).toBe(2 * HOUR_MS);
    expect(Date.parse(alert?.sla.resolveBy ?? "") - raisedMs).toBe(48 * HOUR_MS);
    meter(core, 1);
    expect(core.last("device-fault")?.clearedAt).not.toBeNull();
    expect(core.story("device-fault")).toHaveLength(2);
  });

  it("is not learnt as a habit: the second time is found like the first", () => {
    const core = meter(meter(run(), 100).wait(5 * DAY_MS), 24).wait(3 * HOUR_MS);
    expect(core.story("device-fault").map((line) => line.split(" ")[0])).toEqual(["raised", "cleared", "reopened"]);
  });

  it("is a lock whose door is used without it", () => {
    const core = live(run(), 7, "lock-1", "count-1");
    live(core, 3, "count-1");
    expect(core.story("device-fault")).toEqual([]);
    live(core, 3, "count-1");
    expect(core.last("device-fault")).toMatchObject({ device: "lock-1", clearedAt: null });
    expect(says(core)).toEqual(["silent"]);
  });

  it("is not what the gateway slept through", () => {
    const core = meter(run(), 100);
    core.nowMs += 3 * DAY_MS;
    core.until(core.nowMs);
    meter(core, 2);
    expect(core.story("device-fault")).toEqual([]);
  });
});

it("offline for six hours is a fault, for five it is none", () => {
  const core = run()
    .say("lock-1", "device.offline")
    .wait(5 * HOUR_MS)
    .say("lock-1", "device.online")
    .wait(DAY_MS);
  expect(core.story("device-fault")).toEqual([]);
  core
    .say("lock-1", "device.offline")
    .wait(7 * HOUR_MS)
    .say("lock-1", "device.online");
  expect(core.story("device-fault")).toEqual(["raised F1 2026-03-03T17:00", "cleared F1 2026-03-03T18:00"]);
});

describe("offline where outages end by themselves", () => {
  const outage = (core: CoreRun, device: string, hours: number) =>
    core
      .say(device, "device.offline")
      .wait(hours * HOUR_MS)
      .say(device, "device.online")
      .wait(DAY_MS);
  const locks = ["lock-1", "lock-2", "lock-3", "lock-4", "lock-5"];
  const site = () => run(locks.map((id) => ({ id, kind: "lock", portal: "D1" })));

  it("is a fault when it lasts longer than those, and after a day at the latest", () => {
    const core = site();
    for (const lock of locks) outage(core, lock, 5);
    outage(core, "lock-1", 7);
    expect(core.story("device-fault")).toEqual([]);
    outage(core, "lock-2", 9);
    expect(core.story("device-fault")).toHaveLength(2);
    for (let i = 0; i < 3; i++) for (const lock of locks) outage(core, lock, 22);
    const before = core.story("device-fault").length;
    core.say("lock-3", "device.offline").wait(25 * HOUR_MS);
    expect(core.story("device-fault")).toHaveLength(before + 1);
  });

  it("is told of a meter as being away, not as being silent too", () => {
    const core = meter(run(), 100)
      .say("meter-1", "device.offline")
      .wait(5 * HOUR_MS);
    expect(core.story("device-fault")).toEqual([]);
    core.wait(2 * HOUR_MS);
    expect(says(core)).toEqual(["offline"]);
  });
});

it("a device that fails again and again is one alert, until it has worked for two weeks", () => {
  const core = run();
  for (let day = 0; day < 8; day++)
    core
      .say("lock-1", "device.offline")
      .wait(7 * HOUR_MS)
      .say("lock-1", "device.online")
      .wait(2 * DAY_MS);
  expect(core.story("device-fault").map((line) => line.split(" ")[0])).toEqual([
    "raised",
    "cleared",
    "reopened",
    "cleared",
    "reopened",
  ]);
  core.restart().wait(13 * DAY_MS);
  expect(core.last("device-fault")?.clearedAt).not.toBeNull();
});

it("a counter and a radar that were away are not blamed for what they did not notice meanwhile", () => {
  const core = live(run(), 7, "lock-1", "count-1", "radar-1").say("radar-1", "device.offline");
  for (let i = 0; i < 20; i++)
    core
      .say("lock-1", "access.granted")
      .say("count-1", "count.in", 1)
      .wait(MINUTE_MS * 15);
  core.say("radar-1", "device.online");
  for (let i = 0; i < 55; i++)
    core
      .say("lock-1", "access.granted")
      .say("count-1", "count.in", 1)
      .wait(MINUTE_MS * 25);
  expect(core.story("device-fault")).toEqual([]);
});

describe("stuck", () => {
  it("is a counter that counts nobody while the lock lets people in, until it counts again", () => {
    const core = live(run(), 7, "lock-1", "count-1");
    for (let i = 0; i < 40; i++) core.say("lock-1", "access.granted").say("count-1", "count.in", 0).wait(HOUR_MS);
    expect(says(core)).toEqual(["stuck"]);
    expect(core.last("device-fault")?.device).toBe("count-1");
    core.say("count-1", "count.in", 1);
    expect(core.last("device-fault")?.clearedAt).not.toBeNull();
  });

  it("is a presence sensor that sees somebody for a week without a break", () => {
    const core = live(run(), 2, "lock-1", "count-1", "radar-1").say("radar-1", "presence.on");
    live(core, 8, "lock-1", "count-1");
    expect(core.last("device-fault")).toMatchObject({ device: "radar-1", clearedAt: null });
    core.say("radar-1", "presence.off");
    expect(core.last("device-fault")?.clearedAt).not.toBeNull();
  });

  it("is no presence sensor that goes on seeing somebody for days while others come and go", () => {
    const core = live(run(), 7, "lock-1", "count-1", "radar-1").say("radar-1", "presence.on");
    for (let i = 0; i < 150; i++) {
      core.say("lock-1", "access.granted").say("count-1", i % 3 === 0 ? "count.out" : "count.in", 1);
      core.wait(HOUR_MS);
    }
    expect(core.story("device-fault")).toEqual([]);
  });

  it("is a presence sensor that never sees anybody", () => {
    const core = live(run(), 7, "lock-1", "count-1", "radar-1");
    live(core, 15, "lock-1", "count-1");
    expect(core.last("device-fault")).toMatchObject({ device: "radar-1", clearedAt: null });
  });
});

describe("babbling", () => {
  it("is far more than people can cause, and over when it has been quiet for half an hour", () => {
    const core = live(run(), 4, "lock-1", "count-1");
    for (let i = 0; i < 200; i++) core.say("lock-1", "access.denied").wait(1000);
    expect(says(core)).toEqual(["babbling"]);
    core.wait(HOUR_MS);
    expect(core.last("device-fault")?.clearedAt).not.toBeNull();
  });

  it("is not a lock that delivers a day at once", () => {
    const core = live(run(), 4, "lock-1", "count-1");
    for (let i = 0; i < 400; i++) {
      const at = new Date(core.nowMs - DAY_MS + i * 200_000).toISOString();
      core.say("lock-1", "access.granted", undefined, { at });
    }
    expect(core.story("device-fault")).toEqual([]);
  });
});

describe("implausible", () => {
  it("is a total that runs backwards three times a day, not once", () => {
    const core = run();
    for (let i = 0; i < 3; i++) core.say("meter-1", "meter.energyWh", 100 - i).wait(HOUR_MS);
    expect(core.story("device-fault")).toEqual([]);
    core.say("meter-1", "meter.energyWh", 50);
    expect(core.last("device-fault")?.evidence[0]?.says).toBe(
      "implausible: its total ran back from 98 to 50, and the like 3 times within a day",
    );
    core.wait(2 * DAY_MS);
    expect(core.last("device-fault")?.clearedAt).not.toBeNull();
  });

  it("is not a counter that starts a new life", () => {
    const core = run();
    for (let epoch = 1; epoch < 9; epoch++)
      core
        .say("count-1", "count.totals", { in: 5, out: 5 }, { epoch })
        .say("count-1", "count.totals", { in: 9, out: 9 }, { epoch });
    expect(core.story("device-fault")).toEqual([]);
  });

  it("is a clock that fell back to its factory date, or runs far ahead", () => {
    for (const at of ["2000-01-01T00:00:00Z", "2026-03-02T23:00:00+08:00"]) {
      const core = run();
      for (let i = 0; i < 3; i++) core.say("lock-1", "access.granted", undefined, { at }).wait(MINUTE_MS);
      expect(says(core), at).toEqual(["implausible"]);
    }
  });
});

it("is one alert a device, whatever is wrong with it at once", () => {
  const core = meter(run(), 100)
    .say("meter-1", "device.offline")
    .wait(3 * DAY_MS);
  expect(core.story("device-fault")).toHaveLength(1);
});

it("is found the same over a restart and a step of the clock", () => {
  const core = meter(run(), 100)
    .restart()
    .setClock(-400 * DAY_MS)
    .wait(3 * HOUR_MS);
  expect(says(core)).toEqual(["silent"]);
  expect(core.story("device-fault")).toHaveLength(1);
});

describe("a counter that cannot be right", () => {
  /** Out at eight, home with a key at six. */
  function days(core: CoreRun, count: number, inward: "count.in" | "count.out", outward?: "count.in" | "count.out") {
    for (let day = 0; day < count; day++) {
      core.wait(2 * HOUR_MS);
      if (outward !== undefined) core.say("count-1", outward, 2);
      core
        .wait(10 * HOUR_MS)
        .say("lock-1", "access.granted")
        .say("lock-1", "access.granted");
      core.say("count-1", inward, 2).wait(12 * HOUR_MS);
    }
    return core;
  }

  it("is told when it counts one direction alone, and well again when it counts both", () => {
    const core = days(run(), 5, "count.in");
    expect(core.last("device-fault")).toMatchObject({ device: "count-1", clearedAt: null });
    expect(core.last("device-fault")?.evidence[0]).toMatchObject({
      says: expect.stringMatching(/^implausible: it counted \d+ in and 0 out in a week: one direction/),
      zh: expect.stringContaining("有一个方向未接线"),
    });
    days(core, 3, "count.in", "count.out");
    expect(core.last("device-fault")?.clearedAt).not.toBeNull();
  });

  it("is told when it is mounted the wrong way round", () => {
    const core = days(run(), 8, "count.out", "count.in");
    expect(core.story("device-fault")).toHaveLength(1);
    expect(core.last("device-fault")?.evidence[0]?.says).toMatch(
      /^implausible: it counts the wrong way round: .*reversed: true/,
    );
  });

  it("is none that counts both ways", () => {
    expect(days(run(), 14, "count.in", "count.out").story("device-fault")).toEqual([]);
  });
});
