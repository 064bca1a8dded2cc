import { Policy } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { notAsked } from "./escalation.ts";

const contacts = [
  {
    id: "desk",
    role: "值班室",
    channels: [
      { via: "device", device: "lock-1" },
      { via: "device", device: "lock-2", action: "text" },
      { via: "uplink", uplink: "wecom-desk" },
    ],
  },
  { id: "keeper", role: "duty manager", language: "en", channels: [{ via: "uplink", uplink: "hook-keeper" }] },
];

const run = (escalation: Record<string, unknown> = { contacts }, policy: Record<string, unknown> = {}): CoreRun =>
  new CoreRun(
    { ...testConfig({ escalation }), policies: [Policy.parse({ ...testPolicy, ...policy })] },
    "2026-03-02T12:00",
  );

/** `12:10 desk not-acknowledged`, in order. */
const steps = (core: CoreRun): string[] =>
  core.events
    .filter(({ change }) => change === "escalated")
    .map(({ alert: { escalation, history } }) => {
      const at = history.at(-1)?.at.slice(5, 16).replace("T", " ");
      return `${at} ${escalation?.to} ${escalation?.reason}`;
    });

const panic = (core: CoreRun): string => core.say("panic-1", "panic").last("panic")?.id ?? "";

describe("an alert nobody acknowledges", () => {
  it("goes to one contact after the other, then to the platform, then there once a day", () => {
    const core = run();
    panic(core);
    core.wait(2 * DAY_MS);
    expect(steps(core)).toEqual([
      "03-02 12:10 desk not-acknowledged",
      "03-02 12:20 keeper not-acknowledged",
      "03-02 12:30 platform not-acknowledged",
      "03-03 12:30 platform not-acknowledged",
    ]);
    const alert = core.last("panic");
    expect(alert?.escalation).toEqual({ step: 4, to: "platform", reason: "not-acknowledged" });
    const lines = alert?.history.flatMap(({ escalation, note }) => (escalation === undefined ? [] : [note]));
    expect(lines).toEqual([
      "not acknowledged in time: desk (值班室) was told",
      "not acknowledged in time: keeper (duty manager) was told",
      "not acknowledged in time: the platform was told",
    ]);
  });

  it("is heard and read at the contact's devices", () => {
    const core = run();
    const id = panic(core);
    core.wait(10 * MINUTE_MS);
    const why = `alert ${id} is overdue`;
    expect(core.orders.filter((order) => order.why === why)).toEqual([
      { device: "lock-1", action: "buzzer", args: { times: 3 }, why },
      { device: "lock-2", action: "text", args: { text: "预警超时未处理：F1", seconds: 600 }, why },
    ]);
  });

  it("is told to the webhook of that contact alone, and to every platform", () => {
    const core = run();
    panic(core);
    core.wait(20 * MINUTE_MS);
    const known = core.state.model?.escalation.contacts ?? [];
    const left = core.events.map((event) => [event.change, [...notAsked(known, event)]]);
    expect(left).toEqual([
      ["raised", []],
      ["overdue", []],
      ["escalated", ["hook-keeper"]],
      ["escalated", ["wecom-desk"]],
    ]);
  });

  it("is let alone once somebody has acknowledged it", () => {
    const core = run();
    const id = panic(core);
    core.wait(12 * MINUTE_MS).act({ do: "acknowledge", alert: id });
    expect(core.last("panic")?.escalation).toBeUndefined();
    core.wait(10 * MINUTE_MS);
    expect(steps(core)).toEqual(["03-02 12:10 desk not-acknowledged"]);
  });
});

describe("an alert nobody resolves", () => {
  it("begins with the first contact again, and ends when it is closed", () => {
    const core = run({ contacts, everyMinutes: 30 });
    const id = panic(core);
    core
      .wait(5 * MINUTE_MS)
      .act({ do: "acknowledge", alert: id })
      .wait(70 * MINUTE_MS);
    expect(steps(core)).toEqual(["03-02 12:30 desk not-resolved", "03-02 13:00 keeper not-resolved"]);
    core.act({ do: "close", alert: id }).wait(DAY_MS);
    expect(steps(core)).toHaveLength(2);
    expect(core.last("panic")?.escalation).toBeUndefined();
  });

  it("is not asked for while nobody has even seen it, but told as overdue", () => {
    const core = run();
    panic(core);
    core.wait(40 * MINUTE_MS);
    expect(steps(core).every((line) => line.endsWith("not-acknowledged"))).toBe(true);
    const overdue = core.events
      .filter(({ change }) => change === "overdue")
      .map(({ alert }) => alert.history.at(-1)?.note);
    expect(overdue).toEqual(["not acknowledged in time", "not resolved in time"]);
  });

  it("is asked for soon once somebody has acknowledged it, however late", () => {
    const core = run();
    const id = panic(core);
    core
      .wait(5 * HOUR_MS + 10 * MINUTE_MS)
      .act({ do: "acknowledge", alert: id })
      .wait(30 * MINUTE_MS);
    expect(steps(core).at(-1)).toBe("03-02 17:30 desk not-resolved");
  });

  it("no longer once the sensors have cleared it", () => {
    const core = run().say("lock-1", "tamper.on");
    const id = core.last("tamper")?.id ?? "";
    core
      .act({ do: "acknowledge", alert: id })
      .wait(25 * HOUR_MS)
      .say("lock-1", "tamper.off");
    expect(core.last("tamper")?.escalation).toBeUndefined();
    const before = steps(core).length;
    expect(before).toBeGreaterThan(0);
    core.wait(5 * DAY_MS);
    expect(steps(core)).toHaveLength(before);
  });
});

describe("the clocks", () => {
  const slaOf = (core: CoreRun) => core.last("panic")?.sla;

  it("are the product's, else the policy's, else the site's", () => {
    const policy = { clocks: { emergency: { acknowledgeMinutes: 4, resolveHours: 1 } } };
    const cores = [run(), run({}, policy), run({ clocks: { emergency: { acknowledgeMinutes: 2 } } }, policy)];
    for (const core of cores) panic(core);
    expect(cores.map((core) => slaOf(core)?.acknowledgeBy.slice(11, 16))).toEqual(["12:10", "12:04", "12:02"]);
    expect(cores.map((core) => slaOf(core)?.resolveBy.slice(11, 16))).toEqual(["12:30", "13:00", "13:00"]);
  });

  it("go on over a restart and move with the wall clock", () => {
    const core = run();
    panic(core);
    core
      .wait(4 * MINUTE_MS)
      .restart()
      .setClock(3 * HOUR_MS);
    core.wait(6 * MINUTE_MS);
    expect(steps(core)).toEqual(["03-02 15:10 desk not-acknowledged"]);
    expect(slaOf(core)?.acknowledgeBy).toBe("2026-03-02T15:10:00.000+08:00");
  });
});
