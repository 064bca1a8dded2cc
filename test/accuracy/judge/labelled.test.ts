import { join } from "node:path";
import { expect, it } from "vitest";
import { FLAWLESS, flawed, NOTHING_SAID } from "../flaws.ts";
import { BASELINES } from "./baselines.ts";
import { judgeSite } from "./judge-site.ts";
import { readLabelledSite } from "./recorded-site.ts";
import { figuresOf, sumScores } from "./score.ts";

const FOLDER = join(import.meta.dirname, "../data/labelled");

it.each([
  ["with all that their site files say", FLAWLESS],
  ["with nobody registered, no rooms and no cards in them", NOTHING_SAID],
] as const)(
  "is right on sites somebody else made, far more often than any simple way, %s",
  { timeout: 120_000 },
  (_, flaws) => {
    // One of each kind.
    const names = ["compound-1", "dormitory-1", "lockonly-2", "construction-1"];
    const results = names.map((name) => judgeSite(name, flawed(readLabelledSite(join(FOLDER, name)), flaws)));
    const gateway = figuresOf(sumScores(results.map((result) => result.gateway)));
    expect(gateway.accuracy).toBeGreaterThanOrEqual(0.9);
    expect(gateway.precision).toBeGreaterThanOrEqual(0.85);
    expect(gateway.recall).toBeGreaterThanOrEqual(0.8);
    for (const name of BASELINES) {
      const simple = figuresOf(sumScores(results.map((result) => result.baselines[name])));
      expect(gateway.mcc, name).toBeGreaterThan((Number.isNaN(simple.mcc) ? 0 : simple.mcc) + 0.3);
    }
    for (const { present, name } of results) expect(present.sum / present.samples, name).toBeLessThan(1.6);
  },
);
