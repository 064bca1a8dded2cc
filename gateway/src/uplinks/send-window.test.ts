import { LANES, type Lane } from "@gatehouse/protocol";
import { settle } from "@gatehouse/protocol/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SendWindow } from "./send-window.ts";

/** Enters and notes when it got in. */
function queue(window: SendWindow, order: string[]) {
  return (name: string, lane: Lane, bytes = 1) => void window.enter(lane, bytes).then(() => order.push(name));
}

describe("the window", () => {
  it("lets in as many items as it has places, the others in their order as places come free", async () => {
    const order: string[] = [];
    const window = new SendWindow(() => 2, 1_000);
    const enter = queue(window, order);
    for (const name of ["a", "b", "c", "d"]) enter(name, "alert");
    await settle();
    expect(order).toEqual(["a", "b"]);
    window.leave(1);
    await settle();
    expect(order).toEqual(["a", "b", "c"]);
    window.leave(1);
    await settle();
    expect(order).toEqual(["a", "b", "c", "d"]);
  });

  it("counts bytes as well", async () => {
    const order: string[] = [];
    const window = new SendWindow(() => 100, 10);
    const enter = queue(window, order);
    enter("a", "alert", 6);
    enter("b", "alert", 5);
    await settle();
    expect(order).toEqual(["a"]);
    window.leave(6);
    await settle();
    expect(order).toEqual(["a", "b"]);
  });

  it("takes an item larger than itself, alone", async () => {
    const order: string[] = [];
    const window = new SendWindow(() => 100, 10);
    const enter = queue(window, order);
    enter("large", "alert", 50);
    enter("next", "alert", 1);
    await settle();
    expect(order).toEqual(["large"]);
    window.leave(50);
    await settle();
    expect(order).toEqual(["large", "next"]);
  });

  it("lets a higher lane in first", async () => {
    const order: string[] = [];
    const window = new SendWindow(() => 1, 1_000);
    const enter = queue(window, order);
    enter("first", "telemetry");
    for (const lane of [...LANES].reverse()) enter(lane, lane);
    for (let i = 0; i < LANES.length; i++) {
      window.leave(1);
      await settle();
    }
    expect(order).toEqual(["first", ...LANES]);
  });

  it("lets nobody pass who comes while others wait, even one that would fit", async () => {
    const order: string[] = [];
    const window = new SendWindow(() => 100, 10);
    const enter = queue(window, order);
    enter("a", "alert", 6);
    enter("large", "alert", 8);
    enter("small", "telemetry", 1);
    await settle();
    expect(order).toEqual(["a"]);
  });

  it("grows with its limit", async () => {
    let places = 1;
    const order: string[] = [];
    const window = new SendWindow(() => places, 1_000);
    const enter = queue(window, order);
    for (const name of ["a", "b", "c"]) enter(name, "alert");
    places = 2;
    window.leave(1);
    await settle();
    expect(order).toEqual(["a", "b", "c"]);
  });
});

it("whatever comes and goes: never over its limits but for one item alone, each lane in order, nobody forgotten", async () => {
  const item = fc.record({ lane: fc.constantFrom(...LANES), bytes: fc.integer({ min: 1, max: 15 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (items, places) => {
      const window = new SendWindow(() => places, 10);
      const inside: { index: number; bytes: number }[] = [];
      const entered: number[] = [];
      for (const [index, { lane, bytes }] of items.entries()) {
        void window.enter(lane, bytes).then(() => {
          entered.push(index);
          inside.push({ index, bytes });
          expect(inside.length).toBeLessThanOrEqual(places);
          const total = inside.reduce((sum, one) => sum + one.bytes, 0);
          if (inside.length > 1) expect(total).toBeLessThanOrEqual(10);
        });
      }
      await Promise.resolve();
      for (let one = inside.shift(); one !== undefined; one = inside.shift()) {
        window.leave(one.bytes);
        await Promise.resolve();
        await Promise.resolve();
      }
      expect(entered.toSorted((a, b) => a - b)).toEqual(items.map((_, index) => index));
      for (const lane of LANES) {
        const ofLane = entered.filter((index) => items[index]?.lane === lane);
        expect(ofLane).toEqual(ofLane.toSorted((a, b) => a - b));
      }
    }),
  );
});
