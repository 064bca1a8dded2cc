import { describe, expect, it } from "vitest";
import { AnswerQueue } from "./answer-queue.ts";
import { Reservations } from "./reservations.ts";
import { TokenBucket } from "./token-bucket.ts";

describe("a token bucket", () => {
  it("lets a burst through at once and asks for a wait beyond it", () => {
    const bucket = new TokenBucket(1_000, 4_000, 0);
    expect(bucket.take(4_000, 0)).toBe(0);
    expect(bucket.take(500, 0)).toBe(500);
  });

  it("refills with time, up to its burst", () => {
    const bucket = new TokenBucket(1_000, 4_000, 0);
    bucket.take(4_000, 0);
    expect(bucket.take(1_000, 1_000)).toBe(0);
    expect(bucket.take(4_000, 3_600_000)).toBe(0);
    expect(bucket.take(1, 3_600_000)).toBe(1);
  });
});

describe("reservations", () => {
  it("serve in line: a small request behind a large one waits too", () => {
    const reservations = new Reservations(100);
    const order: string[] = [];
    expect(reservations.take(80, () => {})).toBe(true);
    expect(reservations.take(50, () => order.push("large"))).not.toBe(true);
    expect(reservations.take(10, () => order.push("small"))).not.toBe(true);
    reservations.giveBack(80);
    expect(order).toEqual(["large", "small"]);
  });

  it("pass a place in line on when it is left", () => {
    const reservations = new Reservations(100);
    const order: string[] = [];
    reservations.take(80, () => {});
    const leave = reservations.take(50, () => order.push("large"));
    reservations.take(10, () => order.push("small"));
    if (leave !== true) leave();
    expect(order).toEqual(["small"]);
  });

  it("are whole again when everything was given back", () => {
    const reservations = new Reservations(100);
    for (let i = 0; i < 5; i++) {
      expect(reservations.take(100, () => {})).toBe(true);
      reservations.giveBack(100);
    }
  });
});

describe("the queue of answers", () => {
  it("gives them in the order of the publishes, whatever order they become ready in", () => {
    const given: string[] = [];
    const queue = new AnswerQueue();
    const [first, second, third] = ["first", "second", "third"].map((name) => queue.enter(() => given.push(name), 10));
    third?.();
    second?.();
    expect(given).toEqual([]);
    first?.();
    expect(given).toEqual(["first", "second", "third"]);
  });
});
