/** What the gateway believes about a space, as everybody outside the estimator sees it. */
import type { Evidence } from "@gatehouse/protocol";

/** Numbers are persons. */
export interface Estimate {
  readonly present: number;
  /** Between them with a chance of 80 %. */
  readonly presentLow: number;
  readonly presentHigh: number;
  readonly residing: number;
  /** Between them with a chance of 80 %. */
  readonly low: number;
  readonly high: number;
  /** Probability that more people reside here than the limit allows; 0 without a limit. */
  readonly pOver: number;
  readonly evidence: readonly Evidence[];
}

/** Who lives here, as last assessed at the end of a night. */
export type Residency = Pick<Estimate, "residing" | "low" | "high" | "pOver" | "evidence">;
