import { expect, test } from "vitest";
import { inheritedBy } from "./heirs.ts";

const removed = [
  { id: "city", waiting: 3, inGrace: 5 },
  { id: "town", waiting: 0, inGrace: 5 },
];

test("what waits under the name is asked about, whatever the way", () => {
  const added = { id: "city", type: "https", receipt: "json" } as const;
  expect(inheritedBy(added, removed)).toEqual({ waiting: 3, again: 0 });
  expect(inheritedBy({ ...added, id: "other" }, removed)).toBeUndefined();
});

test("what the one before was given a short while ago is asked about where it would be sent again", () => {
  const again = { waiting: 0, again: 5 };
  expect(inheritedBy({ id: "town", type: "nats", receipt: "json" }, removed)).toEqual(again);
  expect(inheritedBy({ id: "town", type: "mqtt", receipt: "broker" }, removed)).toEqual(again);
  expect(inheritedBy({ id: "town", type: "mqtt", receipt: "json" }, removed)).toBeUndefined();
  expect(inheritedBy({ id: "town", type: "https", receipt: "status" }, removed)).toBeUndefined();
  expect(inheritedBy({ id: "city", type: "mqtt", receipt: "broker" }, removed)).toEqual({ waiting: 3, again: 5 });
});
