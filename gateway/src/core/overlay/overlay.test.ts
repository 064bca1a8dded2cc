import { Policy, RejectedError } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { CoreRun } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { modelOf } from "../state.ts";

const open = () => new CoreRun(testConfig(), "2026-03-02T12:00");
const limitOf = (run: CoreRun, space: string) => modelOf(run.state).spaces.get(space)?.limit;
const registeredOf = (run: CoreRun, space: string) => modelOf(run.state).spaces.get(space)?.space.registered;

function withSpace(id: string, change: object): ReturnType<typeof testConfig> {
  const { site } = testConfig();
  return testConfig({ spaces: site.spaces.map((space) => (space.id === id ? { ...space, ...change } : space)) });
}

describe("what is set beside the site file", () => {
  it("counts, survives a restart, and can be taken back", () => {
    const run = open();
    run.act({ do: "set-registered", space: "F1", persons: 3 }, "platform:wang");
    run.act({ do: "set-limit", space: "F1", persons: 6, basis: "order 3" }, "local:li");
    run.restart();
    expect(registeredOf(run, "F1")).toBe(3);
    expect(limitOf(run, "F1")).toEqual({ persons: 6, policy: "set", basis: "order 3" });
    expect(limitOf(run, "F2")).toMatchObject({ persons: 4, policy: "test-policy" });
    expect(run.state.overlay.limits.get("F1")).toMatchObject({ by: "local:li" });
    run.act({ do: "set-registered", space: "F1", persons: null }, "platform:wang");
    run.act({ do: "set-limit", space: "F1", persons: null, basis: "over" }, "platform:wang");
    expect(registeredOf(run, "F1")).toBeUndefined();
    expect(limitOf(run, "F1")).toMatchObject({ persons: 2, policy: "test-policy" });
  });

  it("gives way to a site file that says something else than before, and to that alone", () => {
    const run = open();
    run.act({ do: "set-registered", space: "F1", persons: 3 });
    run.act({ do: "set-limit", space: "F2", persons: 6, basis: "order 3" });
    run.configure(testConfig({ accounts: [{ user: "x", password: { env: "X" }, role: "tool" }] }));
    expect([registeredOf(run, "F1"), limitOf(run, "F2")?.persons]).toEqual([3, 6]);
    run.configure(withSpace("F1", { registered: 1 }));
    expect([registeredOf(run, "F1"), limitOf(run, "F2")?.persons]).toEqual([1, 6]);
    run.act({ do: "set-registered", space: "F1", persons: 4 });
    run.configure(withSpace("F1", { registered: 1 }));
    expect(registeredOf(run, "F1")).toBe(4);
  });

  it("that names no space of the site is refused and changes nothing", () => {
    const run = open();
    expect(() => run.act({ do: "set-limit", space: "F3", persons: 2, basis: "x" })).toThrow(/there is no space "F3"/);
    expect(run.state.overlay.limits.size).toBe(0);
  });
});

describe("a policy bundle", () => {
  const stricter = Policy.parse({ ...testPolicy, personsPerRoom: 1 });

  it("counts as a whole, and the next one replaces it as a whole", () => {
    const run = open();
    run.act({ do: "policies", bundle: { revision: 2, policies: [stricter] } });
    expect(limitOf(run, "F2")).toMatchObject({ persons: 2, policy: "test-policy" });
    const own = Policy.parse({ ...testPolicy, id: "town-2026", personsPerRoom: 3, areaPerPersonM2: undefined });
    run.act({ do: "policies", bundle: { revision: 5, policies: [own], use: [{ use: "town-2026" }] } });
    run.restart();
    expect(limitOf(run, "F2")).toMatchObject({ persons: 6, policy: "town-2026" });
    run.act({ do: "policies", bundle: { revision: 6, policies: [] } });
    expect(limitOf(run, "F2")).toMatchObject({ persons: 4, policy: "test-policy" });
  });

  it("never goes back, not even after the site file overruled it", () => {
    const run = open();
    run.act({ do: "policies", bundle: { revision: 2, policies: [stricter] } });
    const changed = testConfig({ policies: [{ use: "test-policy", spaces: ["F1", "F2"] }] });
    run.configure(changed);
    expect(limitOf(run, "F2")?.persons).toBe(4);
    for (const revision of [1, 2])
      expect(() => run.act({ do: "policies", bundle: { revision, policies: [stricter] } })).toThrow(RejectedError);
    run.restart();
    expect(() => run.act({ do: "policies", bundle: { revision: 2, policies: [] } })).toThrow(/revision 2 was taken/);
  });

  it("that the site cannot be judged by is refused with path and reason, and the one before stands", () => {
    const run = open();
    run.act({ do: "policies", bundle: { revision: 1, policies: [stricter] } });
    const cases: [object, RegExp][] = [
      [{ use: [{ use: "nowhere" }] }, /^bundle\.use\[0\]\.use: /],
      [{ policies: [stricter, stricter] }, /^bundle\.policies\[1\]\.id: /],
      [{ policies: [{ ...stricter, areaPerPersonM2: 100 }] }, /nobody|m2/],
      [
        { policies: [{ ...stricter, nights: { ...stricter.nights, red: { over: 4, of: 3, clear: 2 } } }] },
        /^bundle\.policies\[0\]\.nights\.red\.over: /,
      ],
    ];
    for (const [change, reason] of cases)
      expect(() => run.act({ do: "policies", bundle: { revision: 9, policies: [stricter], ...change } })).toThrow(
        reason,
      );
    expect([limitOf(run, "F2")?.persons, run.state.overlay.revision]).toEqual([2, 1]);
  });
});
