/** What the gateway believes about a space, as everybody outside the estimator sees it. */
import type { Evidence } from "@gatehouse/protocol";

/** How far the finding that too many live here has come, as of the last morning. */
export interface Stand {
  /** `first`: likely on some of the last mornings, on too few for an alert. `confirmed`: on enough of them, or the alert stands. */
  readonly sign: "none" | "first" | "confirmed";
  /** RFC 3339: the first of those nights; null without a sign. */
  readonly signSince: string | null;
  /** So many of the last `signOf` mornings were likely; `signNeeded` of them make an alert. */
  readonly signNights: number;
  readonly signNeeded: number;
  readonly signOf: number;
  /** Why nothing is said of the space for want of evidence; null where enough is known. */
  readonly abstains: { readonly says: string; readonly zh: string } | null;
}

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
  readonly stand: Stand;
}

/** Who lives here, as last assessed at the end of a night. */
export type Residency = Pick<Estimate, "residing" | "low" | "high" | "pOver" | "evidence">;
