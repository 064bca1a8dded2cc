/** What runs in a replay's forerunner: each configuration's mornings over the readings as they come, posted as they are done. */
import { parentPort, workerData } from "node:worker_threads";
import { type CoreConfig, type Model, RAISE_AT } from "../core/model.ts";
import { assess } from "../core/occupancy/assess.ts";
import { modelOf } from "../core/state.ts";
import type { ForerunnerInput, ForerunnerMessage, ForerunnerTask, ForerunnerWays, MorningDone } from "./forerunner.ts";
import { type Packed, Unpacker } from "./packed.ts";
import { Replay } from "./replay.ts";

const { posted, results } = workerData as ForerunnerWays;

function post(message: ForerunnerMessage): void {
  results.postMessage(message);
  Atomics.add(posted, 0, 1);
  Atomics.notify(posted, 0);
}

/** Mornings told at once: a site may have ten thousand rooms, and who waits for the first must not wait for all. */
const AT_ONCE = 64;

interface Runner {
  readonly replay: Replay;
  tell(): void;
}

/** No alert says why a morning came to less, and a replay tells of alerts alone. */
const lowestRaise = ({ spaces }: Model): number =>
  [...spaces.values()].reduce((least, { nights }) => Math.min(least, nights.raiseAt ?? RAISE_AT), 1);

function runnerOf(config: CoreConfig, index: number): Runner {
  const mornings: MorningDone[] = [];
  const tell = (): void => {
    if (mornings.length > 0) post({ replay: index, mornings: mornings.splice(0) });
  };
  let raisesFrom: number | undefined;
  const replay = new Replay({
    config,
    runs: "mornings",
    assessor: {
      assess: (job, model) => {
        raisesFrom ??= lowestRaise(modelOf(replay.state));
        const from = raisesFrom;
        const assessed = assess(job, (space, values, day) => model(space, values, day, from));
        // What the next morning goes on from stays here.
        mornings.push({ space: job.space.space.id, day: job.day, assessed: { ...assessed, past: undefined } });
        if (mornings.length >= AT_ONCE) tell();
        return assessed;
      },
    },
    onEstimate: () => {},
    onAlert: () => {},
  });
  return { replay, tell };
}

const unpacker = new Unpacker();
let runners: readonly Runner[] = [];
let untilMs: number | undefined;
let begun = false;
let over = false;

function begin(task: ForerunnerTask): void {
  runners = task.configs.map(runnerOf);
  untilMs = task.untilMs;
}

/** To the time asked for; nothing later counts. */
function end(): void {
  over = true;
  for (const { replay, tell } of runners) {
    if (begun && untilMs !== undefined) replay.advance(untilMs);
    tell();
  }
}

function take(piece: Packed): void {
  for (const line of unpacker.unpack(piece)) {
    if (line === "" || "unreadable" in line) continue;
    if (untilMs !== undefined && line.receivedMs > untilMs) {
      end();
      return;
    }
    begun = true;
    for (const { replay, tell } of runners) {
      replay.take(line);
      tell();
    }
  }
}

parentPort?.on("message", (input: ForerunnerInput) => {
  if (over) return;
  try {
    if (input === "end") end();
    else if ("configs" in input) begin(input);
    else take(input);
  } catch (error) {
    over = true;
    post(String(error));
  }
});
