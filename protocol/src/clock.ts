/** Time, the only module that reads it. Pure code takes `nowMs`; active code takes a `Clock`. */

export interface Clock {
  /** World time, ms since 1970. May run faster than real time (demo) and may step (NTP). Never used for order or deadlines. */
  nowMs(): number;
  /** Real, monotonic ms since an arbitrary start, for the system clock that of the process. For deadlines, durations and back-off. */
  monoMs(): number;
  /** World seconds per real second; 1 outside the demo and the simulator. */
  readonly scale: number;
  /** Resolves after `ms` of real time; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms` of real time. Returns the cancel function. */
  after(ms: number, callback: () => void): () => void;
}

/** Longest delay Node's timers take; longer sleeps are cut and repeated by callers. */
export const MAX_DELAY_MS = 2_147_483_647;

function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.min(Math.max(0, ms), MAX_DELAY_MS));
  return () => clearTimeout(timer);
}

/** Builds `sleep` on `after`, so that every clock aborts alike. */
export function sleepOn(after: Clock["after"]): Clock["sleep"] {
  return (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = after(ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monoMs: () => performance.now(),
  scale: 1,
  sleep: sleepOn(after),
  after,
};

/** Where a scaled clock stands: world time `worldMs` was at real time `realMs`, and runs `scale` times as fast. */
export interface ClockAnchor {
  readonly worldMs: number;
  readonly realMs: number;
  readonly scale: number;
}

/** World time runs `scale` times as fast from the anchor on; deadlines stay real. Processes with the same anchor agree. */
export function scaledClock(anchor: ClockAnchor): Clock {
  return {
    ...systemClock,
    nowMs: () => anchor.worldMs + (Date.now() - anchor.realMs) * anchor.scale,
    scale: anchor.scale,
  };
}

/** `WORLDMS,REALMS,SCALE`, as passed between processes on the command line. */
export function formatAnchor(anchor: ClockAnchor): string {
  return `${anchor.worldMs},${anchor.realMs},${anchor.scale}`;
}

/** Undefined when the text is not three numbers with a positive scale. */
export function parseAnchor(text: string): ClockAnchor | undefined {
  const parts = text.split(",").map(Number);
  const [worldMs, realMs, scale] = parts;
  if (parts.length !== 3 || worldMs === undefined || realMs === undefined || scale === undefined) return undefined;
  if (!parts.every(Number.isFinite) || scale <= 0) return undefined;
  return { worldMs, realMs, scale };
}
