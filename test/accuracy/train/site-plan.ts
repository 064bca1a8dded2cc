/** Which simulated sites the model is fitted on and which it is judged on: never the same seeds. */
import type { LabelledOptions } from "@gatehouse/device-sim";
import { Random } from "@gatehouse/protocol/testing";
import { FLAWLESS, type Flaws } from "../flaws.ts";

export interface SitePlan extends LabelledOptions {
  readonly name: string;
  readonly flaws: Flaws;
}

type Kind = LabelledOptions["kind"];
type People = NonNullable<LabelledOptions["people"]>;
type Faults = NonNullable<LabelledOptions["faults"]>;
type Sensors = NonNullable<LabelledOptions["sensors"]>;

/** Every tenth site of a kind by so many slots: what is hard to tell gets more of them. */
const KINDS: readonly Kind[] = [
  "compound",
  "compound",
  "compound",
  "dormitory",
  "dormitory",
  "construction",
  "construction",
  "lock-only",
  "lock-only",
  "all-sensors",
  "meters",
  "meters",
];
const PEOPLE: readonly People[] = ["nominal", "nominal", "nominal", "social", "evasive"];
const FAULTS: readonly Faults[] = ["nominal", "nominal", "nominal", "heavy"];
/** Flats that have some of the sensors only, so that the model learns to do with less. */
const SOME_SENSORS: readonly Sensors[] = [
  ["lock", "radar"],
  ["counter"],
  ["lock", "meters"],
  ["radar", "meters"],
  ["counter", "meters"],
  ["lock", "counter", "radar"],
];

/** Every second site file tells everything; the others leave each thing out for none, some or all of their spaces. */
const COMPLETE = 0.5;
const SHARES = [0, 0.5, 1] as const;

/** The `index`th site for fitting. */
export function trainingSite(index: number): SitePlan {
  const kind = KINDS[index % KINDS.length] as Kind;
  const round = Math.floor(index / KINDS.length);
  const people = PEOPLE[(round + index) % PEOPLE.length] as People;
  const faults = FAULTS[(round * 3 + index) % FAULTS.length] as Faults;
  const partly = kind === "all-sensors" && round % 2 === 1;
  const sensors = SOME_SENSORS[(round >> 1) % SOME_SENSORS.length] as Sensors;
  const random = new Random(`site file of train-${index}`);
  const [noHeads, noRooms, noCards] = [random.pick(SHARES), random.pick(SHARES), random.pick(SHARES)];
  const flaws = random.chance(COMPLETE) ? FLAWLESS : { ...FLAWLESS, noHeads, noRooms, noCards };
  return named({ kind, people, faults, seed: `train-${index}`, ...(partly ? { sensors } : {}) }, flaws);
}

/** The `index`th site of a kind for judging. */
export function judgingSite(
  kind: Kind,
  index: number,
  people: People = "nominal",
  faults: Faults = "nominal",
  flaws: Flaws = FLAWLESS,
): SitePlan {
  return named({ kind, people, faults, seed: `judge-${index}` }, flaws);
}

function named(options: LabelledOptions, flaws: Flaws): SitePlan {
  const { kind, people, faults, seed, sensors } = options;
  return {
    ...options,
    flaws,
    name: [kind, people, faults, ...(sensors === undefined ? [] : [sensors.join("+")]), seed].join("/"),
  };
}
