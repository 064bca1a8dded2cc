import { Random } from "@gatehouse/protocol/testing";
import { expect, it } from "vitest";
import { type Belief, createBelief } from "./belief.ts";
import { PassKeys } from "./pass-key.ts";
import { forgetGone, useCredential } from "./roster.ts";

/** As it was found by looking at every roster. */
function lookedFor(beliefs: ReadonlyMap<string, Belief>, credential: string): string[] {
  const opened = [...beliefs].filter(([, { roster }]) => roster.has(credential));
  if (opened.length < 3) return [];
  return opened.flatMap(([space, { roster }]) => {
    const member = roster.get(credential);
    return member === undefined || member.role === "pass-key" ? [] : [space];
  });
}

it("finds the keys that a look at every roster finds, whatever rosters have forgotten meanwhile", () => {
  const random = new Random("keys");
  const beliefs = new Map<string, Belief>();
  let keys = new PassKeys(beliefs);
  const wrong: string[] = [];
  let [found, missed] = [0, 0];
  for (let use = 0, day = 0; use < 20_000; use++, day += random.chance(0.004) ? 1 : 0) {
    const space = `F${random.int(0, 11)}`;
    // A few keys that go from door to door, and many that are used once or twice.
    const credential = random.chance(0.5) ? `a${random.int(0, 60)}` : `b${random.int(0, 4_000)}`;
    const belief = beliefs.get(space) ?? createBelief();
    beliefs.set(space, belief);
    useCredential(belief.roster, credential, "unlisted", day);
    keys.used(credential, space);
    if (random.chance(0.02)) forgetGone(belief.roster, day);
    if (random.chance(0.001)) beliefs.delete(space);
    if (random.chance(0.001)) keys = new PassKeys(beliefs);
    const expected = lookedFor(beliefs, credential);
    if (keys.found(credential).join() !== expected.join()) wrong.push(`${credential} at use ${use}`);
    if (expected.length > 0) found += 1;
    else missed += 1;
  }
  expect(wrong).toEqual([]);
  expect(Math.min(found, missed)).toBeGreaterThan(500);
});
