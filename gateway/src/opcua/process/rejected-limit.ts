/** Certificates of clients that were turned away: the newest few stay, so that a stranger who brings a new one each time fills no disk. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@gatehouse/protocol";
import { log } from "./parent.ts";

const EVERY_MS = 15_000;
export const MOST_REJECTED = 200;

/** Looks again and again until the signal aborts. */
export function keepFew(folder: string, clock: Clock, signal: AbortSignal): void {
  const look = async () => {
    while (!signal.aborted) {
      await clock.sleep(EVERY_MS, signal);
      const removed = await prune(folder, MOST_REJECTED);
      if (removed > 0) log.warn({ removed }, "many unknown clients come, the oldest certificates were removed");
    }
  };
  look().catch((error: unknown) => {
    if (!signal.aborted) log.warn({ reason: String(error) }, "folder of unknown clients is not looked after");
  });
}

/** Resolves with how many went. */
export async function prune(folder: string, most: number): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  if (names.length <= most) return 0;
  const dated = await Promise.all(
    names.map(async (name) => ({
      name,
      atMs: await stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  const old = dated.sort((a, b) => b.atMs - a.atMs).slice(most);
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })));
  return old.length;
}
