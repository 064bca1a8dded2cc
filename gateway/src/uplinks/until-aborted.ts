/** How long a link stands. */

/** Resolves when the signal aborts; throws what `lost` rejects with. */
export async function untilAborted(lost: Promise<never>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([aborted.promise, lost]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
