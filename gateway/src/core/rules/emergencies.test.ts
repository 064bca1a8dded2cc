import { expect, test } from "vitest";
import { CoreRun, MINUTE_MS } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

const START = "2026-03-02T12:00";
const run = () => new CoreRun(testConfig(), START);

test("fire is an emergency from the input's first word to its last, however often it is repeated", () => {
  const core = run().say("lock-1", "fire.on").wait(MINUTE_MS).say("lock-1", "fire.on").wait(MINUTE_MS);
  expect(core.last("fire")).toMatchObject({ level: "emergency", space: "F1", device: "lock-1", clearedAt: null });
  core.say("lock-1", "fire.off");
  expect(core.story("fire")).toEqual(["raised F1 2026-03-02T12:00", "cleared F1 2026-03-02T12:02"]);
});

test("duress is an emergency with ten minutes to respond", () => {
  const core = run().say("lock-2", "duress");
  expect(core.last("duress")).toMatchObject({
    level: "emergency",
    space: "F2",
    sla: { acknowledgeBy: "2026-03-02T12:10:00.000+08:00" },
  });
});

test.each(["panic", "duress"] as const)("a %s that a person closed is raised anew by the next press", (kind) => {
  const core = run().say("panic-1", kind);
  const id = core.last(kind)?.id ?? "";
  core.act({ do: "acknowledge", alert: id }).act({ do: "close", alert: id });
  expect(core.last(kind)).toMatchObject({ state: "closed", clearedAt: "2026-03-02T12:00:00.000+08:00" });
  core.wait(MINUTE_MS).say("panic-1", kind);
  expect(core.last(kind)).toMatchObject({ state: "reopened", episode: 2, clearedAt: null });
});

test("tamper stands from on to off, and a repeated on is no second alert", () => {
  const core = run()
    .say("count-1", "tamper.on")
    .say("count-1", "tamper.on")
    .wait(MINUTE_MS)
    .say("count-1", "tamper.off");
  expect(core.story("tamper")).toEqual(["raised F1 2026-03-02T12:00", "cleared F1 2026-03-02T12:01"]);
  expect(core.last("tamper")).toMatchObject({ level: "red", device: "count-1" });
});
