/** Scores alerts against the truth of a labelled site: which alerts are right, which spaces, how late, how wrong the head counts. Pure. */

/** A finding about a space, from when to when; `clearedMs` is infinite while it stands. */
export interface Span {
  readonly space: string;
  readonly raisedMs: number;
  readonly clearedMs: number;
}

/** People a space is over its limit with, from when to when; `endMs` is infinite for one that never ended. */
export interface Breach {
  readonly startMs: number;
  readonly endMs: number;
}

export interface SpaceTruth {
  readonly id: string;
  readonly scenario: string;
  readonly breaches: readonly Breach[];
}

export interface SiteTruthSpans {
  readonly days: number;
  readonly spaces: readonly SpaceTruth[];
}

/** Counts that add up over sites. */
export interface Score {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
  readonly falseAlerts: number;
  readonly roomDays: number;
  /** Days from the start of a breach to its first right alert. */
  readonly delays: readonly number[];
  readonly endedBreaches: number;
  readonly clearedInTime: number;
  /** Spaces that came out wrong, as `space scenario missed | false`. */
  readonly wrong: readonly string[];
}

const DAY_MS = 86_400_000;
/** An alert may come so much before the breach, and so much after its end. */
const EARLY_MS = 2 * DAY_MS;
const LATE_MS = 7 * DAY_MS;
const CLEAR_MS = 14 * DAY_MS;

export const NOTHING: Score = {
  truePositive: 0,
  falsePositive: 0,
  falseNegative: 0,
  trueNegative: 0,
  falseAlerts: 0,
  roomDays: 0,
  delays: [],
  endedBreaches: 0,
  clearedInTime: 0,
  wrong: [],
};

function isRight({ raisedMs, clearedMs }: Span, { startMs, endMs }: Breach): boolean {
  const overlaps = raisedMs < endMs && clearedMs > startMs;
  return overlaps && raisedMs >= startMs - EARLY_MS && raisedMs <= endMs + LATE_MS;
}

export function scoreSite(truth: SiteTruthSpans, alerts: readonly Span[]): Score {
  return sumScores(truth.spaces.map((space) => scoreSpace(space, truth.days, alerts)));
}

function scoreSpace({ id, scenario, breaches }: SpaceTruth, days: number, all: readonly Span[]): Score {
  const alerts = all.filter(({ space }) => space === id).sort((a, b) => a.raisedMs - b.raisedMs);
  const right = alerts.filter((alert) => breaches.some((breach) => isRight(alert, breach)));
  const over = breaches.length > 0;
  const delays = breaches.flatMap((breach) => {
    const first = right.find((alert) => isRight(alert, breach));
    return first === undefined ? [] : [Math.max(0, first.raisedMs - breach.startMs) / DAY_MS];
  });
  const ended = breaches.filter(({ endMs }) => Number.isFinite(endMs));
  const cleared = ended.filter((breach) =>
    right.some((alert) => isRight(alert, breach) && alert.clearedMs <= breach.endMs + CLEAR_MS),
  );
  const missed = over && right.length === 0;
  const falsely = !over && alerts.length > 0;
  return {
    truePositive: over && !missed ? 1 : 0,
    falsePositive: falsely ? 1 : 0,
    falseNegative: missed ? 1 : 0,
    trueNegative: !over && !falsely ? 1 : 0,
    falseAlerts: alerts.length - right.length,
    roomDays: days,
    delays,
    endedBreaches: ended.length,
    clearedInTime: cleared.length,
    wrong: missed || falsely ? [`${id} ${scenario} ${missed ? "missed" : "false"}`] : [],
  };
}

export function sumScores(scores: readonly Score[]): Score {
  const sum = (pick: (score: Score) => number): number => scores.reduce((total, score) => total + pick(score), 0);
  return {
    truePositive: sum((score) => score.truePositive),
    falsePositive: sum((score) => score.falsePositive),
    falseNegative: sum((score) => score.falseNegative),
    trueNegative: sum((score) => score.trueNegative),
    falseAlerts: sum((score) => score.falseAlerts),
    roomDays: sum((score) => score.roomDays),
    delays: scores.flatMap((score) => score.delays),
    endedBreaches: sum((score) => score.endedBreaches),
    clearedInTime: sum((score) => score.clearedInTime),
    wrong: scores.flatMap((score) => score.wrong),
  };
}

/** The figures of the table. NaN where nothing stands to be divided by. */
export interface Figures {
  readonly spaces: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Matthews correlation coefficient. */
  readonly mcc: number;
  readonly falsePerRoomMonth: number;
  readonly medianDelay: number;
  readonly p90Delay: number;
  readonly clearedShare: number;
}

const MONTH_DAYS = 30;

export function figuresOf(score: Score): Figures {
  const { truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn } = score;
  const delays = [...score.delays].sort((a, b) => a - b);
  const at = (share: number): number =>
    delays[Math.min(delays.length - 1, Math.floor(share * delays.length))] ?? Number.NaN;
  const spread = Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  return {
    spaces: tp + fp + fn + tn,
    accuracy: (tp + tn) / (tp + fp + fn + tn),
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: (2 * tp) / (2 * tp + fp + fn),
    mcc: (tp * tn - fp * fn) / spread,
    falsePerRoomMonth: (score.falseAlerts * MONTH_DAYS) / score.roomDays,
    medianDelay: at(0.5),
    p90Delay: at(0.9),
    clearedShare: score.clearedInTime / score.endedBreaches,
  };
}

/** Wilson's interval of a share at 95 %: good for small numbers and shares near 1. */
export function wilson(hits: number, of: number): readonly [low: number, high: number] {
  if (of === 0) return [0, 1];
  const z = 1.96;
  const share = hits / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
