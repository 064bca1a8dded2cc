/** Gives memory back to the system, in the thread that calls. */

/** Some 15 ms; nothing where the process was not started by the launcher, which lets us ask for it. */
export function releaseMemory(): void {
  globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" });
}
