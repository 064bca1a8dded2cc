import { CustomRule, type RuleCase } from "@gatehouse/protocol";
import { describe, expect, it, test } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../../testing/core-run.ts";
import { testConfig } from "../../../testing/site.ts";
import { runCases } from "./cases.ts";

const rule = (facts: object): CustomRule =>
  CustomRule.parse({ id: "own", title: { zh: "自定义", en: "Own" }, when: "reading", if: "true", ...facts });

const run = (...rules: object[]) =>
  new CoreRun(
    { ...testConfig(), rules: rules.map((facts, i) => rule({ id: `own-${i}`, ...facts })) },
    "2026-03-02T12:00",
  );

describe("a rule judged at readings", () => {
  it("raises an alert of its own kind and name, and ends a day after it was last so", () => {
    const core = run({ if: 'kind == "access.denied" && hour == 12', level: "yellow" });
    core
      .say("lock-1", "access.denied")
      .wait(30 * MINUTE_MS)
      .say("lock-1", "access.denied")
      .wait(2 * DAY_MS);
    expect(core.story("custom")).toEqual(["raised F1 2026-03-02T12:00", "cleared F1 2026-03-03T12:30"]);
    expect(core.last("custom")).toMatchObject({
      kind: "custom",
      rule: "own-0",
      title: { zh: "自定义", en: "Own" },
      level: "yellow",
      trigger: { device: "lock-1", epoch: 1, seq: 1 },
      evidence: [{ source: "rule", says: 'Own 自定义: kind == "access.denied" && hour == 12' }],
    });
  });

  it("ends by its own word where it has one", () => {
    const core = run({ if: 'kind == "input.on"', clear: 'kind == "input.off"' });
    core
      .say("lock-1", "input.on", 1)
      .wait(3 * DAY_MS)
      .say("lock-1", "input.off", 1);
    expect(core.story("custom")).toEqual(["raised F1 2026-03-02T12:00", "cleared F1 2026-03-05T12:00"]);
  });

  it("counts days, each once, and forgets those that lie too far back", () => {
    const core = run({ if: 'kind == "door.opened"', days: { over: 3, of: 5 } });
    const open = () => core.say("lock-1", "door.opened").say("lock-1", "door.closed");
    open().wait(HOUR_MS);
    open().wait(DAY_MS);
    open().wait(4 * DAY_MS);
    open();
    expect(core.story("custom")).toEqual([]);
    core.wait(DAY_MS);
    open();
    expect(core.story("custom")).toEqual([]);
    core.wait(DAY_MS);
    open();
    expect(core.story("custom")).toEqual(["raised F1 2026-03-09T13:00"]);
  });

  it("knows the role of a credential, the space's limit and what kind of space it is", () => {
    const credentials = [{ credential: "c_5f2a91d0c4", space: "F1", role: "cleaner" }];
    const config = testConfig({ credentials });
    const own = rule({ if: 'role == "cleaner" && limit == 2 && spaceKind == "flat" && risk == "red"' });
    const core = new CoreRun({ ...config, rules: [own] }, "2026-03-02T12:00");
    core.say("lock-2", "access.granted", undefined, { credential: "c_5f2a91d0c4" });
    core.say("lock-1", "access.granted", undefined, { credential: "c_0000000000" });
    expect(core.story("custom")).toEqual([]);
    core.say("lock-1", "access.granted", undefined, { credential: "c_5f2a91d0c4" });
    expect(core.story("custom")).toHaveLength(1);
  });
});

describe("a rule judged at estimates", () => {
  it("waits for what it says it waits for, over a restart and a step of the clock", () => {
    const core = run({ when: "estimate", if: "present >= 5", for: "2h" });
    core
      .say("count-1", "count.in", 9)
      .wait(HOUR_MS)
      .restart()
      .setClock(DAY_MS)
      .wait(HOUR_MS - 1);
    expect(core.story("custom")).toEqual([]);
    core.wait(1);
    expect(core.story("custom")).toEqual(["raised F1 2026-03-03T14:00"]);
    core.say("count-1", "count.out", 9);
    expect(core.story("custom").at(-1)).toBe("cleared F1 2026-03-03T14:00");
  });

  it("begins to wait anew when it was not so in between", () => {
    const core = run({ when: "estimate", if: "present >= 5", for: "2h" });
    core.say("count-1", "count.in", 9).wait(HOUR_MS).say("count-1", "count.out", 9).say("count-1", "count.in", 9);
    core.wait(HOUR_MS + MINUTE_MS);
    expect(core.story("custom")).toEqual([]);
  });

  it("looks only at the spaces and kinds it names", () => {
    const core = run(
      { when: "estimate", if: "present >= 5", spaces: ["F2"] },
      { when: "estimate", if: "present >= 5", kinds: ["shed"] },
    );
    core.say("count-1", "count.in", 9);
    expect(core.story("custom")).toEqual([]);
    core.say("count-2", "count.in", 9);
    expect(core.story("custom")).toEqual(["raised F2 2026-03-02T12:00"]);
  });
});

describe("a rule judged by the calendar", () => {
  it("is asked once a day at its time, in every space", () => {
    const core = run({ when: "calendar", at: "08:30", if: "weekday == 3" }).wait(4 * DAY_MS);
    expect(core.story("custom")).toEqual([
      "raised F1 2026-03-04T08:30",
      "raised F2 2026-03-04T08:30",
      "cleared F1 2026-03-05T08:30",
      "cleared F2 2026-03-05T08:30",
    ]);
  });

  it("says nothing where it is not known what it asks for", () => {
    const core = run({ when: "calendar", if: "residing >= registered" }).wait(4 * DAY_MS);
    expect(core.story("custom")).toEqual([]);
  });

  it("knows the days off of the site", () => {
    const calendar = { daysOff: ["2026-03-04"], workDays: ["2026-03-07"] };
    const own = rule({ when: "calendar", if: "dayOff", spaces: ["F1"] });
    const core = new CoreRun({ ...testConfig({ calendar }), rules: [own] }, "2026-03-02T12:00").wait(7 * DAY_MS);
    expect(core.story("custom").map((line) => line.slice(0, -6))).toEqual([
      "raised F1 2026-03-04",
      "cleared F1 2026-03-05",
      "reopened F1 2026-03-08",
      "cleared F1 2026-03-09",
    ]);
  });
});

test("a rule that cannot be evaluated is not so, and says why", () => {
  const core = run({ if: "1 / (hour - 12) > 0" }).say("lock-1", "door.opened");
  expect(core.story("custom")).toEqual([]);
  expect(core.state.model?.rules[0]?.failure).toContain("division by zero");
});

test("a rule that this gateway can no longer read is silent, and stops nothing", () => {
  const core = run({ if: "no longer CEL" }, { if: 'kind == "door.opened"' }).say("lock-1", "door.opened");
  expect(core.story("custom")).toHaveLength(1);
  expect(core.state.model?.rules[0]?.failure).toContain("cannot be read");
});

test("what a rule remembered goes with the rule", () => {
  const core = run({ if: 'kind == "door.opened"', days: { over: 3, of: 5 } }).say("lock-1", "door.opened");
  const remembered = () => [...core.state.memos.keys()].filter((key) => key.startsWith("custom|"));
  expect(remembered()).toEqual(["custom|own-0|F1"]);
  core.configure(testConfig());
  expect(remembered()).toEqual([]);
});

describe("the tests in a rule file", () => {
  const step = (at: string, facts: object = {}) => ({ at: `2026-03-02T${at}:00+08:00`, ...facts });
  const test_ = (facts: object): RuleCase =>
    ({ name: "t", expect: "raised", steps: [step("12:00")], ...facts }) as RuleCase;
  const outcome = (own: object, ...tests: RuleCase[]) =>
    runCases(rule({ ...own, tests }), "Asia/Shanghai").map(({ passed, got }) => [passed, got]);

  it("pass and fail by what the running gateway would do, and say what happened", () => {
    const own = { if: 'kind == "panic" && night' };
    expect(
      outcome(
        own,
        test_({ steps: [step("12:00", { kind: "panic" })] }),
        test_({ steps: [step("23:00", { kind: "panic" })] }),
        test_({ steps: [step("23:00", { kind: "panic" })], expect: "silent" }),
        test_({ steps: [step("23:00", { kind: "panic" })], until: "2026-03-04T00:00:00+08:00", expect: "cleared" }),
      ),
    ).toEqual([
      [false, "silent"],
      [true, "raised; raised 2026-03-02T23:00:00.000+08:00"],
      [false, "raised; raised 2026-03-02T23:00:00.000+08:00"],
      [true, "cleared; raised 2026-03-02T23:00:00.000+08:00; cleared 2026-03-03T23:00:00.000+08:00"],
    ]);
  });

  it("refuse steps that go back in time, and count how often it was raised", () => {
    const steps = [step("12:00", { kind: "panic" }), step("11:00", { kind: "panic" })];
    expect(outcome({}, test_({ steps }))[0]?.[0]).toBe(false);
    expect(outcome({}, test_({ times: 2 }))[0]?.[0]).toBe(false);
  });
});
