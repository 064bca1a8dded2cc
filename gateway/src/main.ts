/** The composition root: configuration -> adapters -> run. Opens in one order, closes in the other. */
import { assemble } from "./assemble.ts";
import { asideText, type LeftAside, readingsBehind } from "./backup/left-aside.ts";
import { takeBack, takeUpWaiting } from "./backup/take-up.ts";
import { loadSite } from "./config.ts";
import { HealthBoard } from "./core/health.ts";
import type { GapRow, Store } from "./core/ports.ts";
import { driverTypes } from "./drivers/index.ts";
import { openEndpoint } from "./monitor/endpoint.ts";
import type { Running, RunOptions, Site } from "./run-options.ts";
import { serve } from "./serve.ts";
import { lockStateDir } from "./store/lock.ts";
import { openStore } from "./store/store.ts";
import { uplinkTypes } from "./uplinks/index.ts";

export type { Running, RunOptions } from "./run-options.ts";

/**
 * Runs until the signal aborts, then ends in order within 5 s and loses nothing. A restore it does not start with is undone. Throws ConfigError for
 * what an operator must change.
 */
export async function runGateway(
  options: RunOptions,
  onReady: (running: Running) => void,
  signal: AbortSignal,
): Promise<void> {
  const restored = takeUpWaiting(options.stateDir, options.siteFile);
  if (restored !== undefined) options.configuration?.readAgain();
  let isReady = false;
  const nowReady = (running: Running) => {
    isReady = true;
    onReady(running);
  };
  let left: LeftAside | undefined;
  const onUnready = (taken: LeftAside | undefined) => {
    left = taken;
  };
  try {
    await runWith({ ...options, restored, onUnready }, nowReady, signal);
  } catch (err) {
    // What stands there again was running: if it does not start either, swapping the two would never end.
    if (isReady || signal.aborted || restored?.replaced === undefined || options.undone !== undefined) throw err;
    options.log.error(
      { err, madeAt: restored.madeAt },
      "the gateway does not start with what was restored: it is undone",
    );
    takeBack(options.stateDir, { ...restored, replaced: restored.replaced });
    const reason = `the backup of ${restored.madeAt} was not taken: ${err instanceof Error ? err.message : String(err)}`;
    await runGateway({ ...options, undone: { left }, refused: { reason, version: undefined } }, onReady, signal);
  }
}

async function runWith(options: RunOptions, onReady: (running: Running) => void, signal: AbortSignal): Promise<void> {
  const startedMs = options.clock.monoMs();
  const site: Site = loadSite(options.siteFile, {
    driverTypes,
    uplinkTypes,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  for (const { path, reason } of site.warnings)
    options.log.warn({ path, reason }, "the site file has something to look at");
  const lock = lockStateDir(options.stateDir);
  try {
    await runLocked(options, site, startedMs, onReady, signal);
  } finally {
    lock.release();
  }
}

async function runLocked(
  options: RunOptions,
  site: Site,
  startedMs: number,
  onReady: (running: Running) => void,
  outer: AbortSignal,
): Promise<void> {
  const { clock, log, stateDir } = options;
  const fatal = new AbortController();
  const signal = AbortSignal.any([outer, fatal.signal]);
  const health = new HealthBoard(clock);
  health.onChange(({ code, subject, detail }, raised) => {
    if (raised) log.warn({ code, subject, detail }, "condition raised");
    else log.info({ code, subject }, "condition cleared");
  });
  const { refused } = options;
  const subject = refused?.version === undefined ? "restore" : `version ${refused.version}`;
  if (refused !== undefined) health.raise("config-refused", subject, refused.reason);
  const { undone, restored } = options;
  if (undone?.left !== undefined && restored?.replaced !== undefined)
    health.raise("readings-aside", "restore", asideText(undone.left, restored.replaced));
  let gaps: GapRow[] = [];
  let tellGaps = (found: readonly GapRow[]): void => {
    gaps = [...gaps, ...found];
  };
  const store = await openStore({
    dir: stateDir,
    budgetBytes: options.budgetBytes,
    ballastBytes: options.ballastBytes,
    log,
    health,
    clock,
    onGap: (found) => tellGaps(found),
    onFatal: (cause) => fatal.abort(cause),
  });
  try {
    const parts = await assemble(options, site, store, health, (cause) => fatal.abort(cause), Math.random);
    const { core } = parts;
    tellGaps = (found) =>
      void core.tellGaps(found).catch((err: unknown) => log.debug({ err }, "gap not told, the store is closed"));
    tellGaps([...store.recovered.gaps, ...gaps]);
    const endpoint = await openEndpoint({ ...options.monitor, metrics: parts.metrics, health: () => health.entries });
    let isReady = false;
    const nowReady = (running: Running) => {
      isReady = true;
      onReady(running);
    };
    try {
      await serve(parts, { options, site, startedMs, monitorPort: endpoint.port, onReady: nowReady, signal });
    } finally {
      if (!isReady && restored !== undefined) await tellTaken(store, options);
      parts.pairing.close();
      await endpoint.close();
      await parts.audit.close();
    }
  } finally {
    await store.close();
  }
  if (fatal.signal.aborted) throw fatal.signal.reason;
}

/** A disk that fails is asked again for ever. */
const COUNT_MS = 3_000;

/** What a run that did not get ready has taken: nobody else will know of it. */
async function tellTaken(store: Store, { onUnready, clock, log }: RunOptions): Promise<void> {
  const done = new AbortController();
  const patience = clock.sleep(COUNT_MS, done.signal).then(
    () => log.warn({}, "what was taken since the restore is not counted in time"),
    () => {},
  );
  const counted = readingsBehind(store, store.recovered.lastSeq).then(
    (left) => onUnready?.(left),
    (err: unknown) => log.warn({ err }, "what was taken since the restore cannot be counted"),
  );
  await Promise.race([counted, patience]);
  done.abort();
}
