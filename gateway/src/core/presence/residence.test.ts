import { describe, expect, it } from "vitest";
import { CoreRun, DAY_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

const LISTED = "c_00000000aa";
const UNLISTED = "c_00000000bb";
const START = "2026-03-02T12:00";
const config = () => testConfig({ credentials: [{ credential: LISTED, space: "F1", role: "tenant" }] });
const run = () => new CoreRun(config(), START).say("lock-1", "device.online");
const enter = (core: CoreRun, credential: string) => core.say("lock-1", "access.granted", undefined, { credential });
const facts = ({ facts: all }: CoreRun) => all.filter(({ type }) => type.startsWith("gatehouse.residence."));
const story = (core: CoreRun) =>
  facts(core).map(({ type, data }) => `${type.slice(20)} ${Reflect.get(data, "days") ?? ""}`);

describe("presence facts", () => {
  it("suspect an absence after days without a use, and tell the return at the first, each once", () => {
    const core = enter(run(), LISTED).wait(30 * DAY_MS);
    expect(story(core)).toEqual(["absence-suspected 8"]);
    expect(facts(core)[0]).toMatchObject({
      lane: "presence",
      dataclassification: "personal",
      data: { space: "F1", credential: LISTED, lastSeen: "2026-03-02T12:00:00.000+08:00" },
    });
    enter(enter(core, LISTED), LISTED);
    expect(story(core)).toEqual(["absence-suspected 8", "return-detected 30"]);
    const [prompt, ...more] = [...core.state.prompts.values()].filter(({ kind }) => kind === "return-detected");
    expect([more, JSON.stringify(prompt?.text).includes("c_")]).toEqual([[], false]);
    core.restart().wait(9 * DAY_MS);
    expect(story(core).at(-1)).toBe("absence-suspected 8");
    expect(new Set(facts(core).map(({ id }) => id)).size).toBe(3);
  });

  it("say nothing of guests, and of an unlisted key once it was used on enough days", () => {
    const core = run();
    for (let day = 0; day < 3; day++) enter(core, UNLISTED).wait(DAY_MS);
    core.wait(20 * DAY_MS);
    expect(story(core)).toEqual([]);
    for (let day = 0; day < 5; day++) enter(core, UNLISTED).wait(DAY_MS);
    core.wait(20 * DAY_MS);
    expect(story(core)).toEqual(["absence-suspected 8"]);
  });

  it("end with the role: who is staff now is neither counted nor told, however often the card is used", () => {
    const core = enter(run(), LISTED);
    core.configure(testConfig({ credentials: [{ credential: LISTED, space: "F1", role: "staff" }] }));
    for (let day = 0; day < 20; day++) enter(core, LISTED).wait(DAY_MS);
    expect([story(core), core.state.stays.size]).toEqual([[], 0]);
  });

  it("hold nobody absent while the door's lock is away, or while the box itself was off", () => {
    const core = enter(run(), LISTED)
      .say("lock-1", "device.offline")
      .wait(20 * DAY_MS);
    expect(story(core)).toEqual([]);
    const slept = enter(run(), LISTED);
    slept.nowMs += 40 * DAY_MS;
    slept.wait(1);
    expect(story(slept)).toEqual([]);
  });

  it("name each day where the platform stands otherwise, until it says the same", () => {
    const core = enter(run(), LISTED).act({ do: "tell-residence", absent: [LISTED], resident: [] }, "platform:city");
    core.wait(2 * DAY_MS);
    expect(facts(core).map(({ type, data }) => [type, Reflect.get(data, "date")])).toEqual([
      ["gatehouse.residence.reconcile", "2026-03-03"],
      ["gatehouse.residence.reconcile", "2026-03-04"],
    ]);
    expect(facts(core)[0]?.data).toMatchObject({
      differences: [{ space: "F1", credential: LISTED, platform: "absent", gateway: "resident" }],
    });
    core.act({ do: "tell-residence", absent: [], resident: [LISTED] }, "platform:city").wait(2 * DAY_MS);
    expect(facts(core)).toHaveLength(2);
  });
});
