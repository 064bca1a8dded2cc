import { expect, test } from "vitest";
import { after, before, doneSteps, nextStep, type Standing } from "./steps.ts";

const fresh: Standing = { setUp: false, named: false, rooms: 0, lines: 0, devices: 0, untested: undefined, uplinks: 0 };

test("a new box begins with the site, and goes on where it was left", () => {
  expect(nextStep(doneSteps(fresh))).toBe("site");
  expect(nextStep(doneSteps({ ...fresh, named: true }))).toBe("rooms");
  expect(nextStep(doneSteps({ ...fresh, named: true, rooms: 26 }))).toBe("devices");
  expect(nextStep(doneSteps({ ...fresh, named: true, rooms: 26, devices: 40, untested: 3 }))).toBe("tests");
});

test("a site without wired lines and without a platform can be finished", () => {
  const done = doneSteps({ ...fresh, named: true, rooms: 26, devices: 40, untested: 0 });
  expect(nextStep(done)).toBe("finish");
  expect(done.has("lines")).toBe(false);
});

test("steps know their neighbours", () => {
  expect([before("site"), after("site"), after("finish")]).toEqual([undefined, "rooms", undefined]);
});
