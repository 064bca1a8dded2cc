/**
 * Time without the moments in which the machine itself stood still: a thread that does nothing but wake up every 50 ms tells how late it was. What
 * promises a time on real clocks is measured in it; what blocks the thread under test does count, the other one wakes up regardless.
 */
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { systemClock } from "@gatehouse/protocol";

const BEAT_MS = 50;
/** A busy machine wakes a thread this much later now and then: no standstill yet. */
const LATE_MS = 250;

export interface AwakeTime extends Disposable {
  /** Monotonic but for what the other thread is about to tell, ms. */
  nowMs(): number;
}

/** Two numbers both threads see: what was lost so far, ms, and the latest beat in world time, since each thread has a monotonic clock of its own. */
const LOST = 0;
const BEAT = 1;

const lateMs = (sinceMs: number): number => (sinceMs - BEAT_MS < LATE_MS ? 0 : sinceMs - BEAT_MS);

export function awakeTime(): AwakeTime {
  const beats = new Float64Array(new SharedArrayBuffer(16));
  beats[BEAT] = Infinity;
  const worker = new Worker(new URL(import.meta.url), { workerData: { beats } });
  worker.unref();
  return {
    // Less what the other thread has not told yet: this one may be awake first.
    nowMs: () => systemClock.monoMs() - (beats[LOST] as number) - lateMs(systemClock.nowMs() - (beats[BEAT] as number)),
    [Symbol.dispose]: () => void worker.terminate(),
  };
}

function beat(beats: Float64Array): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let lastMs = systemClock.monoMs(); ; ) {
    Atomics.wait(never, 0, 0, BEAT_MS);
    const nowMs = systemClock.monoMs();
    beats[BEAT] = systemClock.nowMs();
    beats[LOST] = (beats[LOST] as number) + lateMs(nowMs - lastMs);
    lastMs = nowMs;
  }
}

const data = workerData as { readonly beats?: unknown } | null;
if (!isMainThread && data?.beats instanceof Float64Array) beat(data.beats);
