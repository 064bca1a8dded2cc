import { describe, expect, it } from "vitest";
import { killRound } from "./kill-round.ts";

describe("SIGKILL at random moments under load", () => {
  it.each([
    { during: "with the platform connected", outages: false, seed: 11 },
    { during: "with a platform that hangs, refuses and loses receipts", outages: true, seed: 12 },
  ])(
    "$during loses nothing acknowledged, counts nothing twice, and raises the same alerts as an undisturbed run",
    async ({ outages, seed }) => {
      const { killed, undisturbed } = await killRound({ seed, kills: 50, readings: 24_000, outages });
      console.log(
        `${killed.kills} kills, ${killed.acknowledged} acknowledged, ${killed.repeats} repeats at the platform, ready after ${Math.round(Math.max(...killed.readyMs))} ms at the most`,
      );
      expect(killed.kills).toBe(50);
      expect(killed.acknowledged).toBe(24_000);
      expect(killed.lost).toEqual([]);
      expect(killed.countedTwice).toBe(0);
      expect(killed.missingSequences).toBe(0);
      expect(undisturbed.alerts.length).toBeGreaterThan(1_000);
      expect(killed.alerts).toEqual(undisturbed.alerts);
    },
  );
});
