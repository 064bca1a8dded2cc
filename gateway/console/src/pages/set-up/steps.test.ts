import { expect, test } from "vitest";
import { after, before, doneSteps, nextStep, type Standing } from "./steps.ts";

const fresh: Standing = {
  setUp: false,
  described: false,
  rooms: 0,
  lines: 0,
  devices: 0,
  untested: undefined,
  uplinks: 0,
};

test("a new box begins with the site, and goes on where it was left", () => {
  expect(nextStep(doneSteps(fresh))).toBe("site");
  expect(nextStep(doneSteps({ ...fresh, rooms: 26, devices: 40, untested: 0, uplinks: 1 }))).toBe("site");
  expect(nextStep(doneSteps({ ...fresh, described: true }))).toBe("rooms");
  expect(nextStep(doneSteps({ ...fresh, described: true, rooms: 26 }))).toBe("lines");
  expect(nextStep(doneSteps({ ...fresh, described: true, rooms: 26, lines: 1 }))).toBe("devices");
  expect(nextStep(doneSteps({ ...fresh, described: true, rooms: 26, devices: 40, untested: 3 }))).toBe("tests");
});

test("a site without wired lines is not led to them again, a platform nobody touched is not passed over", () => {
  const tested = { ...fresh, described: true, rooms: 26, devices: 40, untested: 0 };
  expect(nextStep(doneSteps(tested))).toBe("uplink");
  expect(nextStep(doneSteps({ ...tested, uplinks: 1 }))).toBe("finish");
  expect(doneSteps(tested).has("lines")).toBe(false);
});

test("steps know their neighbours", () => {
  expect([before("site"), after("site"), after("finish")]).toEqual([undefined, "rooms", undefined]);
});
