/** The box starts anew with every change of its site file, and with the file before where it does not start with the new one. */
import { systemClock } from "@gatehouse/protocol";
import { CallProblem } from "../client/problem.ts";
import { call } from "./box.ts";

const ASK_EVERY_MS = 500;
const LONG_AFTER = 40;
/** An answer that was on its way when the box went is none: after so long it is asked for again. */
const PATIENCE_MS = 15_000;

const pause = (ms: number) => new Promise<void>((done) => void systemClock.after(ms, done));

export interface Restarted<T> {
  readonly answer: T;
  /** Why the box runs with the file before again; undefined where it runs with the new one. */
  readonly putBack: string | undefined;
}

/**
 * Does what changes the site file of that `hash`, and waits until the box has started with it. `onAway` hears that the box is away, and that it is
 * so for long. Throws CallProblem for what is refused.
 */
export async function withRestart<T>(
  hash: string,
  work: () => Promise<T>,
  onAway: (isLong: boolean) => void,
): Promise<Restarted<T>> {
  const answer = await work();
  onAway(false);
  const now = await untilStarted(() => onAway(true));
  return { answer, putBack: now === hash ? await whyPutBack() : undefined };
}

/** The hash of the file it runs with, once it does; a box that is being started anew is not there for a moment. */
async function untilStarted(onLong: () => void): Promise<string> {
  for (let turn = 1; ; turn++) {
    await pause(ASK_EVERY_MS);
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      const { hash, running } = await call("GET /api/1/config", {}, { signal: patience });
      if (running === hash) return hash;
    } catch (error) {
      const away = error instanceof CallProblem && (error.unreachable || error.status >= 500);
      if (!away && !patience.aborted) throw error;
    }
    if (turn === LONG_AFTER) onLong();
  }
}

async function whyPutBack(): Promise<string | undefined> {
  const { codes } = await call("GET /api/1/health");
  return codes.find(({ code }) => code === "config-refused")?.detail;
}
