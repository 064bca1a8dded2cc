import { Policy } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS, HOUR_MS, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig, testPolicy } from "../../testing/site.ts";
import { restoreState, takeSnapshot, touchAll } from "../state.ts";

/** Two red flats: raised after 2 of 3 mornings over, cleared after 2 within. */
function run(change: Record<string, unknown> = {}, policy: Record<string, unknown> = {}): CoreRun {
  const config = { ...testConfig(change), policies: [Policy.parse({ ...testPolicy, ...policy })] };
  return new CoreRun(config, "2026-03-02T12:00").say("count-1", "count.in", 1);
}

/** So many mornings with so much doubt. */
const nights = (core: CoreRun, count: number, pOver: number): CoreRun =>
  core.believe(pOver > 0.5 ? 4 : 1, 1, 4, pOver).wait(count * DAY_MS);

const rental = (core: CoreRun) => {
  const alert = core.last("group-rental");
  if (alert === undefined) throw new Error("no group-rental alert");
  return alert;
};

/** What happened to group rentals, without the clocks. */
const story = (core: CoreRun): string[] => core.story("group-rental").map((line) => line.split(" ")[0] ?? "");

describe("verification", () => {
  it("by the sensors: so many nights within the limit close what is being rectified, and say so", () => {
    const core = nights(run(), 2, 0.9);
    const { id } = rental(core);
    core.act({ do: "acknowledge", alert: id }).act({ do: "rectify", alert: id }).act({ do: "verify", alert: id });
    nights(core, 1, 0.1);
    expect(rental(core)).toMatchObject({ state: "verifying", clearedAt: null });
    nights(core, 1, 0.1);
    expect(rental(core)).toMatchObject({
      state: "closed",
      closedBy: { how: "sensors", by: "sensors", proof: "2 mornings in a row likely within the limit of 2" },
    });
  });

  it("takes the nights the policy asks for, where it asks for others than to clear", () => {
    const core = nights(run({}, { verification: { nights: 4 } }), 2, 0.9);
    const { id } = rental(core);
    core.act({ do: "acknowledge", alert: id }).act({ do: "rectify", alert: id });
    expect(rental(nights(core, 3, 0.1)).state).toBe("rectifying");
    expect(rental(nights(core, 1, 0.1)).closedBy?.proof).toContain("4 mornings");
  });

  it("is at once where the sensors have cleared it already", () => {
    const core = nights(nights(run(), 2, 0.9), 2, 0.1);
    const { id } = rental(core);
    expect(rental(core)).toMatchObject({ state: "raised" });
    expect(rental(core).clearedAt).not.toBeNull();
    core.act({ do: "acknowledge", alert: id }).act({ do: "rectify", alert: id }).act({ do: "verify", alert: id });
    expect(story(core)).toEqual(["raised", "cleared", "acknowledged", "rectifying", "verifying", "closed"]);
    expect(rental(core).closedBy).toMatchObject({ how: "sensors", by: "sensors" });
  });

  it("by a person: what the sensors cleared may be closed once it was acknowledged", () => {
    const core = nights(nights(run(), 2, 0.9), 2, 0.1);
    const { id } = rental(core);
    expect(() => core.act({ do: "close", alert: id })).toThrow("next can be acknowledged");
    core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id }, "local:wang");
    expect(rental(core).closedBy).toMatchObject({ how: "sensors", by: "local:wang" });
    expect(rental(core).closedBy?.contested).toBeUndefined();
  });
});

describe("closed against the sensors", () => {
  it("needs a note, is marked, and is open again after as many further nights over the limit as raise it", () => {
    const core = nights(run(), 2, 0.9);
    const { id } = rental(core);
    core.act({ do: "acknowledge", alert: id });
    expect(() => core.act({ do: "close", alert: id })).toThrow("say in a note");
    core.act({ do: "close", alert: id, note: "only two beds" }, "local:wang");
    expect(rental(core)).toMatchObject({
      state: "closed",
      clearedAt: null,
      closedBy: { how: "person", by: "local:wang", proof: "only two beds", contested: true },
    });
    expect(rental(nights(core, 1, 0.9)).state).toBe("closed");
    const again = rental(nights(core, 1, 0.9));
    expect(again).toMatchObject({
      id,
      state: "reopened",
      episode: 2,
      offence: 2,
      measure: "referral",
      clearedAt: null,
    });
    expect(again.closedBy).toBeUndefined();
  });

  it("stays closed where the sensors agree later", () => {
    const core = nights(run(), 2, 0.9);
    const { id } = rental(core);
    core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id, note: "moved out today" });
    nights(core, 5, 0.1);
    expect(story(core)).toEqual(["raised", "acknowledged", "closed", "cleared"]);
    expect(rental(core)).toMatchObject({ state: "closed" });
    expect(rental(core).clearedAt).not.toBeNull();
  });

  it("anything else is open again after a day that the sensors go on to see it", () => {
    const core = run().say("lock-1", "tamper.on");
    const { id } = core.last("tamper") ?? { id: "" };
    core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id, note: "it is only loose" });
    core.wait(DAY_MS - MINUTE_MS);
    expect(core.last("tamper")?.state).toBe("closed");
    core.restart().wait(MINUTE_MS);
    expect(core.last("tamper")).toMatchObject({ id, state: "reopened", episode: 2 });
  });

  it("a fire that is reported again is an alert again", () => {
    const config = testConfig();
    const devices = [...config.site.devices, { id: "fire-1", kind: "fire-input", space: "F1" }];
    const core = run({ devices }).say("fire-1", "fire.on");
    const { id } = core.last("fire") ?? { id: "" };
    core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id, note: "false alarm, panel not reset" });
    core.say("fire-1", "fire.on");
    expect(core.last("fire")).toMatchObject({ id, state: "reopened", level: "emergency" });
  });
});

describe("offences", () => {
  const breach = (core: CoreRun): CoreRun => nights(nights(core, 2, 0.9), 2, 0.1);

  it("are first a warning, then a referral with the earlier episodes as evidence", () => {
    const core = breach(run());
    expect(rental(core)).toMatchObject({ offence: 1, measure: "warning" });
    expect(rental(core).earlier).toBeUndefined();
    const { id } = rental(core);
    core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id }, "local:wang");
    nights(core, 20, 0.1);
    breach(core);
    const second = rental(core);
    expect(second).toMatchObject({
      id,
      offence: 2,
      measure: "referral",
      earlier: [
        {
          episode: 1,
          raisedAt: expect.stringContaining("2026-03-04T06:00"),
          nights: 3,
          closedBy: { by: "local:wang" },
        },
      ],
    });
    const [row] = second.evidence.filter(({ source }) => source === "history");
    expect(row?.says).toBe(
      "episode 1: since 2026-03-03, raised 2026-03-04, over 2026-03-06, 3 nights, closed by local:wang, proved by the sensors",
    );
    expect(row?.zh).toBe(
      "第1次：自2026-03-03起，2026-03-04预警，2026-03-06结束，共3夜，由local:wang办结，感知设备核验",
    );
  });

  it("outside the window begin anew with a warning, and what nobody closed is not forgotten", () => {
    const core = breach(run({}, { offenceWindowDays: 30 }));
    const { id } = rental(core);
    nights(core, 40, 0.1);
    breach(core);
    expect(rental(core)).toMatchObject({ offence: 1, measure: "warning", state: "raised" });
    const newer = rental(core).id;
    expect(newer).not.toBe(id);
    expect(core.restart().state.alerts.get(id)?.alert.state).toBe("raised");
    core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id });
    expect(core.state.alerts.get(id)?.alert.state).toBe("closed");
    // In whatever order the pieces come back from disk, the later alert is the one that is matched.
    touchAll(core.state);
    const { seq, pieces } = takeSnapshot(core.state, 1);
    for (const order of [pieces, pieces.toReversed()])
      expect(restoreState({ seq, pieces: order }).subjects.get("group-rental|F1||")).toBe(newer);
  });

  it("are none of a door's or a device's", () => {
    const core = run().say("lock-1", "tamper.on");
    expect(core.last("tamper")?.measure).toBeUndefined();
  });
});

describe("reopened by a person", () => {
  it("runs both clocks anew, keeps what the sensors said, and only a person closes it", () => {
    const core = nights(nights(run(), 2, 0.9), 2, 0.1);
    const { id } = rental(core);
    core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id }).wait(HOUR_MS);
    const { clearedAt } = rental(core);
    core.act({ do: "reopen", alert: id, note: "seen six people" });
    expect(rental(core)).toMatchObject({
      state: "reopened",
      episode: 1,
      clearedAt,
      sla: { acknowledgeBy: "2026-03-06T13:15:00.000+08:00" },
    });
    expect(rental(core).closedBy).toBeUndefined();
    core.act({ do: "acknowledge", alert: id }).act({ do: "rectify", alert: id }).act({ do: "verify", alert: id });
    expect(rental(nights(core, 5, 0.1)).state).toBe("verifying");
    core.act({ do: "close", alert: id, note: "three left" }, "local:li");
    expect(rental(core).closedBy).toMatchObject({ how: "person", by: "local:li", proof: "three left" });
  });
});
