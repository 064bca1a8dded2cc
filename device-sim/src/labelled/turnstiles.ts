/** The readers on both sides of a turnstile: nearly everybody shows a card in and out. */
import type { Random } from "@gatehouse/protocol/testing";
import { between } from "./draws.ts";
import type { Fact } from "./fact.ts";
import type { FaultRates } from "./fault-rates.ts";
import { pickKey } from "./keys.ts";
import type { Flow } from "./movements.ts";

export function turnstileFacts(
  random: Random,
  flow: Flow,
  faults: FaultRates,
  carded: number,
): { readonly in: Fact[]; readonly out: Fact[] } {
  const facts = { in: [] as Fact[], out: [] as Fact[] };
  for (const { atMs, inward, by } of flow.movements) {
    const key = pickKey(random, by.keys);
    if (key === undefined || !random.chance(carded)) continue;
    const side = inward ? facts.in : facts.out;
    const shownMs = atMs - between(random, 700, 2_500);
    if (random.chance(faults.denied * 0.7)) {
      side.push({ atMs: shownMs - between(random, 2_000, 7_000), kind: "access.denied", credential: key.pseudonym });
    }
    side.push({ atMs: shownMs, kind: "access.granted", credential: key.pseudonym });
  }
  facts.in.sort((a, b) => a.atMs - b.atMs);
  facts.out.sort((a, b) => a.atMs - b.atMs);
  return facts;
}
