/** `npm run proof`: the promises in sample counts, with `--full` in the counts they are made for; names for some of them only. */
import { parseArgs } from "node:util";
import { InvariantError, systemClock } from "@gatehouse/protocol";
import { runMutations } from "./faults/commands/mutated-envelopes.ts";
import { runErrno } from "./faults/disk/run-errno.ts";
import { brokenByCuts, cutBoard } from "./faults/door-node/cut-run.ts";
import { brokenByFleet, runFleet } from "./faults/fleet/fleet-run.ts";
import { PARSERS } from "./faults/fuzz/parsers.ts";
import { runFuzz } from "./faults/fuzz/run-fuzz.ts";
import { runOutage } from "./faults/outage/outage-run.ts";
import { brokenByPassages, compareImage, runPassages, tableOf } from "./faults/passages/passage-run.ts";
import { PASSAGE_ROWS } from "./faults/passages/rows.ts";
import { MUTANTS } from "./faults/power-cut/driver-options.ts";
import { runPowerCuts } from "./faults/power-cut/run-power-cuts.ts";
import { runSalvageCuts } from "./faults/power-cut/salvage-cuts.ts";
import { replugBoard } from "./faults/replug/replug-board.ts";
import { brokenByReplug, runReplug } from "./faults/replug/replug-run.ts";
import { REPLUG_ROWS } from "./faults/replug/rows.ts";
import { killRound } from "./faults/sigkill/kill-round.ts";
import { runSlowLink } from "./faults/slow-link/slow-link-run.ts";
import { makeFirmware } from "./support/firmware-build.ts";

type Progress = (share: number, note: string) => void;

interface Proof {
  readonly name: string;
  readonly what: string;
  /** Returns what was measured; broken promises, each with what makes it again. */
  run(full: boolean, progress: Progress): Promise<{ readonly measured: string; readonly broken: readonly string[] }>;
}

const SEED = 1;
const KILLS_PER_ROUND = 50;

const PROOFS: readonly Proof[] = [
  {
    name: "power-cuts",
    what: "5,000 power cuts (full: 1,000,000) over the recorded storage calls of the store",
    run: async (full, progress) => {
      const images = full ? 1_000_000 : 5_000;
      const onProgress = (done: number) => progress(done / images, `${done} images`);
      const { broken } = await runPowerCuts({ images, seed: SEED, onProgress });
      return { measured: `${images} images`, broken };
    },
  },
  {
    name: "salvages",
    what: "every flush of a salvage fails in turn, then the power is cut (full: over 20 damaged databases)",
    run: async (full, progress) => {
      const salvages = full ? 20 : 1;
      const broken: string[] = [];
      let [images, flushes] = [0, 0];
      for (let n = 0; n < salvages; n++) {
        const result = await runSalvageCuts(SEED + n, full ? 20 : 2);
        images += result.images;
        flushes += result.flushes;
        broken.push(...result.broken);
        progress((n + 1) / salvages, `${images} images`);
      }
      return { measured: `${flushes} flushes, ${images} images`, broken };
    },
  },
  {
    name: "mutants",
    what: "every weakened store is found out by the power cuts",
    run: async (_, progress) => {
      const missed: string[] = [];
      const found: string[] = [];
      for (const [i, mutant] of MUTANTS.entries()) {
        const { images, broken } = await runPowerCuts({ images: 5_000, seed: SEED, mutant, stopAtFirst: true });
        if (broken.length === 0) missed.push(`${mutant} was not found in ${images} images`);
        else found.push(`${mutant} after ${images} images`);
        progress((i + 1) / MUTANTS.length, mutant);
      }
      return { measured: found.join(", "), broken: missed };
    },
  },
  {
    name: "errors",
    what: "a storage call returns an error: one call in ten (full: every call, every error)",
    run: async (full, onProgress) => {
      const { calls, cases, broken } = await runErrno({ seed: SEED, oneIn: full ? 1 : 10, onProgress });
      return { measured: `${calls} calls, ${cases} faults`, broken };
    },
  },
  {
    name: "fuzz",
    what: "1,000,000 damaged frames (full: 100,000,000) over every parser",
    run: async (full, onProgress) => {
      const result = runFuzz({ rows: PARSERS, frames: full ? 100_000_000 : 1_000_000, seed: SEED, onProgress });
      const { frames, refused, searched, swallowed, grownBytes, perSecond, broken } = result;
      const [slowest = "", slowestMs = 0] = Object.entries(result.slowestMs).sort(([, a], [, b]) => b - a)[0] ?? [];
      const measured =
        `${frames} frames over ${PARSERS.length} parsers, ${perSecond} a second, ${refused} refused, ` +
        `${searched} looked for behind garbage (${swallowed} of which it made another valid frame), ` +
        `slowest step ${slowestMs.toFixed(2)} ms (${slowest}), ${Math.round(grownBytes / 1024)} KiB grown`;
      return { measured, broken };
    },
  },
  {
    name: "commands",
    what: "20,000 changed commands of a platform (full: 100,000), none of which may pass",
    run: async (full, progress) => {
      const count = full ? 100_000 : 20_000;
      const onProgress = (done: number) => progress(done / count, `${done} commands`);
      const { tried, refused, accepted, good } = await runMutations({ count, seed: SEED, onProgress });
      const teeth = await runMutations({ count: 1_000, seed: SEED, believesAll: true });
      const broken = teeth.accepted.length > 0 ? accepted : ["a gateway that looks at no signature was not found out"];
      return { measured: JSON.stringify({ tried, refused, good, teeth: teeth.accepted.length }), broken };
    },
  },
  {
    name: "kills",
    what: "100 SIGKILLs of the gateway under load (full: 10,000 over 1,000,000 readings), half of them during outages of the platform",
    run: async (full, progress) => runKillRounds(full ? 200 : 2, full ? 5_000 : 24_000, progress),
  },
  {
    name: "outage",
    what: "an outage with a backlog of 96,000 readings (full: 1,000,000), a kill, and alerts that overtake",
    run: async (full, onProgress) => {
      const backlog = full ? 1_000_000 : 96_000;
      const result = await runOutage({ backlog, liveAlerts: 8, onProgress });
      const { lost, countedTwice, missingSequences, acknowledged, overtaken } = result;
      const problems = { lost, countedTwice, missingSequences, unacknowledged: backlog - acknowledged };
      const broken = Object.entries(problems).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
      if (Math.min(...overtaken) <= 0) broken.push("an alert waited for the backlog");
      return { measured: JSON.stringify(result), broken };
    },
  },
  {
    name: "slow-link",
    what: "a line of 1 Mbit/s that comes back with a backlog of 100,000 readings (full: 1,000,000): alerts within 1 s of the reconnect",
    run: async (full) => {
      const backlog = full ? 1_000_000 : 100_000;
      const result = await runSlowLink({ backlog, bitsPerSecond: 1_000_000, waitingAlerts: 12, liveAlerts: 8 });
      const { reconnectMs, lastWaitingMs, slowestLiveMs } = result;
      const broken: string[] = [];
      if (lastWaitingMs > 1_000) broken.push(`the last waiting alert came ${lastWaitingMs} ms after the reconnect`);
      if (reconnectMs > 3_000) broken.push(`the reconnect took ${reconnectMs} ms`);
      if (slowestLiveMs > 1_500) broken.push(`an alert took ${slowestLiveMs} ms`);
      return { measured: JSON.stringify(result), broken };
    },
  },
  {
    name: "fleet",
    what: "50 gateways of a town while its three NATS servers are killed, frozen and cut off 3 times (full: 60 times)",
    run: async (full, onProgress) => {
      const result = await runFleet({ gateways: 50, strikes: full ? 60 : 3, seed: SEED, onProgress });
      return { measured: JSON.stringify(result), broken: brokenByFleet(result) };
    },
  },
  {
    name: "replug",
    what: "every serial driver pulled out and put in again 20 times (full: 1,000): back within 2 s, nothing left over",
    run: async (full, progress) => runReplugs(full ? 1_000 : 20, progress),
  },
  {
    name: "replug-board",
    what: "a door board pulled out and put in again 20 times (full: 1,000) under its bridge: everybody counted once",
    run: async (full, progress) => {
      const rounds = full ? 1_000 : 20;
      const { backMs, broken } = await replugBoard(rounds, progress);
      return { measured: `${rounds} rounds, back after ${Math.round(Math.max(...backMs))} ms at the most`, broken };
    },
  },
  {
    name: "board-cuts",
    what: "power, supply and reset line of a door node's image go at 40 (full: 1,000) random instants",
    run: async (full, onProgress) => {
      const cuts = cutBoard({ cuts: full ? 1_000 : 40, seed: SEED, onProgress });
      return { measured: `${cuts.lives.length} cuts, ${cuts.told.length} events told`, broken: brokenByCuts(cuts) };
    },
  },
  {
    name: "passages",
    what: "4,200 passages through a doorway (full: 100,000) counted by the door node's modules, some of them by its image",
    run: async (full, progress) => countPassages(full ? 100_000 : 4_200, full ? 60 : 25, progress),
  },
];

async function countPassages(total: number, onImage: number, onProgress: Progress) {
  const built = makeFirmware("host");
  try {
    const passages = Math.ceil(total / PASSAGE_ROWS.length);
    const results = await runPassages({ folder: built.folder, passages, seed: SEED, onProgress });
    const image = await compareImage({ folder: built.folder, passages: onImage, seed: SEED });
    const different = image.different.map((what) => `the image counts otherwise: ${what}`);
    const measured = `${image.passages} of them on the image\n${tableOf(results)}\n`;
    return { measured, broken: [...brokenByPassages(results), ...different] };
  } finally {
    built.remove();
  }
}

async function runReplugs(cycles: number, progress: Progress) {
  const broken: string[] = [];
  const measured: string[] = [];
  for (const [i, row] of REPLUG_ROWS.entries()) {
    const onProgress: Progress = (share, note) => progress((i + share) / REPLUG_ROWS.length, `${row.driver} ${note}`);
    const result = await runReplug({ row, cycles, seed: SEED, onProgress });
    broken.push(...brokenByReplug(result).map((what) => `${row.driver}: ${what}`));
    measured.push(`${row.driver} back after ${Math.round(Math.max(...result.backMs))} ms at the most`);
  }
  return { measured: `${cycles} cycles each, ${measured.join(", ")}`, broken };
}

async function runKillRounds(rounds: number, readings: number, progress: Progress) {
  const broken: string[] = [];
  let [kills, acknowledged, slowestMs] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    const seed = SEED + round;
    const onProgress: Progress = (share, note) => progress((round + share) / rounds, note);
    const outages = round % 2 === 1;
    const { killed, undisturbed } = await killRound({ seed, kills: KILLS_PER_ROUND, readings, outages, onProgress });
    kills += killed.kills;
    acknowledged += killed.acknowledged;
    slowestMs = Math.max(slowestMs, ...killed.readyMs);
    const wrong = {
      lost: killed.lost.length,
      "counted twice": killed.countedTwice,
      "sequences missing": killed.missingSequences,
      "not acknowledged": readings - killed.acknowledged,
      "alerts differ": JSON.stringify(killed.alerts) === JSON.stringify(undisturbed.alerts) ? 0 : 1,
    };
    for (const [name, count] of Object.entries(wrong)) if (count !== 0) broken.push(`seed ${seed}: ${count} ${name}`);
  }
  const measured = `${kills} kills, ${acknowledged} acknowledged, ready again after ${Math.round(slowestMs)} ms at the most`;
  return { measured, broken };
}

const { values, positionals } = parseArgs({
  options: { full: { type: "boolean", default: false }, help: { type: "boolean", short: "h", default: false } },
  allowPositionals: true,
});

if (values.help) {
  const list = PROOFS.map(({ name, what }) => `  ${name.padEnd(14)}${what}`).join("\n");
  console.log(`npm run proof -- [--full] [name …]\n\n${list}\n\n--full takes hours. Exit code 1 when a promise broke.`);
} else {
  const unknown = positionals.filter((name) => !PROOFS.some((proof) => proof.name === name));
  if (unknown.length > 0) {
    console.error(`proof: there is no ${unknown.join(", ")}; there are ${PROOFS.map(({ name }) => name).join(", ")}`);
    process.exitCode = 78;
  } else process.exitCode = (await runProofs(values.full, positionals)) ? 0 : 1;
}

async function runProofs(full: boolean, names: readonly string[]): Promise<boolean> {
  let holds = true;
  for (const { name, run } of PROOFS.filter((proof) => names.length === 0 || names.includes(proof.name))) {
    const startedMs = systemClock.monoMs();
    const { measured, broken } = await run(full, progressOf(name)).catch((cause: unknown) => {
      throw new InvariantError(`proof ${name} could not be run`, { cause });
    });
    const seconds = Math.round((systemClock.monoMs() - startedMs) / 1_000);
    console.log(
      `${name}: ${broken.length === 0 ? "holds" : `BROKEN ${broken.length} times`}, ${measured}, ${seconds} s`,
    );
    for (const problem of broken.slice(0, 20)) console.log(`  ${problem}`);
    holds &&= broken.length === 0;
  }
  return holds;
}

/** A line at every twentieth part. */
function progressOf(name: string): Progress {
  let next = 0.05;
  return (share, note) => {
    if (share < next) return;
    next = Math.floor(share * 20) / 20 + 0.05;
    process.stderr.write(`${name} ${Math.round(share * 100)} % ${note}\n`);
  };
}
