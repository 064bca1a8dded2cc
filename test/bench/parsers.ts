/** How many good frames a second each parser takes on one core. */
import { FrameError } from "@gatehouse/protocol";
import { PARSERS } from "../faults/fuzz/parsers.ts";
import type { FuzzRow } from "../faults/fuzz/row.ts";

const ROUND = 256;

export function benchParsers(
  secondsEach: number,
): Record<string, { framesPerSecond: number; megabytesPerSecond: number }> {
  return Object.fromEntries(
    PARSERS.map((row) => {
      measure(row, secondsEach / 4);
      return [row.name, measure(row, secondsEach)];
    }),
  );
}

function measure({ seeds, run, decode = run }: FuzzRow, seconds: number) {
  let [frames, sizeBytes, tookMs] = [0, 0, 0];
  const startMs = performance.now();
  while (tookMs < seconds * 1_000) {
    for (let n = 0; n < ROUND; n++) {
      const bytes = seeds[frames % seeds.length] as Uint8Array;
      take(decode, bytes);
      frames++;
      sizeBytes += bytes.length;
    }
    tookMs = performance.now() - startMs;
  }
  return {
    framesPerSecond: Math.round((frames * 1_000) / tookMs),
    megabytesPerSecond: Number((sizeBytes / tookMs / 1_000).toFixed(2)),
  };
}

/** Some of the reference frames are there to be refused. */
function take(decode: (bytes: Uint8Array) => void, bytes: Uint8Array): void {
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
  }
}
