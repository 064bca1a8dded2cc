/** The search for meters by wildcards, whichever of the two protocols they speak. */
import { createMeterSearch } from "@gatehouse/protocol";
import type { Finding, Found, OnProgress } from "./scanner.ts";

/** A meter may take 500 ms to begin its answer, by both standards; adapters add theirs. */
export const METER_WAIT_MS = 560;

/** What came of one request. */
export interface MeterEcho {
  /** By address. */
  readonly meters: ReadonlyMap<string, Found>;
  readonly damaged: boolean;
}

/** Every meter once, as soon as it answered; at the end what could not be told apart. `bytes` is the length of an address. */
export async function* searchMeters(
  bytes: number,
  ask: (pattern: string) => Promise<MeterEcho>,
  onProgress: OnProgress,
): AsyncGenerator<Finding> {
  const search = createMeterSearch(bytes);
  for (let { pattern } = search; pattern !== undefined; pattern = search.pattern) {
    const known = search.found;
    onProgress(search.share, `${known.length} found, asking ${pattern.replace(/^(?:AA)+/, "…")}`);
    const { meters, damaged } = await ask(pattern);
    search.heard({ addresses: [...meters.keys()], damaged });
    for (const [address, meter] of meters) if (!known.includes(address)) yield meter;
  }
  for (const pattern of search.unresolved) yield { kind: "remark", text: unresolvedText(pattern) };
}

function unresolvedText(pattern: string): string {
  if (!pattern.includes("AA")) return `at address ${pattern} answers are damaged: two meters with one address?`;
  const where = /^(?:AA)+$/.test(pattern)
    ? "meters"
    : `meters whose address ends in ${pattern.replace(/^(?:AA)+/, "")}`;
  return `several ${where} answer at once and know no narrower wildcards: read their addresses off the plates, or take all but one off the line`;
}
