/** The room with two motion sensors: its tables and the figures of the presence model. */
import {
  evidence,
  falseMotion,
  firstMotionMin,
  holdOutcome,
  occupiedDays,
  otherSignals,
  resumption,
  type Stay,
  sensorsTogether,
  silencesOf,
  silentBeyond,
  silentShare,
  staysOf,
} from "./motion-silence.ts";
import { type RoomSample, readRoom } from "./recordings.ts";
import { between, figuresFrom, fixed, percent, type Section, type Table } from "./section.ts";
import { quantile, sum } from "./statistics.ts";

const f = figuresFrom("UCI Room Occupancy Estimation");
const PEOPLE = [1, 2, 3, "any"] as const;
/** The longest window in which a silence was seen often enough to start from. */
const KNOWN_MIN = 5;
const EDGE_MS = 120_000;
const share = (value: number) => percent(value, 2);

function silentTable(stays: readonly Stay[]): Table {
  return {
    title: "P(both motion sensors silent for the whole window | so many people there for the whole window)",
    head: ["window, min", ...PEOPLE.map((persons) => (persons === "any" ? "1 to 3" : String(persons)))],
    rows: [0.5, 1, 2, 5, 10, 20, 30, 60].map((minutes) => [
      String(minutes),
      ...PEOPLE.map((persons) => {
        const { windows, stays: held, ...measured } = silentShare(stays, minutes, persons);
        return `${between(measured, (v) => fixed(100 * v, 1))} [${held}]`;
      }),
    ]),
    note: "In %, with 95 % interval (stays drawn whole) and [number of stays]. Where none was seen: the bound of the shortest window never seen silent.",
  };
}

function holdTable(stays: readonly Stay[]): Table {
  return {
    title: "Hold time: presence is believed for so long after the last motion",
    head: ["hold, min", "false vacancies", "per occupied hour", "occupied time called vacant", "lingers, min"],
    rows: [0.5, 1, 2, 3, 5, 10, 15, 30].map((hold) => {
      const outcome = holdOutcome(stays, hold * 60);
      return [
        String(hold),
        String(outcome.lapses),
        between(outcome.lapsesPerHour, fixed),
        share(outcome.vacantShare),
        `${fixed(outcome.lingeringMin, 1)} [${outcome.departures}]`,
      ];
    }),
    note: "Lingers: time called occupied after the people had gone, over the [departures] with an hour of empty room behind them.",
  };
}

function silenceTables(stays: readonly Stay[], occupiedHours: number): Table[] {
  const silences = silencesOf(stays);
  const minutes = silences.map(({ seconds }) => seconds / 60);
  const total = sum(minutes);
  const ages: [number, number][] = [
    [0, 0.5],
    [0.5, 1],
    [1, 2],
    [2, 5],
    [5, 10],
  ];
  return [
    {
      title: `${silences.length} silences in ${fixed(occupiedHours, 1)} occupied hours`,
      head: ["quantile", "length, min"],
      rows: [0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1].map((p) => [percent(p, 0), fixed(quantile(minutes, p), 1)]),
      note: `Time spent in silences longer than 2 min: ${percent(sum(minutes.filter((m) => m > 2)) / total)} of all silent time; longer than 5 min: ${percent(sum(minutes.filter((m) => m > 5)) / total)}.`,
    },
    {
      title: "How fast motion resumes in a silence of a given age (a falling rate would mean a long tail)",
      head: ["age, min", "hours seen", "resumed", "per hour"],
      rows: ages.map(([from, to]) => {
        const { hours, resumed, perHour } = resumption(silences, from, to);
        return [`${from} to ${to}`, fixed(hours), String(resumed), between(perHour, (v) => fixed(v, 0))];
      }),
    },
  ];
}

function otherTable(room: readonly RoomSample[], stays: readonly Stay[]): Table {
  const motion = falseMotion(room, EDGE_MS);
  const together = sensorsTogether(stays);
  const signals = otherSignals(room);
  return {
    title: "More about the sensors",
    head: ["what", "value"],
    rows: [
      ["motion in an empty room, within 2 min of a stay", `${motion.near.on} of ${motion.near.rows} rows`],
      [
        "motion in an empty room, elsewhere",
        `${motion.far.on} of ${motion.far.rows} rows: ${between(motion.far.perRow, share)}`,
      ],
      [
        "bursts of motion in an empty room, an hour",
        `${motion.bursts.count} bursts: ${between(motion.bursts, (v) => fixed(v))}`,
      ],
      ["silent in a row of 30 s: first, second sensor", `${percent(together.first)}, ${percent(together.second)}`],
      ["both silent; were they independent", `${percent(together.both)}; ${percent(together.independent)}`],
      [
        "first motion of a stay, min after it began",
        firstMotionMin(stays)
          .map((m) => fixed(m, 1))
          .join(" "),
      ],
      ["area under curve among silent rows: CO2, its slope", `${fixed(signals.co2)}, ${fixed(signals.co2Slope)}`],
      ["area under curve among silent rows: sound, light", `${fixed(signals.sound)}, ${fixed(signals.light)}`],
    ],
    note: "Area under curve: how often an occupied row stands above an empty one. Light and sound are not sensors of the gateway; nothing below uses them.",
  };
}

export function motionSection(folder: string): Section {
  const room = readRoom(folder);
  const stays = staysOf(room);
  const silences = silencesOf(stays);
  const resumed = resumption(silences, 2, 10).perHour;
  const known = silentShare(stays, KNOWN_MIN, "any");
  const beyond = (minutes: number) => silentBeyond(known, KNOWN_MIN, resumed, minutes);
  const [hold5, hold10] = [holdOutcome(stays, 300), holdOutcome(stays, 600)];
  const silent = (minutes: number, persons: 1 | 2 | 3 | "any") => silentShare(stays, minutes, persons);
  const together = sensorsTogether(stays);
  const empty = falseMotion(room, EDGE_MS);
  const weigh = (minutes: number) => evidence(silent(minutes, "any"), empty.far.perRow, minutes);
  const chance = "probability";
  return {
    name: "motion",
    title: `Motion sensors (UCI Room Occupancy Estimation): ${stays.length} stays on ${occupiedDays(room)} days, 0 to 3 people awake in a small room`,
    tables: [
      silentTable(stays),
      ...silenceTables(stays, hold5.occupiedHours),
      holdTable(stays),
      {
        title: "P(silent for the whole window | 1 to 3 people awake) beyond the longest silence seen (extrapolated)",
        head: ["window, min", "steady rate goes on", "bound without that assumption"],
        rows: [10, 15].map((minutes) => [
          String(minutes),
          between(beyond(minutes), (v) => v.toExponential(0)),
          percent(silent(minutes, "any").high),
        ]),
      },
      {
        title: "What a window says: P(seen | 1 to 3 awake) / P(seen | empty); cautious: both intervals at their worst",
        head: ["window, min", "silence", "silence, cautious", "motion", "motion, cautious"],
        rows: [0.5, 1, 2, 5, 10].map((minutes) => {
          const { silence, motion, cautious } = weigh(minutes);
          return [
            String(minutes),
            fixed(silence, 3),
            fixed(cautious.silence, 3),
            fixed(motion, 0),
            fixed(cautious.motion, 0),
          ];
        }),
      },
      otherTable(room, stays),
    ],
    figures: [
      f("motion.silent.30s", silent(0.5, "any"), chance, "both sensors silent | 1 to 3 people awake"),
      f("motion.silent.30s.one", silent(0.5, 1), chance, "the same, one person"),
      f("motion.silent.30s.two", silent(0.5, 2), chance, "the same, two"),
      f("motion.silent.30s.three", silent(0.5, 3), chance, "the same, three"),
      f("motion.silent.1min", silent(1, "any"), chance, "window of one minute"),
      f("motion.silent.2min", silent(2, "any"), chance, "two minutes"),
      f("motion.silent.5min", silent(5, "any"), chance, "five minutes"),
      f("motion.silent.5min.one", silent(5, 1), chance, "five minutes, one person"),
      f("motion.silent.10min", silent(10, "any"), chance, "none seen; the high end is what the data allow"),
      f("motion.silent.60min", silent(60, "any"), chance, "none seen; the high end is what the data allow"),
      f("motion.silent.10min.extrapolated", beyond(10), chance, "if motion goes on resuming at the steady rate"),
      f("motion.resumes", resumed, "per hour", "in a silence two to ten minutes old, people awake"),
      f(
        "motion.longestSilence",
        Math.max(...silences.map(({ seconds }) => seconds)) / 60,
        "min",
        "in all occupied hours",
      ),
      f("motion.occupied", hold5.occupiedHours, "hours", "what all of this rests on"),
      f(
        "motion.hold.5min.lapses",
        hold5.lapsesPerHour,
        "per occupied hour",
        "false vacancies with a hold of 5 minutes",
      ),
      f(
        "motion.hold.5min.vacant",
        hold5.vacantShare,
        "of occupied time",
        "wrongly called vacant with a hold of 5 minutes",
      ),
      f(
        "motion.hold.10min.lapses",
        hold10.lapsesPerHour,
        "per occupied hour",
        "none seen with a hold of 10 minutes: the hold to use for people awake",
      ),
      f("motion.on.empty", empty.far.perRow, "per 30 s", "motion although nobody is there"),
      f("motion.on.empty.bursts", empty.bursts, "per empty hour", "the same, rows within ten minutes counted once"),
      f(
        "motion.evidence.motion",
        weigh(0.5).cautious.motion,
        "likelihood ratio",
        "cautious weight of 30 s with motion, for presence",
      ),
      f(
        "motion.evidence.silence5min",
        weigh(5).cautious.silence,
        "likelihood ratio",
        "cautious weight of five silent minutes, against people awake; says nothing of sleepers",
      ),
      f(
        "motion.second.gain",
        together.both / together.independent,
        "ratio",
        "two sensors in one room are silent together more often than if independent",
      ),
    ],
  };
}
