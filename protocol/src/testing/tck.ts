/** Names of tests that prove statements of the Sparkplug 3.0 specification, each by its own identifier (`tck-id-…`). */

/** A sentence, and behind it the statements it proves: the coverage is counted by these names. */
export const tck = (sentence: string, ...ids: readonly `tck-id-${string}`[]): string =>
  `${sentence} [${ids.join(" ")}]`;
