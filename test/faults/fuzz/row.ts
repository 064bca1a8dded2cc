/** What a parser offers to be fuzzed by. */
import type { Framing } from "@gatehouse/protocol";

export interface FuzzRow {
  readonly name: string;
  /** Everything the product does with bytes of a stranger. May throw FrameError and nothing else. Holds no more than a bounded state. */
  run(bytes: Uint8Array): void;
  /** Whole, valid frames or payloads: what is mutated. */
  readonly seeds: readonly Uint8Array[];
  /** What a driver does with a good frame, for `npm run bench -- parsers`; without it `run` is measured. */
  readonly decode?: (bytes: Uint8Array) => void;
  /** Makes lengths and checks of mutated bytes right again, so that what lies behind them is reached too. */
  readonly repair?: (bytes: Uint8Array) => Uint8Array;
  /** With it, valid seeds are looked for behind garbage. */
  readonly framing?: Framing;
}
