import { describe, expect, it } from "vitest";
import { MUTANTS } from "./driver-options.ts";
import { runPowerCuts } from "./run-power-cuts.ts";
import { runSalvageCuts, runWeakSalvage, SALVAGE_MUTANTS } from "./salvage-cuts.ts";

const IMAGES = 5_000;
const SEED = 20_260;
const SALVAGE_SEEDS = [20_263, 20_264, 20_265, 20_266] as const;

describe("a power cut at any moment", () => {
  it("loses nothing acknowledged, gives no number twice and leaves nothing unreadable, also after failed flushes and in the middle of a salvage", async () => {
    const { images, broken } = await runPowerCuts({ images: IMAGES, seed: SEED });
    expect(images).toBe(IMAGES);
    expect(broken).toEqual([]);
  });

  it.each(MUTANTS)("would be found to break a store with the fault %s", async (mutant) => {
    const { broken } = await runPowerCuts({ images: IMAGES, seed: SEED, mutant, stopAtFirst: true });
    expect(broken).not.toEqual([]);
  });

  it("loses nothing in a salvage of which one flush fails, one in three of them", async () => {
    const { flushes, broken } = await runSalvageCuts(SALVAGE_SEEDS[0], 2, 3);
    expect(broken).toEqual([]);
    expect(flushes).toBeGreaterThan(5);
  });

  it.each(SALVAGE_MUTANTS)("would be found to break a salvage with the fault %s", async (mutant) => {
    expect(await runWeakSalvage(SALVAGE_SEEDS, 10, mutant)).not.toEqual([]);
  });
});
