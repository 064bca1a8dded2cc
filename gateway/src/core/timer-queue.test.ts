import fc from "fast-check";
import { expect, it } from "vitest";
import { type Timer, TimerQueue } from "./timer-queue.ts";

const name = fc.integer({ min: 0, max: 12 }).map((n) => `t${n}`);
const deed = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name, dueMs: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ name }) },
);

/** The first of the smallest, as a walk through a map finds it. */
function firstOf(map: ReadonlyMap<string, Timer>): { name: string; dueMs: number } | undefined {
  let first: { name: string; dueMs: number } | undefined;
  for (const [name, { dueMs }] of map) if (first === undefined || dueMs < first.dueMs) first = { name, dueMs };
  return first;
}

it("says what a walk through a map would, whatever is set, set anew and deleted", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 400 }), (deeds) => {
      const [queue, map] = [new TimerQueue(), new Map<string, Timer>()];
      for (const one of deeds) {
        if ("dueMs" in one) {
          const timer = { dueMs: one.dueMs, calendar: false };
          queue.set(one.name, timer);
          map.set(one.name, timer);
        } else expect(queue.delete(one.name)).toBe(map.delete(one.name));
        expect(queue.next).toEqual(firstOf(map));
      }
      expect([...queue]).toEqual([...map]);
    }),
  );
});

it("comes first with the one that was set first, of two for the same moment", () => {
  const queue = new TimerQueue();
  for (const name of ["b", "a"]) queue.set(name, { dueMs: 5, calendar: false });
  queue.set("b", { dueMs: 9, calendar: false });
  queue.set("b", { dueMs: 5, calendar: false });
  expect(queue.next?.name).toBe("b");
  queue.delete("b");
  queue.set("b", { dueMs: 5, calendar: false });
  expect([queue.next?.name, queue.nextDueMs]).toEqual(["a", 5]);
});
