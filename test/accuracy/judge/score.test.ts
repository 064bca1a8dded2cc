import { expect, it } from "vitest";
import { baselineAlerts } from "./baselines.ts";
import { figuresOf, scoreSite, wilson } from "./score.ts";

const DAY = 86_400_000;
const FOREVER = Number.POSITIVE_INFINITY;
const truth = (...breaches: { startMs: number; endMs: number }[]) => ({
  days: 30,
  spaces: [
    { id: "a", scenario: "over", breaches },
    { id: "b", scenario: "calm", breaches: [] },
  ],
});
const alert = (raisedDay: number, clearedDay: number, space = "a") => ({
  space,
  raisedMs: raisedDay * DAY,
  clearedMs: clearedDay === FOREVER ? FOREVER : clearedDay * DAY,
});
const breach = { startMs: 10 * DAY, endMs: 20 * DAY };

it("takes an alert for right from two days before the breach to seven after its end, when it overlaps it", () => {
  const right = (raised: number, cleared: number) => scoreSite(truth(breach), [alert(raised, cleared)]).truePositive;
  expect([right(8, 12), right(14, FOREVER), right(19, 27)]).toEqual([1, 1, 1]);
  expect([right(7, 12), right(9, 10), right(21, FOREVER)]).toEqual([0, 0, 0]);
});

it("counts every false alert, and a calm space with one as wrong", () => {
  const score = scoreSite(truth(breach), [alert(1, 2), alert(12, 18), alert(3, 4, "b"), alert(5, 6, "b")]);
  expect(score).toMatchObject({ truePositive: 1, falsePositive: 1, falseAlerts: 3, roomDays: 60, delays: [2] });
  expect(figuresOf(score)).toMatchObject({ accuracy: 0.5, precision: 0.5, recall: 1, falsePerRoomMonth: 1.5 });
});

it("tells whether an ended breach was cleared within two weeks", () => {
  const cleared = (day: number) => scoreSite(truth(breach), [alert(12, day)]).clearedInTime;
  expect([cleared(33), cleared(35), cleared(FOREVER)]).toEqual([1, 0, 0]);
});

it("gives Wilson's interval", () => {
  const [low, high] = wilson(95, 100);
  expect([low, high].map((share) => share.toFixed(4))).toEqual(["0.8882", "0.9785"]);
});

it("knows the simple ways: what comes in and does not go out, nights, cards", () => {
  const site = {
    startMs: 0,
    days: 10,
    limits: new Map([["a", 2]]),
    portals: new Map([["d", { to: "a", from: "outside" }]]),
  };
  const readings = Array.from({ length: 9 }, (_, day) => [
    { receivedMs: day * DAY + 1, kind: "count.in", portal: "d", value: 3 },
    { receivedMs: day * DAY + 2, kind: "access.granted", portal: "d", credential: `c_${day % 3}` },
    { receivedMs: day * DAY + 20 * 3_600_000, kind: "count.out", portal: "d", value: 3 },
  ]).flat();
  const alerts = baselineAlerts(site, readings);
  expect(alerts["in minus out, at once"]).toHaveLength(9);
  expect(alerts["nights, re-anchored"].length).toBeGreaterThan(0);
  expect(alerts["cards of a week"]).toHaveLength(1);
  expect(alerts.never).toEqual([]);
});
