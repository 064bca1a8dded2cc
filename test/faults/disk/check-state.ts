/** Compares what the real engine finds on a healthy disk with what was acknowledged while the disk was failing. */
import { DirectStore } from "gatehouse/testing";
import { describeStore, firstDifference } from "../power-cut/check-image.ts";
import { type Expected, lastStep, type Step, UPLINKS } from "../power-cut/workload.ts";

export interface Written {
  readonly acked: number;
  readonly issued: number;
}

/** What is wrong, undefined when nothing is. Full disks may have cost telemetry, as far as gap records say so. */
export function checkState(dir: string, steps: readonly Step[], { acked, issued }: Written): string | undefined {
  const store = new DirectStore({ dir, budgetBytes: 50e6, ballastBytes: 0 });
  try {
    const { quarantine } = store.recovered;
    if (quarantine !== undefined) return `quarantined: ${quarantine.reason}`;
    const n = lastStep(store.alerts());
    if (n < acked) return `step ${acked} was acknowledged, the store ends at step ${n}`;
    if (n > issued) return `the store holds step ${n}, only ${issued} were written`;
    const expected = steps[n - 1]?.after;
    const next = steps[n]?.write;
    if (expected === undefined || next === undefined) return `the store ends at step ${n}`;
    const problem = compare(store, expected);
    if (problem !== undefined) return problem;
    store.write(next);
    return lastStep(store.alerts()) === n + 1 ? undefined : "nothing can be written any more";
  } finally {
    store.close();
  }
}

function compare(store: DirectStore, expected: Expected): string | undefined {
  const gone = (uplink: string | undefined) =>
    store.recovered.gaps.filter((gap) => gap.uplink === uplink).reduce((sum, gap) => sum + gap.count, 0);
  const { waiting, quarantined: _, ...exact } = expected;
  const { waiting: left, quarantined: __, ...found } = describeStore(store);
  const other = firstDifference(found, exact);
  if (other !== undefined) return other;
  for (const [i, lane] of waiting.entries()) {
    const [name = "", all] = seqsOf(lane);
    const [, rest] = seqsOf(left[i] ?? "");
    const missing = all.length - rest.length;
    const told = name.endsWith("/telemetry") ? gone(UPLINKS.find((uplink) => name.startsWith(uplink))) : 0;
    // Some of what was evicted the platform would have answered for since.
    if (missing > told) return `${name} misses ${missing} items, gap records tell of ${told}`;
    if (all.slice(missing).join() !== rest.join()) return `${name} holds ${rest.join(" ")} instead of ${all.join(" ")}`;
  }
  const journal = store.journal();
  const thinned = expected.lastSeq - journal.length;
  return thinned === gone(undefined) ? undefined : `the journal misses ${thinned} entries, told are ${gone(undefined)}`;
}

/** `city/alert: 1 2 5` as its name and numbers. */
function seqsOf(lane: string): readonly [string, readonly string[]] {
  const [name = "", seqs = ""] = lane.split(": ");
  return [name, seqs === "" ? [] : seqs.split(" ")];
}
