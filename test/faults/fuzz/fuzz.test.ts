import { FrameError, osdpFraming } from "@gatehouse/protocol";
import { describe, expect, it } from "vitest";
import { PARSERS } from "./parsers.ts";
import type { FuzzRow } from "./row.ts";
import { runFuzz } from "./run-fuzz.ts";

const SEED = 20_261;

/** The sample: the time of a step is judged by `npm run proof -- fuzz`, where nothing else runs. */
describe("whatever bytes come", () => {
  it("no parser throws anything but a FrameError, holds more and more, or overlooks a frame behind garbage", () => {
    const { broken, frames, searched, refused } = runFuzz({ rows: PARSERS, frames: 1_000_000, seed: SEED });
    expect(broken.filter((problem) => !/ms for /.test(problem))).toEqual([]);
    expect(frames).toBeGreaterThanOrEqual(1_000_000);
    expect(searched).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(1_000);
  });

  it("the same seed gives the same frames", () => {
    const seen = (seed: number) => {
      const frames: string[] = [];
      const row: FuzzRow = { name: "seen", seeds: [Uint8Array.of(1, 2, 3)], run: (bytes) => frames.push(`${bytes}`) };
      runFuzz({ rows: [row], frames: 100, seed });
      return frames.join();
    };
    expect(seen(1)).toBe(seen(1));
    expect(seen(1)).not.toBe(seen(2));
  });
});

describe("the fuzz has teeth", () => {
  const seeds = [Uint8Array.of(0x53, 1, 2, 3, 4, 5)];
  const broken = (row: Partial<FuzzRow>, frames = 2_000) =>
    runFuzz({ rows: [{ name: "weak", seeds, run: () => {}, ...row }], frames, seed: SEED }).broken;

  it("finds an exception that passes the boundary", () => {
    const run = (bytes: Uint8Array) => {
      if (bytes.length === 0) throw new FrameError("truncated", "nothing");
      if (bytes[1] === 0xff) throw new TypeError("undefined is not a function");
    };
    expect(broken({ run })[0]).toMatch(/TypeError: undefined is not a function/);
  });

  it("finds a step that is slow for some bytes", () => {
    const run = (bytes: Uint8Array) => {
      let sum = 0;
      if (bytes.length > 40) for (let i = 0; i < 5e6; i++) sum += i % 7;
      if (sum === 1) throw new FrameError("payload", "never");
    };
    expect(broken({ run }, 200)[0]).toMatch(/ms for /);
  });

  it("finds what is held for ever", () => {
    const kept: Uint8Array[] = [];
    expect(broken({ run: () => kept.push(new Uint8Array(8_192)) }, 4_000)).toEqual([
      expect.stringMatching(/bytes more are held/),
    ]);
  });

  it("finds a framing that gives up a frame behind a false start", () => {
    const frame = Uint8Array.of(0x53, 0x81, 0x08, 0x00, 0x05, 0x40, 0x39, 0x35);
    const right = osdpFraming(64);
    const framing = {
      maxBytes: right.maxBytes,
      look: (bytes: Uint8Array) => {
        const look = right.look(bytes);
        return "skip" in look && look.reason !== "garbage" ? { ...look, skip: bytes.length } : look;
      },
    };
    expect(broken({ seeds: [frame], framing }, 20_000).join("\n")).toMatch(/not found behind garbage/);
    expect(broken({ seeds: [frame], framing: right }, 20_000)).toEqual([]);
  });
});
