/** What the devices at a flat's door say when people pass: the lock its card and contact, the counter its persons. */
import { formatTime, type RawReading } from "@gatehouse/protocol";
import { counterOf, lockOf } from "../device-ids.ts";
import type { Movement } from "./movements.ts";

/** A reading and when it happens, in world time. */
export interface SimReading {
  readonly atMs: number;
  readonly flat: string;
  readonly reading: RawReading;
}

/** From the card at the lock to the step over the threshold. */
const CARD_BEFORE_MS = 2_600;
const OPENED_BEFORE_MS = 1_300;
const CLOSED_AFTER_MS = 2_400;

type Fact = readonly [atMs: number, device: string, rest: Omit<RawReading, "device" | "at">];

/** Readings in order of time. People who pass while the door still stands open share its opening. */
export function* passagesOf(movements: Iterable<Movement>, timezone: string): Generator<SimReading> {
  let group: Movement[] = [];
  for (const movement of movements) {
    const last = group.at(-1);
    if (last !== undefined && movement.atMs - CARD_BEFORE_MS > last.atMs + CLOSED_AFTER_MS) {
      yield* passage(group, timezone);
      group = [];
    }
    group.push(movement);
  }
  yield* passage(group, timezone);
}

function* passage(group: readonly Movement[], timezone: string): Generator<SimReading> {
  const [first, last] = [group[0], group.at(-1)];
  if (first === undefined || last === undefined) return;
  const { flat } = first;
  const [lock, counter] = [lockOf(flat), counterOf(flat)];
  const facts: Fact[] = [[first.atMs - OPENED_BEFORE_MS, lock, { kind: "door.opened" }]];
  for (const { atMs, direction, card } of group) {
    if (card !== undefined) facts.push([atMs - CARD_BEFORE_MS, lock, { kind: "access.granted", credential: card }]);
    facts.push([atMs, counter, { kind: direction === "in" ? "count.in" : "count.out", value: 1 }]);
  }
  facts.push([last.atMs + CLOSED_AFTER_MS, lock, { kind: "door.closed" }]);
  facts.sort((a, b) => a[0] - b[0]);
  for (const [atMs, device, rest] of facts) {
    yield { atMs, flat, reading: { device, at: formatTime(atMs, timezone), ...rest } };
  }
}
