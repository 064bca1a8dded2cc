/** Ends what takes too long or is no longer wanted, as a LinkError. */
import { type Clock, LinkError } from "@gatehouse/protocol";

/** Calls `fail` once: with `timeout` after `ms` of real time, with `closed` when a signal aborts. The returned function calls it off. */
export function failAfter(
  { clock, ms, what, signals }: { clock: Clock; ms: number; what: string; signals: readonly AbortSignal[] },
  fail: (error: LinkError) => void,
): () => void {
  const signal = AbortSignal.any([...signals]);
  const end = () => {
    cancel();
    signal.removeEventListener("abort", onAbort);
  };
  const onAbort = () => {
    end();
    fail(new LinkError("closed", `${what}: given up`, { cause: signal.reason }));
  };
  const cancel = clock.after(ms, () => {
    end();
    fail(new LinkError("timeout", `${what}: no answer within ${ms} ms`));
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return end;
}
