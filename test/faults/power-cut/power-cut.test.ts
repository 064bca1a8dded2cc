import { describe, expect, it } from "vitest";
import { MUTANTS } from "./driver-options.ts";
import { runPowerCuts } from "./run-power-cuts.ts";

const IMAGES = 5_000;
const SEED = 20_260;

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
});
