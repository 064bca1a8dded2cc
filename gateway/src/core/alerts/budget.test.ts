import { Policy, type RiskLevel, Site } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, momentOf } from "../../testing/core-run.ts";
import { testPolicy } from "../../testing/site.ts";
import { propose, settleBudgets, waitingByGrid, waitingFor, withdraw } from "./budget.ts";
import { type Finding, isStanding, recordOf } from "./life.ts";

const RISKS: readonly RiskLevel[] = ["blue", "red", "yellow", "red", "blue"];

/** Five flats in grid G1 and one in G2; two findings a grid and day. */
function town(): CoreRun {
  const flat = (id: string, risk: RiskLevel, grid: string) => ({
    id,
    kind: "flat",
    areaM2: 12,
    risk,
    address: { grid, code: "1" },
  });
  const site = Site.parse({
    site: { id: "town", name: "Town", kind: "rental-compound" },
    spaces: [...RISKS.map((risk, i) => flat(`F${i}`, risk, "G1")), flat("other", "blue", "G2")],
    policies: [{ use: "test-policy" }],
  });
  const policy = Policy.parse({ ...testPolicy, alertBudget: { perGridAndDay: 2 } });
  return new CoreRun({ site, policies: [policy] }, "2026-03-02T06:00");
}

const finding = (space: string, probability: number, kind: Finding["kind"] = "group-rental"): Finding => ({
  kind,
  space,
  level: space === "other" ? "blue" : (RISKS[Number(space.slice(1))] ?? "blue"),
  sinceMs: momentOf("2026-03-01T06:00"),
  trigger: null,
  probability,
  evidence: [],
});

/** All the mornings' findings, then what was raised of them. */
function morning(core: CoreRun, findings: readonly Finding[]): string[] {
  for (const item of findings) propose(core.state, item, core.nowMs);
  return settleBudgets(core.state, core.nowMs).map(({ alert }) => alert.space);
}

const ALL = ["F0", "F1", "F2", "F3", "F4"].map((space, i) => finding(space, 0.9 + i / 100));

describe("the alert budget", () => {
  it("raises the gravest first: by risk, then by probability", () => {
    const core = town();
    expect(morning(core, ALL)).toEqual(["F3", "F1"]);
    expect([...waitingByGrid(core.state)]).toEqual([["G1", 3]]);
    expect([waitingFor(core.state, "F0"), waitingFor(core.state, "F1")]).toEqual([["group-rental"], []]);
  });

  it("counts each grid by itself", () => {
    expect(morning(town(), [...ALL, finding("other", 0.6)])).toEqual(["F3", "F1", "other"]);
  });

  it("raises the rest on later days, as long as it still holds", () => {
    const core = town();
    morning(core, ALL);
    core.nowMs += DAY_MS;
    withdraw(core.state, { kind: "group-rental", space: "F4" });
    expect(morning(core, [finding("F0", 0.9), finding("F2", 0.92)])).toEqual(["F2", "F0"]);
    expect(waitingByGrid(core.state).size).toBe(0);
    core.nowMs += DAY_MS;
    expect(morning(core, [])).toEqual([]);
  });

  it("believes no morning but today's, and what is so now until it is taken back", () => {
    const core = town();
    morning(core, [...ALL, finding("F0", 0.7, "overcrowded-now")]);
    core.nowMs += DAY_MS;
    expect(settleBudgets(core.state, core.nowMs).map(({ alert }) => alert.kind)).toEqual(["overcrowded-now"]);
    expect([...waitingByGrid(core.state)]).toEqual([["G1", 3]]);
  });

  it("is one for all kinds, and starts anew at local midnight", () => {
    const core = town();
    expect(morning(core, [finding("F0", 0.9, "unregistered-residents"), finding("F1", 0.9)])).toHaveLength(2);
    core.nowMs = momentOf("2026-03-02T23:59");
    expect(morning(core, [finding("F2", 0.9, "overcrowded-now")])).toEqual([]);
    core.nowMs = momentOf("2026-03-03T00:00");
    expect(morning(core, [])).toEqual(["F2"]);
  });

  it("asks nothing twice: a finding that stands is not proposed again, one in line stands in it once", () => {
    const core = town();
    morning(core, ALL);
    expect(isStanding(recordOf(core.state, finding("F3", 1)))).toBe(true);
    expect(morning(core, ALL)).toEqual([]);
    expect([...waitingByGrid(core.state)]).toEqual([["G1", 3]]);
  });

  it("loses nothing over a restart", () => {
    const core = town();
    morning(core, ALL);
    core.restart();
    core.nowMs += DAY_MS;
    expect(morning(core, ALL)).toEqual(["F2", "F4"]);
  });
});

describe("what never waits", () => {
  it("is an emergency, a door, a device: the rules do not ask the budget", () => {
    const spaces = Array.from({ length: 30 }, (_, i) => ({ id: `R${i}`, kind: "room", areaM2: 12 }));
    const site = Site.parse({
      site: { id: "s", name: "s", kind: "dormitory", address: { code: "1", grid: "G1" } },
      spaces,
      devices: spaces.map(({ id }) => ({ id: `d-${id}`, kind: "board", space: id })),
      policies: [{ use: "test-policy" }],
    });
    const policy = Policy.parse({ ...testPolicy, alertBudget: { perGridAndDay: 1 } });
    const core = new CoreRun({ site, policies: [policy] }, "2026-03-02T06:00");
    for (const { id } of spaces) core.say(`d-${id}`, "fire.on").say(`d-${id}`, "tamper.on").say(`d-${id}`, "duress");
    expect([core.story("fire").length, core.story("tamper").length, core.story("duress").length]).toEqual([30, 30, 30]);
  });
});
