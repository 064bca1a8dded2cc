/** The thread a large site file is looked at in. Changes nothing. */
import { parentPort, workerData } from "node:worker_threads";
import { ConfigError, systemClock } from "@gatehouse/protocol";
import { Configuration } from "./configuration.ts";
import { type FromLook, type LookTask, lookHere } from "./look.ts";

const { siteFile, stateDir, asked } = workerData as LookTask;

function answer(): FromLook {
  try {
    const configuration = new Configuration({ siteFile, stateDir, clock: systemClock, onChange: () => {} });
    return { looked: lookHere(configuration, asked) };
  } catch (error) {
    if (error instanceof ConfigError) return { refused: error.problems };
    throw error;
  }
}

parentPort?.postMessage(answer());
