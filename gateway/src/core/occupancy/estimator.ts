/** The estimator's interface: what the core feeds it and what it must answer. */
import type { Evidence } from "@gatehouse/protocol";
import type { SpaceModel } from "../model.ts";

/** What the gateway believes about a space. Numbers are persons. */
export interface Estimate {
  readonly present: number;
  readonly presentLow: number;
  readonly presentHigh: number;
  readonly residing: number;
  readonly low: number;
  readonly high: number;
  /** Probability that more people reside here than the limit allows; 0 without a limit. */
  readonly pOver: number;
  readonly evidence: readonly Evidence[];
}

/** One night as it is believed now; late readings still change it. */
export interface Night {
  /** Local day number of its morning. */
  readonly day: number;
  /** The moment it is sampled at, ms. */
  readonly sampleMs: number;
  persons: number;
}

/** An estimator's memory of one space: JSON, a few kB at most. */
export interface Belief {
  /** People inside by the counters. */
  balance: number;
  /** Lowest balance since the last anchor … */
  low: number;
  /** … and of the days before. */
  lows: number[];
  /** Oldest first. */
  nights: Night[];
  /** Counter readings ever: without any, nothing is claimed. */
  counted: number;
}

/** A passage through one of the space's portals, seen from this space. */
export interface Passage {
  /** Persons entering (positive) or leaving (negative). */
  readonly change: number;
  /** When it happened, as far as the device's clock can be believed. */
  readonly atMs: number;
}

export interface Estimator {
  create(): Belief;
  /** True when present or a past night changed. */
  pass(belief: Belief, passage: Passage): boolean;
  /** In the small hours, once a night: who is here now sleeps here. */
  sample(belief: Belief, day: number, sampleMs: number): void;
  /** At noon, once a day: takes drift out. */
  anchor(belief: Belief): void;
  estimate(belief: Belief, space: SpaceModel): Estimate;
}
