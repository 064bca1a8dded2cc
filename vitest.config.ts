// Test projects: unit beside the sources, the rest in test/. No retries anywhere: a test that passes now and then is a bug.
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSequencer, type TestSpecification, type Vitest } from "vitest/node";

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

/** They mostly wait, and promise two seconds: nothing heavier may run beside them. */
const REPLUG = ["test/faults/replug/*.test.ts"];

/** They promise moments, or a world in fast time: what runs beside them would be what they measure. */
const TIMED = [
  "test/contract/line.test.ts",
  "test/e2e/demo.test.ts",
  "test/e2e/rollcall.test.ts",
  "test/faults/disk/failing-flush.test.ts",
  "test/faults/life-safety/*.test.ts",
  "test/faults/outage/*.test.ts",
  "test/faults/slow-link/*.test.ts",
  "test/security/slow-peers.test.ts",
];

/** Short files that take long. Vitest begins with the longest files: at the end one of these would run on alone. */
const SLOWEST = ["sigkill/sigkill.test.ts", "disk/errno.test.ts", "power-cut/power-cut.test.ts", "fleet/fleet.test.ts"];

class SlowestFirst implements TestSequencer {
  readonly #usual: BaseSequencer;

  constructor(vitest: Vitest) {
    this.#usual = new BaseSequencer(vitest);
  }

  shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    return this.#usual.shard(files);
  }

  async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = SLOWEST.findIndex((name) => moduleId.endsWith(name));
      return at === -1 ? SLOWEST.length : at;
    };
    return (await this.#usual.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    environment: "node",
    pool: "forks",
    maxWorkers: 2,
    retry: 0,
    sequence: { sequencer: SlowestFirst },
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
      project("security", ["test/security/**/*.test.ts"], 60_000, { exclude: TIMED }),
      project("contract", ["test/contract/**/*.test.ts"], 30_000, { exclude: TIMED }),
      project("e2e", ["test/e2e/**/*.test.ts"], 120_000, { exclude: TIMED }),
      project("browser", ["test/browser/**/*.test.ts"], 60_000),
      project("faults", ["test/faults/**/*.test.ts"], 600_000, { exclude: [...REPLUG, ...TIMED], turn: 1 }),
      project("replug", REPLUG, 600_000, { turn: 2 }),
      project("timed", TIMED, 600_000, { turn: 3, alone: true }),
    ],
  },
});
