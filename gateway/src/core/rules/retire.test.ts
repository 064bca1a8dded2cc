import { expect, test } from "vitest";
import { CoreRun } from "../../testing/core-run.ts";
import { testConfig } from "../../testing/site.ts";

test("what is no longer on the site is no longer a finding, and what is still there is one", () => {
  const core = new CoreRun(testConfig(), "2026-03-02T12:00");
  core.say("lock-1", "tamper.on").say("lock-2", "tamper.on").say("lock-1", "door.held");
  const devices = testConfig().site.devices.filter(({ id }) => id !== "lock-2");
  core.configure(testConfig({ devices }));
  expect(core.story("tamper")).toEqual([
    "raised F1 2026-03-02T12:00",
    "raised F2 2026-03-02T12:00",
    "cleared F2 2026-03-02T12:00",
  ]);
  expect(core.story("door-held")).toEqual(["raised F1 2026-03-02T12:00"]);
});
