import { FakeClock } from "@gatehouse/protocol/testing";
import { expect, test } from "vitest";
import { Doorkeeper } from "./doorkeeper.ts";

function open() {
  const clock = new FakeClock();
  const refused: string[] = [];
  const users = [
    { user: "wang", password: "operates", role: "operator" as const },
    { user: "li", password: "looks", role: "viewer" as const },
  ];
  return { clock, refused, door: new Doorkeeper(users, clock, (user, why) => refused.push(`${user}: ${why}`)) };
}

test("a user comes in with the right password, and only an operator may act", () => {
  const { door } = open();
  expect([door.isValid("wang", "operates"), door.isValid("li", "looks")]).toEqual([true, true]);
  expect([door.isValid("wang", "looks"), door.isValid("nobody", ""), door.isValid("", "")]).toEqual([
    false,
    false,
    false,
  ]);
  expect([door.mayAct("wang"), door.mayAct("li"), door.mayAct("nobody"), door.mayAct(undefined)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("after five wrong passwords in a row none is right for a minute, of that user alone", async () => {
  const { door, clock, refused } = open();
  for (let i = 0; i < 5; i++) expect(door.isValid("wang", `guess ${i}`)).toBe(false);
  expect(door.isValid("wang", "operates")).toBe(false);
  expect(refused.at(-1)).toMatch(/locked/);
  expect(door.isValid("li", "looks")).toBe(true);
  await clock.advance(60_001);
  expect(door.isValid("wang", "operates")).toBe(true);
});
