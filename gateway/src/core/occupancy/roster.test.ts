import { expect, it } from "vitest";
import { comesInTwice, forgetGone, type Roster, useCredential, usesOn } from "./roster.ts";

it("counts uses by day for four weeks, late ones too", () => {
  const roster: Roster = new Map();
  const member = useCredential(roster, "c_1", "tenant", 100);
  useCredential(roster, "c_1", "tenant", 102);
  useCredential(roster, "c_1", "tenant", 100);
  expect([100, 101, 102].map((day) => usesOn(member, day))).toEqual([2, 0, 1]);
  useCredential(roster, "c_1", "tenant", 128);
  expect([100, 102, 128].map((day) => usesOn(member, day))).toEqual([0, 1, 1]);
});

it("stays bounded under a lock that invents cards, and keeps those in use", () => {
  const roster: Roster = new Map();
  for (let i = 0; i < 1_000; i++) {
    useCredential(roster, "c_home", "tenant", 100 + i);
    useCredential(roster, `c_${i}`, "unlisted", 100 + i);
  }
  expect(roster.size).toBe(64);
  expect(roster.has("c_home")).toBe(true);
  forgetGone(roster, 1_200);
  expect(roster.size).toBe(0);
});

it("notices a card that comes in twice though nobody went out, but not a second swipe", () => {
  const member = useCredential(new Map(), "c_1", "tenant", 100);
  expect(comesInTwice(member, 3, 1_000_000)).toBe(false);
  expect(comesInTwice(member, 3, 1_020_000)).toBe(false);
  expect(comesInTwice(member, 3, 5_000_000)).toBe(true);
  expect(comesInTwice(member, 4, 9_000_000)).toBe(false);
});
