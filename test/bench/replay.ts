/** How fast `gatehouse replay` is: a made site of a camp and one of a compound, and whether a second run gives the same bytes. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LabelledOptions, labelledSite, writeLabelledSite } from "@gatehouse/device-sim";
import { InvariantError } from "@gatehouse/protocol";
import { GATEHOUSE } from "../support/gateway-process.ts";
import { tempDir } from "../support/temp-dir.ts";

export interface ReplayFigures {
  readonly readings: number;
  readonly readingsPerRoomAndDay: number;
  /** From spawn to exit: start, replay and report. */
  readonly seconds: number;
  readonly readingsPerSecond: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  readonly readingsPerCpuSecond: number;
}

const FILES = ["alerts.ndjson", "estimates.ndjson", "report.html"] as const;

/** The quicker of two runs. */
export async function benchReplay(options: LabelledOptions & { days: number; spaces: number }): Promise<ReplayFigures> {
  using dir = tempDir();
  await writeLabelledSite(dir.path, labelledSite(options));
  const runs = ["one", "two"].map((out) => replay(dir.path, out));
  const [one, two] = runs.map(({ digest }) => digest);
  if (one !== two) throw new InvariantError("two replays of the same readings differ");
  const { readings, seconds, cpuSeconds } = runs.reduce((a, b) => (a.seconds <= b.seconds ? a : b));
  return {
    readings,
    readingsPerRoomAndDay: Math.round(readings / options.days / options.spaces),
    seconds: Number(seconds.toFixed(2)),
    readingsPerSecond: Math.round(readings / seconds),
    cpuSeconds: Number(cpuSeconds.toFixed(1)),
    readingsPerCpuSecond: Math.round(readings / cpuSeconds),
  };
}

function replay(dir: string, out: string) {
  const args = [
    "--site",
    join(dir, "site.yaml"),
    "--readings",
    join(dir, "readings.ndjson.gz"),
    "--out",
    join(dir, out),
  ];
  const [startMs, cpuBefore] = [performance.now(), childrenCpuSeconds()];
  const { status, stdout, stderr } = spawnSync(process.execPath, [GATEHOUSE, "replay", ...args, "--json"], {
    encoding: "utf8",
  });
  const seconds = (performance.now() - startMs) / 1_000;
  if (status !== 0) throw new InvariantError(`the replay ended with ${status}: ${stderr.slice(-500)}`);
  const { readings } = JSON.parse(stdout) as { readonly readings: number };
  const hash = createHash("sha256");
  for (const file of FILES) hash.update(readFileSync(join(dir, out, file)));
  return { readings, seconds, cpuSeconds: childrenCpuSeconds() - cpuBefore, digest: hash.digest("hex") };
}

const TICKS_PER_SECOND = 100;

/** Of the children that have ended, by Linux's own book: user and system time stand behind the name in brackets. */
function childrenCpuSeconds(): number {
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")
    .map(Number);
  return ((fields[13] as number) + (fields[14] as number)) / TICKS_PER_SECOND;
}
