/** The process that reads one PLC: values go to the gateway, bounded, and in the order they came. Never imports the gateway's core. */
import { LinkError, systemClock } from "@gatehouse/protocol";
import type { PointValue, ReaderTask } from "../seam.ts";
import { log, type Parent, sayUp, underParent } from "./parent.ts";
import { openPlcLink } from "./plc-link.ts";

/** Values the gateway has not said it has. Beyond it the PLC is let go: after that it tells what its totals are then. */
const MOST_WAITING = 50_000;
const MOST_AT_ONCE = 1_000;

underParent<ReaderTask>(read);

async function read({ task, signal, tell, onStored }: Parent<ReaderTask>): Promise<void> {
  const waiting = new Map<number, number>();
  const full = Promise.withResolvers<never>();
  full.promise.catch(() => {});
  let total = 0;
  let n = 0;
  let gathered: PointValue[] = [];
  onStored((stored) => {
    total -= waiting.get(stored) ?? 0;
    waiting.delete(stored);
  });
  const flush = () => {
    for (; gathered.length > 0; gathered = gathered.slice(MOST_AT_ONCE)) {
      const values = gathered.slice(0, MOST_AT_ONCE);
      waiting.set(++n, values.length);
      total += values.length;
      tell({ is: "values", n, values });
    }
    if (total > MOST_WAITING) full.reject(new LinkError("closed", `${total} values wait for the gateway`));
  };
  const link = await openPlcLink(task, systemClock, (value) => {
    if (gathered.length === 0) setImmediate(flush);
    gathered.push(value);
  });
  sayUp(signal);
  log.info({ endpoint: task.endpoint, points: task.nodes.length }, "plc is read");
  const stop = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await Promise.race([link.lost, full.promise, stop]);
  } finally {
    await Promise.race([link.close().catch(() => {}), systemClock.sleep(1_000)]);
  }
}
