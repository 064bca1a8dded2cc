import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

const START = "2026-03-02T12:00";
/** Nothing of the register is missing, so that only what a test makes is open. */
const whole = (more: Record<string, unknown> = {}) => {
  const { site, policies } = testConfig(more);
  return { site: { ...site, spaces: site.spaces.map((space) => ({ ...space, registered: 9 })) }, policies };
};
const run = (more: Record<string, unknown> = {}) => new CoreRun(whole(more), START);
const open = ({ state }: CoreRun) => [...state.prompts.values()].filter((prompt) => prompt.state === "open");
const kinds = (core: CoreRun) => open(core).map(({ kind }) => kind);
const steps = (core: CoreRun) => core.facts.filter(({ type }) => type.startsWith("gatehouse.prompt."));

describe("a prompt", () => {
  it("stays until the alert is acknowledged, and gets louder step by step as the site file says", () => {
    const devices = { to: "devices", afterMinutes: 10, devices: ["lock-1"] };
    const escalate = [devices, { to: "people", afterMinutes: 20 }, { to: "platform", afterMinutes: 30 }];
    const core = run({ prompts: { escalate, repeatHours: 6 } }).say("lock-1", "tamper.on");
    expect(open(core)).toMatchObject([{ kind: "acknowledge-alert", space: "F1", step: 0 }]);
    core.wait(9 * MINUTE_MS);
    expect([core.orders, steps(core)]).toEqual([[], []]);
    core.wait(MINUTE_MS);
    expect(core.orders).toMatchObject([{ device: "lock-1", action: "buzzer", args: { times: 3 } }]);
    core
      .wait(20 * MINUTE_MS)
      .wait(30 * MINUTE_MS)
      .wait(6 * HOUR_MS);
    expect(steps(core).map(({ data, lane }) => [Reflect.get(data, "escalation").to, lane])).toEqual([
      ["devices", "presence"],
      ["people", "alert"],
      ["platform", "alert"],
      ["platform", "alert"],
    ]);
    const alert = core.last("tamper")?.id ?? "";
    core.act({ do: "acknowledge", alert });
    expect(open(core)).toEqual([]);
    expect(steps(core).at(-1)).toMatchObject({ type: "gatehouse.prompt.handled", data: { handledBy: "gateway" } });
    const told = steps(core).length;
    core.wait(2 * DAY_MS);
    expect(steps(core)).toHaveLength(told);
  });

  it("is handled once, by name", () => {
    const core = run().say("lock-1", "tamper.on");
    const [{ id } = { id: "" }] = open(core);
    core.act({ do: "handle-prompt", prompt: id, note: "cover was open for cleaning" }, "local:wang");
    expect(core.state.prompts.get(id)).toMatchObject({ state: "handled", handledBy: "local:wang" });
    expect(() => core.act({ do: "handle-prompt", prompt: id })).toThrow("was handled by local:wang");
    expect(() => core.act({ do: "handle-prompt", prompt: "prm_none" })).toThrow("there is no prompt prm_none");
  });

  it("names the fields that are missing, and goes when they are filled in", () => {
    const core = new CoreRun(testConfig(), START);
    const [prompt] = open(core);
    expect(prompt).toMatchObject({ kind: "fields-missing", subject: "test-site" });
    expect(prompt?.text.en).toBe("fields are missing: registered people of F1, F2");
    core.configure(whole());
    expect(open(core)).toEqual([]);
  });

  it("asks whether there is an operator after days without anything done, and a deed of a platform is no operator", () => {
    const core = run()
      .wait(2 * DAY_MS)
      .act({ do: "report-present" }, "local:wang");
    core.wait(2 * DAY_MS).act({ do: "tell-residence", absent: [], resident: [] }, "platform:city");
    expect(kinds(core)).toEqual([]);
    core.restart().wait(DAY_MS);
    expect(kinds(core)).toEqual(["no-operator"]);
    core.act({ do: "report-present" }, "local:li");
    expect(kinds(core)).toEqual([]);
  });

  it("of a repair stays until the device is well, whatever was acknowledged", () => {
    const core = run()
      .say("lock-1", "access.granted")
      .say("lock-1", "device.offline")
      .wait(3 * DAY_MS);
    const fault = core.last("device-fault");
    expect(kinds(core)).toContain("device-repair");
    core.act({ do: "acknowledge", alert: fault?.id ?? "" });
    expect(kinds(core)).toContain("device-repair");
    core
      .say("lock-1", "device.online")
      .say("lock-1", "access.granted")
      .wait(20 * DAY_MS);
    expect(kinds(core)).not.toContain("device-repair");
  });
});
