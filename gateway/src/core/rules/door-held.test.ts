import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

const START = "2026-03-02T12:00";
const run = (change: Record<string, unknown> = {}) => new CoreRun(testConfig(change), START);

describe("a door that stands open", () => {
  it("is a finding after two minutes, and none before", () => {
    const core = run().say("lock-1", "door.opened").wait(MINUTE_MS);
    core.say("lock-1", "door.closed").wait(HOUR_MS);
    expect(core.story("door-held")).toEqual([]);
    core
      .say("lock-1", "door.opened")
      .wait(2 * MINUTE_MS)
      .wait(10 * MINUTE_MS)
      .say("lock-1", "door.closed");
    expect(core.story("door-held")).toEqual(["raised F1 2026-03-02T13:03", "cleared F1 2026-03-02T13:13"]);
    expect(core.last("door-held")).toMatchObject({ portal: "D1", trigger: { device: "lock-1", epoch: 1, seq: 3 } });
  });

  it("is found over a restart, and keeps its distance when the clock is set", () => {
    const core = run()
      .say("lock-1", "door.opened")
      .wait(MINUTE_MS)
      .restart()
      .setClock(-3 * DAY_MS);
    core.wait(MINUTE_MS - 1);
    expect(core.story("door-held")).toEqual([]);
    core.wait(1);
    expect(core.story("door-held")).toEqual(["raised F1 2026-02-27T12:02"]);
    expect(core.last("door-held")?.evidence[0]?.says).toBe("the door has stood open for 120 s");
  });

  it("takes the time of its portal, else that of the policy, and gates stand open by day", () => {
    const portals = [
      { id: "D1", kind: "door", from: "outside", to: "F1", heldSeconds: 600 },
      { id: "D2", kind: "gate", from: "outside", to: "F2" },
    ];
    const core = run({ portals })
      .say("lock-1", "door.opened")
      .say("lock-2", "door.opened")
      .wait(9 * MINUTE_MS);
    expect(core.story("door-held")).toEqual([]);
    core.wait(HOUR_MS);
    expect(core.story("door-held")).toEqual(["raised F1 2026-03-02T12:10"]);
  });

  it("is believed when the device says so itself, once", () => {
    const core = run().say("lock-1", "door.held").wait(1000).say("lock-1", "door.held").say("lock-1", "door.closed");
    expect(core.story("door-held")).toEqual(["raised F1 2026-03-02T12:00", "cleared F1 2026-03-02T12:00"]);
  });

  it("was closed in between when it opens again: a lost closing is no finding for ever", () => {
    const core = run()
      .say("lock-1", "door.opened")
      .wait(5 * MINUTE_MS)
      .say("lock-1", "door.opened")
      .wait(MINUTE_MS);
    core.say("lock-1", "door.closed").wait(HOUR_MS);
    expect(core.story("door-held")).toEqual(["raised F1 2026-03-02T12:02", "cleared F1 2026-03-02T12:05"]);
  });

  it("is judged in the order of the device's clock, when the network mixes up opening and closing", () => {
    const at = (seconds: number) => ({ at: `2026-03-02T12:00:${String(seconds).padStart(2, "0")}+08:00` });
    const core = run().wait(MINUTE_MS).say("lock-1", "door.closed", undefined, at(8));
    core.say("lock-1", "door.opened", undefined, at(3)).wait(HOUR_MS);
    expect(core.story("door-held")).toEqual([]);
  });

  it("is judged in the device's own order, when it sends all it has kept at once", () => {
    const at = (time: string) => ({ at: `2026-03-02T${time}:00+08:00` });
    const core = run()
      .say("lock-1", "device.offline")
      .wait(5 * HOUR_MS)
      .say("lock-1", "device.online");
    core.say("lock-1", "door.closed", undefined, { ...at("15:00"), seq: 9 });
    core.say("lock-1", "door.opened", undefined, { ...at("13:00"), seq: 8 }).wait(HOUR_MS);
    expect(core.story("door-held")).toEqual([]);
  });

  it("is judged by a clock that was set back like by any other", () => {
    const core = run().say("lock-1", "door.closed", undefined, { at: "2026-03-02T12:00:00+08:00" }).wait(HOUR_MS);
    core.say("lock-1", "door.opened", undefined, { at: "2000-01-01T00:00:10+08:00" }).wait(HOUR_MS);
    expect(core.story("door-held")).toEqual(["raised F1 2026-03-02T13:02"]);
  });

  /** Open for ten minutes, then shut: once every day. */
  const propped = (core: CoreRun, days: number): CoreRun => {
    for (let day = 0; day < days; day++) {
      core.say("lock-1", "door.opened").wait(10 * MINUTE_MS);
      core.say("lock-1", "door.closed").wait(DAY_MS - 10 * MINUTE_MS);
    }
    return core;
  };
  const changes = (core: CoreRun) => core.story("door-held").map((line) => line.split(" ")[0]);

  it("again and again is one alert from the third time on, until it has not for two weeks", () => {
    const core = propped(run(), 20);
    expect(changes(core)).toEqual(["raised", "cleared", "reopened", "cleared", "reopened"]);
    const { id, evidence, clearedAt } = core.last("door-held") ?? {};
    expect(clearedAt).toBeNull();
    expect(evidence?.at(-1)?.says).toBe(
      "3 times within 30 days: this stays one alert until the door has not stood open too long for 14 days",
    );
    // Doors that open and close as they should keep nothing alive.
    core
      .restart()
      .say("lock-1", "door.opened")
      .say("lock-1", "door.closed")
      .wait(12 * DAY_MS);
    expect(core.last("door-held")?.clearedAt).toBeNull();
    core.wait(2 * DAY_MS);
    expect(core.last("door-held")).toMatchObject({ id, clearedAt: "2026-04-04T12:10:00.000+08:00" });
  });

  it("again and again, and closed by a person, is over when the door is shut next", () => {
    const core = propped(run(), 5);
    const id = core.last("door-held")?.id ?? "";
    core
      .act({ do: "acknowledge", alert: id })
      .act({ do: "close", alert: id })
      .say("lock-1", "door.opened")
      .say("lock-1", "door.closed");
    expect(core.last("door-held")).toMatchObject({ state: "closed", episode: 3 });
    expect(core.last("door-held")?.clearedAt).not.toBeNull();
  });

  it("while its device is away is not known: what the device has kept gets time to come", () => {
    const core = run()
      .say("lock-1", "door.opened")
      .wait(MINUTE_MS)
      .say("lock-1", "device.offline")
      .wait(5 * HOUR_MS);
    expect(core.story("door-held")).toEqual([]);
    core.say("lock-1", "device.online").wait(MINUTE_MS).say("lock-1", "door.closed").wait(HOUR_MS);
    expect(core.story("door-held")).toEqual([]);
    core
      .say("lock-1", "door.opened")
      .say("lock-1", "device.offline")
      .wait(5 * HOUR_MS);
    core
      .restart()
      .say("lock-1", "device.online")
      .wait(4 * MINUTE_MS);
    expect(changes(core)).toEqual(["raised"]);
  });
});
