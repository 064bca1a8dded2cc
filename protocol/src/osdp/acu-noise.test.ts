/** Our ACU against our PD through a line that flips bits, drops and splits: no card is lost, none is made up, the session comes back. */
import { expect, test } from "vitest";
import { CLEAN, NoisyLine, OTHER_KEY } from "../testing/osdp-noisy-line.ts";
import { Random } from "../testing/random.ts";

const isUnique = (list: readonly number[]) => new Set(list).size === list.length;

test.each(["first", "second", "third"])(
  "every card the reader still holds arrives through noise, in order (seed %s)",
  (seed) => {
    const line = new NoisyLine(seed);
    const random = new Random(`cards of ${seed}`);
    const swiped: number[] = [];
    line.damage = { wrong: 0.004, lost: 0.05 };
    for (let turn = 0; turn < 6_000; turn++) {
      if (random.chance(0.02)) {
        swiped.push(swiped.length + 1);
        line.swipe(swiped.length);
      }
      line.turn();
    }
    line.damage = CLEAN;
    line.turns(600);
    expect(line.pd.events).toEqual({ waiting: 0, lost: 0 });
    expect(line.cards.filter((card, at) => line.cards.indexOf(card) === at)).toEqual(swiped);
    expect(swiped.length).toBeGreaterThan(80);
    expect(line.pd.isSecure).toBe(true);
    expect(line.acu.isOnline).toBe(true);
    expect(line.kinds).toContain("resumed");
    expect(line.kinds).not.toContain("refused");
  },
);

test("a clean line gives every card once", () => {
  const line = new NoisyLine("clean");
  for (let card = 1; card <= 200; card++) {
    line.swipe(card);
    line.turn();
    line.turn();
  }
  line.turns(20);
  expect(isUnique(line.cards)).toBe(true);
  expect(line.cards).toHaveLength(200);
});

test.each(["one", "two"])("with the wrong key nothing a reader says is ever taken, however noisy (seed %s)", (seed) => {
  const line = new NoisyLine(seed, { pd: { scbk: OTHER_KEY } });
  line.damage = { wrong: 0.002, lost: 0.02 };
  for (let turn = 0; turn < 12_000; turn++) {
    if (turn % 50 === 0) line.swipe(turn + 1);
    line.turn();
  }
  expect(line.cards).toEqual([]);
  expect(line.acu.isOnline).toBe(false);
  expect(line.events).toContainEqual({ kind: "refused", why: "wrong-key", detail: expect.any(String) });
  expect(line.kinds).not.toContain("online");
});

test("a reader that does not insist on security is not listened to in the clear either", () => {
  const line = new NoisyLine("lax", { pd: { scbk: OTHER_KEY, secureRequired: false } });
  const lax = new NoisyLine("lax in the clear", { pd: { secureRequired: false }, acu: { security: "off" } });
  line.swipe(7);
  lax.swipe(7);
  for (let turn = 0; turn < 50; turn++) {
    line.turn();
    lax.turn();
  }
  expect(lax.cards).toEqual([7]);
  expect(line.cards).toEqual([]);
});

test("a reader that is switched off is reported once, and comes back by itself", () => {
  const line = new NoisyLine("power");
  line.turns(20);
  line.damage = { wrong: 0, lost: 1 };
  line.turns(100);
  line.damage = CLEAN;
  line.turns(100);
  const standing = line.kinds.filter((kind) => kind === "online" || kind === "offline");
  expect(standing).toEqual(["online", "offline", "online"]);
});
