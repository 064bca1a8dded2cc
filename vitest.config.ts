// Test projects: unit beside the sources, the rest in test/. No retries anywhere: a test that passes now and then is a bug.
import { defineConfig } from "vitest/config";

interface More {
  readonly exclude?: readonly string[];
  /** Projects of a later turn begin when those before are through. */
  readonly turn?: number;
  /** Its files one by one. */
  readonly alone?: boolean;
}

const project = (name: string, include: readonly string[], testTimeout: number, more: More = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [...include],
    exclude: [...(more.exclude ?? [])],
    testTimeout,
    hookTimeout: testTimeout,
    sequence: { groupOrder: more.turn ?? 0 },
    ...(more.alone === true ? { fileParallelism: false, maxWorkers: 1 } : {}),
  },
});

/** They promise moments, or a world in fast time: what runs beside them would be what they measure. */
const TIMED = [
  "test/e2e/demo.test.ts",
  "test/faults/disk/failing-flush.test.ts",
  "test/faults/life-safety/*.test.ts",
  "test/faults/outage/*.test.ts",
  "test/faults/replug/*.test.ts",
  "test/faults/slow-link/*.test.ts",
];

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    retry: 0,
    // A busy machine takes longer than the second that is the default; who waits in vain fails later, not never.
    expect: { requireAssertions: true, poll: { timeout: 10_000 } },
    // What a terminal is told does not depend on whose terminal it is.
    env: { LC_ALL: "C.UTF-8" },
    projects: [
      project(
        "unit",
        [
          "protocol/src/**/*.test.ts",
          "gateway/src/**/*.test.ts",
          "gateway/console/src/**/*.test.ts",
          "device-sim/src/**/*.test.ts",
          "firmware-bridge/src/**/*.test.ts",
          "docs/town/**/*.test.ts",
        ],
        20_000,
      ),
      project("structure", ["test/structure/**/*.test.ts"], 60_000),
      project("accuracy", ["test/accuracy/**/*.test.ts"], 60_000),
      project("security", ["test/security/**/*.test.ts"], 60_000),
      project("contract", ["test/contract/**/*.test.ts"], 30_000),
      project("e2e", ["test/e2e/**/*.test.ts"], 120_000, { exclude: TIMED }),
      project("browser", ["test/browser/**/*.test.ts"], 60_000),
      project("faults", ["test/faults/**/*.test.ts"], 600_000, { exclude: TIMED, turn: 1 }),
      project("timed", TIMED, 600_000, { turn: 2, alone: true }),
    ],
  },
});
