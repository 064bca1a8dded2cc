import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";

/** Three live in each flat; `F1` has a limit of 2. */
function threeAtHome(config = testConfig()): CoreRun {
  const core = new CoreRun(config, "2026-03-02T19:00");
  core.state.residencyModel = ({ limit, space }) => ({
    residing: 3,
    low: 3,
    high: 3,
    pOver: (limit?.persons ?? 0) < 3 ? 0.9 : 0.1,
    evidence: [{ source: "register", says: `${space.registered} registered, limit ${limit?.persons}`, weight: 1 }],
  });
  return core.say("count-1", "count.in", 3);
}

const lowRisk = testConfig().site.spaces.map((space) => ({ ...space, risk: "blue" }));
const setLimit = (core: CoreRun, persons: number) =>
  core.act({ do: "set-limit", space: "F1", persons, basis: "certificate" }).wait(MINUTE_MS);
const estimate = (core: CoreRun) => estimateOf(core.state, "F1");

describe("a limit that changes", () => {
  it("is what the estimate speaks of at once, and no longer the one before", () => {
    const core = threeAtHome().wait(DAY_MS);
    expect(estimate(core)).toMatchObject({ pOver: 0.9, stand: { sign: "first", signNights: 1 } });
    setLimit(core, 4);
    expect(estimate(core)).toMatchObject({ pOver: 0.1, stand: { sign: "none", signNights: 0 } });
    expect(estimate(core)?.evidence[0]?.says).toBe("undefined registered, limit 4");
    const registered = testConfig().site.spaces.map((space) =>
      space.id === "F1" ? { ...space, registered: 3 } : space,
    );
    core.configure(testConfig({ spaces: registered }));
    core.wait(MINUTE_MS);
    expect(estimate(core)?.evidence[0]?.says).toBe("3 registered, limit 4");
  });

  it("is met by an alert of a lower one after as many mornings as ever", () => {
    const core = threeAtHome().wait(3 * DAY_MS);
    expect(core.story("group-rental")).toEqual(["raised F1 2026-03-04T06:00"]);
    // Of the two mornings within, the first is the latest before the change.
    setLimit(core, 4);
    expect(core.story("group-rental")).toHaveLength(1);
    core.wait(DAY_MS);
    expect(core.story("group-rental").at(-1)).toBe("cleared F1 2026-03-06T06:00");
    const cleared = core.events.find(({ alert, change }) => alert.kind === "group-rental" && change === "cleared");
    expect(cleared?.alert.history.at(-1)?.note).toBe("2 mornings in a row likely within the limit of 4");
  });

  it("is not kept by mornings on which a higher one was", () => {
    const core = threeAtHome(testConfig({ spaces: lowRisk })).wait(4 * DAY_MS);
    expect(core.story("group-rental")).toEqual(["raised F1 2026-03-05T06:00"]);
    setLimit(core, 4).wait(DAY_MS);
    core.state.residencyModel = () => ({ residing: 2, low: 2, high: 2, pOver: 0.1, evidence: [] });
    // Three mornings within, of the first of which nobody knows whether there were more than two.
    setLimit(core, 2).wait(DAY_MS);
    expect(core.story("group-rental")).toHaveLength(1);
    expect(core.wait(DAY_MS).story("group-rental").at(-1)).toBe("cleared F1 2026-03-09T06:00");
  });

  it("is not broken by mornings on which a lower one was", () => {
    const core = threeAtHome(testConfig({ spaces: lowRisk })).wait(2 * DAY_MS);
    setLimit(core, 4);
    core.state.residencyModel = () => ({ residing: 5, low: 5, high: 5, pOver: 0.9, evidence: [] });
    core.wait(DAY_MS);
    expect(estimate(core)?.stand).toMatchObject({ sign: "first", signNights: 1, signNeeded: 3 });
    expect(core.wait(2 * DAY_MS).story("group-rental")).toEqual(["raised F1 2026-03-07T06:00"]);
  });

  it("that is gone takes what was found against it with it, and what waits", () => {
    const core = threeAtHome().wait(2 * DAY_MS);
    const kind = { kind: "corridor", rooms: undefined, risk: undefined };
    const unjudged = testConfig().site.spaces.map((space) => ({ ...space, ...kind }));
    const budget = core.state.budgets.get("MQ-053");
    const finding = { ...core.last("group-rental"), kind: "unregistered-residents", space: "F1", sinceMs: 0 } as never;
    core.state.budgets.set("MQ-053", { day: 0, used: 0, ...budget, waiting: [{ finding, day: 0 }] });
    core.configure(testConfig({ spaces: unjudged }));
    expect(core.story("group-rental").at(-1)).toBe("cleared F1 2026-03-04T19:00");
    expect(core.state.budgets.get("MQ-053")?.waiting).toEqual([]);
  });
});

it("a finding that waits for the budget of its grid waits for that of the new one when the grid changes", () => {
  const core = threeAtHome().wait(2 * HOUR_MS);
  const finding = { kind: "overcrowded-now", space: "F1", level: "red", sinceMs: 0, trigger: null, probability: 1 };
  core.state.budgets.set("MQ-053", {
    day: 0,
    used: 0,
    waiting: [{ finding: { ...finding, evidence: [] } as never, day: 0 }],
  });
  const spaces = testConfig().site.spaces.map((space) =>
    space.id === "F1" ? { ...space, address: { grid: "MQ-054" } } : space,
  );
  core.configure(testConfig({ spaces }));
  expect(core.state.budgets.get("MQ-053")?.waiting).toEqual([]);
  expect(core.state.budgets.get("MQ-054")?.waiting).toHaveLength(1);
});
