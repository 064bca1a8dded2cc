/** The three recordings as plain values: half-hour counts of a door, a room with motion sensors, an office with presence. */
import { cell, numberIn, type Row, readRows, wallMs } from "./data-files.ts";

export const DAY_MS = 86_400_000;
export const SLOTS = 48;

/** One calendar day at the counted door. Slot 0 is the half hour the recording labels 00:00. */
export interface CounterDay {
  readonly startMs: number;
  readonly weekend: boolean;
  readonly week: number;
  readonly entered: readonly number[];
  readonly left: readonly number[];
}

export interface DoorEvent {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DoorCounts {
  readonly days: readonly CounterDay[];
  readonly events: readonly DoorEvent[];
}

const FLOW_OUT = "7";

export function readDoorCounts(folder: string): DoorCounts {
  const days = new Map<number, { entered: number[]; left: number[] }>();
  for (const row of readRows(folder, "CalIt2.data", 4)) {
    const atMs = wallMs(row, cell(row, 1), cell(row, 2));
    const startMs = Math.floor(atMs / DAY_MS) * DAY_MS;
    const day = days.get(startMs) ?? { entered: new Array(SLOTS).fill(0), left: new Array(SLOTS).fill(0) };
    const flow = cell(row, 0) === FLOW_OUT ? day.left : day.entered;
    flow[Math.round((atMs - startMs) / (DAY_MS / SLOTS))] = numberIn(row, 3);
    days.set(startMs, day);
  }
  const events = readRows(folder, "CalIt2.events", 3).map((row) => ({
    fromMs: wallMs(row, cell(row, 0), cell(row, 1)),
    toMs: wallMs(row, cell(row, 0), cell(row, 2)),
  }));
  const first = Math.min(...days.keys());
  return {
    days: [...days].map(([startMs, day]) => ({
      ...day,
      startMs,
      // 1 January 1970 was a Thursday.
      weekend: [2, 3].includes((startMs / DAY_MS) % 7),
      week: Math.floor((startMs - first) / (7 * DAY_MS)),
    })),
    events,
  };
}

/** One row of the room with two motion sensors. */
export interface RoomSample {
  readonly atMs: number;
  readonly persons: number;
  /** Both motion sensors are silent in this row. */
  readonly silent: boolean;
  readonly motion: readonly [boolean, boolean];
  readonly light: number;
  readonly sound: number;
  readonly co2: number;
  readonly co2Slope: number;
}

export function readRoom(folder: string): RoomSample[] {
  // About one row in thirty lacks a cell or two of light, sound or CO2; motion and the true number are whole.
  const given = (row: Row, column: number) => (cell(row, column) === "" ? Number.NaN : numberIn(row, column));
  const most = (row: Row, columns: readonly number[]) =>
    Math.max(...columns.map((column) => given(row, column)).filter(Number.isFinite));
  return readRows(folder, "Occupancy_Estimation.csv", 19)
    .slice(1)
    .map((row) => {
      const motion = [numberIn(row, 16) > 0, numberIn(row, 17) > 0] as const;
      return {
        atMs: wallMs(row, cell(row, 0), cell(row, 1)),
        persons: numberIn(row, 18),
        silent: !motion[0] && !motion[1],
        motion,
        light: most(row, [6, 7, 8, 9]),
        sound: most(row, [10, 11, 12, 13]),
        co2: given(row, 14),
        co2Slope: given(row, 15),
      };
    });
}

/** One minute of the office. */
export interface OfficeMinute {
  readonly atMs: number;
  readonly occupied: boolean;
}

/** The office in order of time, its three files as three stretches. */
export function readOffice(folder: string): OfficeMinute[][] {
  const stretches = ["datatest.txt", "datatraining.txt", "datatest2.txt"].map((name) =>
    readRows(folder, name, 7)
      .slice(1)
      .map((row) => {
        const [date = "", time = ""] = cell(row, 0).split(" ");
        return { atMs: wallMs(row, date, time), occupied: numberIn(row, 6) > 0 };
      }),
  );
  return stretches.sort((a, b) => (a[0]?.atMs ?? 0) - (b[0]?.atMs ?? 0));
}

/** Cuts a series where more than `mostMs` lie between two rows. */
export function stretchesOf<T extends { readonly atMs: number }>(series: readonly T[], mostMs: number): T[][] {
  const stretches: T[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const sample of series) {
    if (sample.atMs - last > mostMs) stretches.push([]);
    stretches.at(-1)?.push(sample);
    last = sample.atMs;
  }
  return stretches;
}
