/** How long motion sensors stay silent while people are in the room, and how often they speak when nobody is. */
import { type RoomSample, stretchesOf } from "./recordings.ts";
import { areaUnderCurve, bootstrapShare, groupBy, type Measured, noneOf, rate, share } from "./statistics.ts";

/** Nominal step of the recording. One lost row (61 s) is bridged, more is not. */
export const STEP_S = 30;
const MOST_STEP_MS = 70_000;

/** Departures with at least so much empty room behind them show how long a hold lingers. */
const LONG_AFTER_S = 3_600;

/** People in the room without a break: the rows of one stay, and what came before it in the same stretch. */
export interface Stay {
  readonly rows: readonly RoomSample[];
  /** Rows after it until the next stay or the end of the stretch. */
  readonly after: readonly RoomSample[];
}

export function staysOf(room: readonly RoomSample[]): Stay[] {
  return stretchesOf(room, MOST_STEP_MS).flatMap((stretch) => {
    const runs: RoomSample[][] = [];
    let before: boolean | undefined;
    for (const row of stretch) {
      if (row.persons > 0 !== before) runs.push([]);
      before = row.persons > 0;
      runs.at(-1)?.push(row);
    }
    return runs.flatMap((rows, i) => ((rows[0]?.persons ?? 0) > 0 ? [{ rows, after: runs[i + 1] ?? [] }] : []));
  });
}

/** For every window of `steps` rows inside the stay with the wanted number of persons throughout: was it silent from end to end? */
export function silentWindows(stay: Stay, steps: number, persons: number | "any"): boolean[] {
  const { rows } = stay;
  return rows.slice(steps - 1).flatMap((_, from) => {
    const window = rows.slice(from, from + steps);
    const fits = persons === "any" || window.every((row) => row.persons === persons);
    return fits ? [window.every((row) => row.silent)] : [];
  });
}

export interface SilentShare extends Measured {
  readonly windows: number;
  /** Stays that hold such a window: the independent part of the evidence. */
  readonly stays: number;
}

/**
 * P(both sensors silent for the whole window | present for the whole window). Where none was seen the high end is that of the shortest window never seen silent
 * (a longer one cannot be silent more often), its windows side by side taken as independent trials.
 */
export function silentShare(stays: readonly Stay[], minutes: number, persons: number | "any"): SilentShare {
  const steps = Math.round((minutes * 60) / STEP_S);
  const blocksOf = (length: number) =>
    stays.map((stay) => silentWindows(stay, length, persons)).filter((windows) => windows.length > 0);
  const blocks = blocksOf(steps);
  const windows = blocks.flat();
  const seen = { windows: windows.length, stays: blocks.length };
  if (windows.some(Boolean)) return { ...bootstrapShare(blocks), ...seen };
  let shortest = steps;
  while (
    shortest > 1 &&
    !blocksOf(shortest - 1)
      .flat()
      .some(Boolean)
  )
    shortest--;
  return { value: 0, low: 0, high: noneOf(blocksOf(shortest).flat().length / shortest), ...seen };
}

/** A silence during a stay, from its first silent row to the next motion; `ended` is false when the people left first. */
export interface Silence {
  readonly seconds: number;
  readonly ended: boolean;
}

export function silencesOf(stays: readonly Stay[]): Silence[] {
  return stays.flatMap(({ rows }) => {
    const silences: Silence[] = [];
    let rowsSilent = 0;
    for (const row of rows) {
      if (row.silent) rowsSilent++;
      else if (rowsSilent > 0) {
        silences.push({ seconds: rowsSilent * STEP_S, ended: true });
        rowsSilent = 0;
      }
    }
    if (rowsSilent > 0) silences.push({ seconds: rowsSilent * STEP_S, ended: false });
    return silences;
  });
}

/** Motion resumed per hour of silence already `from` to `to` minutes old. */
export function resumption(silences: readonly Silence[], fromMin: number, toMin: number) {
  const [from, to] = [fromMin * 60, toMin * 60];
  const hours = silences.reduce((all, { seconds }) => all + Math.max(0, Math.min(seconds, to) - from), 0) / 3_600;
  const resumed = silences.filter(({ seconds, ended }) => ended && seconds > from && seconds <= to).length;
  return { hours, resumed, perHour: rate(resumed, hours) };
}

/**
 * P(silent for the whole window) past the longest silence seen: the share at `knownMin` times the chance that motion, which resumed at a steady rate in
 * old silences, does not resume. Low and high take both intervals at their worst.
 */
export function silentBeyond(known: Measured, knownMin: number, resumed: Measured, minutes: number): Measured {
  const lasting = (perHour: number) => Math.exp((-perHour * (minutes - knownMin)) / 60);
  return {
    value: known.value * lasting(resumed.value),
    low: known.low * lasting(resumed.high),
    high: known.high * lasting(resumed.low),
  };
}

/** What a hold time does: presence is believed until `holdS` after the last motion. */
export function holdOutcome(stays: readonly Stay[], holdS: number) {
  let occupied = 0;
  let vacant = 0;
  let lapses = 0;
  let lingering = 0;
  for (const { rows } of stays) {
    let silentS = Number.POSITIVE_INFINITY;
    for (const row of rows) {
      const before = silentS;
      silentS = row.silent ? silentS + STEP_S : 0;
      occupied++;
      // Before the first motion of a stay nothing has lapsed: that is a late arrival, counted apart.
      if (silentS > holdS && silentS < Number.POSITIVE_INFINITY) vacant++;
      if (silentS > holdS && before <= holdS) lapses++;
    }
  }
  const departures = stays.filter(({ after }) => after.length * STEP_S >= LONG_AFTER_S);
  for (const { rows, after } of departures) {
    let silentS = (rows.length - 1 - rows.findLastIndex((row) => !row.silent)) * STEP_S;
    for (const row of after) {
      silentS = row.silent ? silentS + STEP_S : 0;
      if (silentS > holdS) break;
      lingering++;
    }
  }
  const hours = (occupied * STEP_S) / 3_600;
  return {
    holdMin: holdS / 60,
    occupiedHours: hours,
    vacantShare: vacant / occupied,
    lapses,
    lapsesPerHour: rate(lapses, hours),
    lingeringMin: (lingering * STEP_S) / 60 / departures.length,
    departures: departures.length,
  };
}

/** Minutes from the first row of a stay to its first motion. */
export const firstMotionMin = (stays: readonly Stay[]): number[] =>
  stays.map(({ rows }) => (rows.findIndex((row) => !row.silent) * STEP_S) / 60);

/** Motion in rows without people, near a stay (where the label may be late) and away from it. */
export function falseMotion(room: readonly RoomSample[], nearMs: number) {
  const occupied = room.filter(({ persons }) => persons > 0).map(({ atMs }) => atMs);
  const isNear = (atMs: number) => occupied.some((other) => Math.abs(other - atMs) <= nearMs);
  const empty = room.filter(({ persons }) => persons === 0);
  const [near, far] = [empty.filter(({ atMs }) => isNear(atMs)), empty.filter(({ atMs }) => !isNear(atMs))];
  const count = (rows: readonly RoomSample[]) => ({
    rows: rows.length,
    on: rows.filter((row) => !row.silent).length,
    perRow: rate(rows.filter((row) => !row.silent).length, rows.length),
  });
  return { near: count(near), far: count(far), bursts: burstsIn(far) };
}

/** Rows with motion, those within ten minutes of one another taken as one burst. */
function burstsIn(rows: readonly RoomSample[]): Measured & { readonly count: number } {
  const on = rows.filter((row) => !row.silent);
  const count = on.filter(({ atMs }, i) => atMs - (on[i - 1]?.atMs ?? Number.NEGATIVE_INFINITY) > 600_000).length;
  return { count, ...rate(count, (rows.length * STEP_S) / 3_600) };
}

/** How much a window of silence, or a row with motion, speaks for presence: P(seen | present) / P(seen | empty). Above 1 for presence. */
export function evidence(presentSilent: Measured, emptyOnPerRow: Measured, minutes: number) {
  const rows = (minutes * 60) / STEP_S;
  const emptySilent = (perRow: number) => (1 - perRow) ** rows;
  const ratio = (silent: number, perRow: number) => ({
    silence: silent / emptySilent(perRow),
    motion: (1 - silent) / (1 - emptySilent(perRow)),
  });
  const middle = ratio(presentSilent.value, emptyOnPerRow.value);
  const cautious = ratio(presentSilent.high, emptyOnPerRow.high);
  return { silence: middle.silence, motion: middle.motion, cautious };
}

/** Silence of each sensor alone, of both, and what both would be were they independent. */
export function sensorsTogether(stays: readonly Stay[]) {
  const rows = stays.flatMap((stay) => stay.rows);
  const first = share(rows.map(({ motion }) => !motion[0]));
  const second = share(rows.map(({ motion }) => !motion[1]));
  return { first, second, both: share(rows.map((row) => row.silent)), independent: first * second };
}

/** How well the signals that are not used here tell presence when both motion sensors are silent. */
export function otherSignals(room: readonly RoomSample[]) {
  const silent = room.filter((row) => row.silent);
  const auc = (pick: (row: RoomSample) => number) =>
    areaUnderCurve(
      silent
        .filter(({ persons }) => persons > 0)
        .map(pick)
        .filter(Number.isFinite),
      silent
        .filter(({ persons }) => persons === 0)
        .map(pick)
        .filter(Number.isFinite),
    );
  return {
    co2: auc((row) => row.co2),
    co2Slope: auc((row) => row.co2Slope),
    sound: auc((row) => row.sound),
    light: auc((row) => row.light),
  };
}

/** Days on which somebody was there. */
export const occupiedDays = (room: readonly RoomSample[]): number =>
  groupBy(
    room.filter(({ persons }) => persons > 0),
    ({ atMs }) => Math.floor(atMs / 86_400_000),
  ).length;
