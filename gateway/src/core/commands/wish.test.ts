import type { Device } from "@gatehouse/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { checkWish, type WishFacts } from "./wish.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const device = (id: string, driver: string): Device => ({ id, kind: "lock", driver, reversed: false });
const facts: WishFacts = {
  devices: new Map([
    ["lock-302", device("lock-302", "mqtt")],
    ["meter-302", device("meter-302", "meters")],
  ]),
  actionsOf: ({ driver }) => (driver === "mqtt" ? ["unlock", "lock"] : []),
  nowMs: NOW,
  scale: 1,
};
const wish = (change: object = {}) => ({
  id: "w1",
  target: "lock-302",
  action: "unlock",
  args: { seconds: 5 },
  notAfter: new Date(NOW + 10_000).toISOString(),
  issuer: "city",
  ...change,
});
const at = (ms: number) => ({ notAfter: new Date(NOW + ms).toISOString() });

it("lets a wish pass that is right, with the time it has left", () => {
  expect(checkWish(wish(), facts)).toMatchObject({ ok: true, leftMs: 10_000, device: { id: "lock-302" } });
  expect(checkWish(wish(at(30_000)), facts)).toMatchObject({ ok: true, leftMs: 30_000 });
});

it("counts the time left in real seconds where the world runs faster", () => {
  expect(checkWish(wish(at(600_000)), { ...facts, scale: 60 })).toMatchObject({ ok: true, leftMs: 10_000 });
});

it.each([
  ["no object", 7, "invalid", "", /object/],
  ["no id", wish({ id: "" }), "invalid", "id", />=1/],
  ["a field nobody knows", wish({ force: true }), "invalid", "", /force/],
  ["an action nobody knows", wish({ action: "fly" }), "invalid", "action", /no action "fly": there are unlock, lock/],
  ["a time that is none", wish({ notAfter: "soon" }), "invalid", "notAfter", /RFC 3339/],
  ["a device that is not there", wish({ target: "lock-303" }), "invalid", "target", /did you mean "lock-302"/],
  ["an action its driver cannot do", wish({ action: "text", args: {} }), "invalid", "action", /takes unlock, lock/],
  ["a device without commands", wish({ target: "meter-302" }), "invalid", "action", /takes no commands/],
  ["an argument out of bounds", wish({ args: { seconds: 9_999 } }), "invalid", "args.seconds", /<=3600/],
  ["a time that is over", wish(at(0)), "expired", "notAfter", /expired at/],
  ["a time too far ahead", wish(at(30_001)), "invalid", "notAfter", /30 s at most/],
])("refuses %s", (_what, candidate, outcome, path, reason) => {
  const expected = { ok: false, outcome, path, reason: expect.stringMatching(reason) };
  expect(checkWish(candidate, facts)).toMatchObject(expected);
});

it("names the first thing that is wrong, in the order of the checks", () => {
  const all = wish({ target: "lock-303", action: "text", args: { seconds: 0 }, ...at(-1) });
  const steps = [all, { ...all, target: "lock-302" }, { ...all, target: "lock-302", action: "unlock" }];
  expect(steps.map((each) => checkWish(each, facts))).toMatchObject([
    { path: "target" },
    { path: "action" },
    { path: "args.seconds" },
  ]);
});

it("says something about anything, and lets nothing pass that is not wholly right", () => {
  const part = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(wish())));
  const candidate = fc.oneof(
    fc.anything(),
    fc.record({ id: part, target: part, action: part, args: part, notAfter: part, issuer: part }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(candidate, (given) => {
      const checked = checkWish(given, facts);
      if (!checked.ok) expect(checked.reason).not.toBe("");
      else expect(checked).toMatchObject({ device: { id: "lock-302" }, leftMs: 10_000 });
    }),
    { numRuns: 3_000 },
  );
});
