/** What happens in a doorway, by class: people drawn at random, and what has really passed by the simulator's own account. */
import { peopleThrough, type Walk } from "@gatehouse/device-sim";
import type { Random } from "@gatehouse/protocol/testing";

export interface Happening {
  readonly walks: readonly { readonly startMs: number; readonly walk: Walk }[];
}

export interface Counts {
  readonly in: number;
  readonly out: number;
}

/** In mm; between the beams of a door frame as the simulator has them. */
const BEAMS = 100;
const QUICKEST = 2_500;
const SLOWEST = 300;

const speed = (random: Random, from = SLOWEST, to = QUICKEST) => random.int(from, to);
const depth = (random: Random) => random.int(180, 350);
const direction = (random: Random) => random.pick(["in", "out"] as const);
const one = (walk: Walk): Happening => ({ walks: [{ startMs: 0, walk }] });

/** Who turns back with their chest between so and so far beyond what leaves a beam behind their back. */
const turning =
  (from: (depthMm: number) => number, to: (depthMm: number) => number) =>
  (random: Random): Happening => {
    const depthMm = depth(random);
    const turnsBackMm = random.int(from(depthMm), to(depthMm));
    return one({ direction: direction(random), speedMmPerS: speed(random), depthMm, turnsBackMm });
  };

/** Columns of people from either side in turn, each with a pace of their own, nobody through anybody. */
function rush(random: Random): Happening {
  const walks: { startMs: number; walk: Walk }[] = [];
  let startMs = 0;
  for (let column = random.int(1, 3), way = direction(random); column > 0; column--) {
    const pace = random.int(500, 1_600);
    for (let person = random.int(2, 6); person > 0; person--) {
      const walk = {
        direction: way,
        speedMmPerS: Math.round(pace * (0.95 + random.float() / 10)),
        depthMm: depth(random),
      };
      walks.push({ startMs, walk });
      startMs += ((walk.depthMm + random.int(120, 1_500)) * 1_000) / walk.speedMmPerS;
    }
    startMs += ((BEAMS + 350) * 1_000) / pace + random.int(500, 2_500);
    way = way === "in" ? "out" : "in";
  }
  return { walks };
}

export const CLASSES = {
  single: (random) => one({ direction: direction(random), speedMmPerS: speed(random), depthMm: depth(random) }),
  "slow shuffle": (random) =>
    one({ direction: direction(random), speedMmPerS: speed(random, 80, 300), depthMm: depth(random) }),
  "stops and steps back": hesitating,
  "two close, 60-150 mm": (random) => close(random, 60, 150),
  "two close, 150-400 mm": (random) => close(random, 150, 400),
  "back, first beam not left": turning(
    () => 10,
    (depthMm) => depthMm - 5,
  ),
  "back, first beam left": turning(
    (depthMm) => depthMm + 5,
    (depthMm) => depthMm + BEAMS - 5,
  ),
  "back, both beams left": turning(
    (depthMm) => depthMm + BEAMS + 5,
    (depthMm) => depthMm + BEAMS + 150,
  ),
  "hand or arm": (random) =>
    one({
      direction: direction(random),
      speedMmPerS: speed(random),
      depthMm: 600,
      turnsBackMm: random.int(10, 500),
    }),
  "trolley to 600 mm": (random) => carrying(random, 200, 600),
  "trolley from 700 mm": (random) => carrying(random, 700, 1_200),
  "rush hour": rush,
} as const satisfies Readonly<Record<string, (random: Random) => Happening>>;
export type ClassName = keyof typeof CLASSES;

/** Stays in the doorway: who has left it steps back in another class. */
function hesitating(random: Random): Happening {
  const depthMm = depth(random);
  const hesitatesMm = random.int(60, depthMm + BEAMS - 10);
  const stepsBackMm = random.int(30, hesitatesMm - 10);
  return one({
    direction: direction(random),
    speedMmPerS: speed(random, SLOWEST, 1_200),
    depthMm,
    hesitatesMm,
    stepsBackMm,
  });
}

function close(random: Random, from: number, to: number): Happening {
  const gapMm = random.int(from, to);
  return one({ direction: direction(random), people: 2, speedMmPerS: speed(random), depthMm: depth(random), gapMm });
}

function carrying(random: Random, from: number, to: number): Happening {
  const trolleyMm = random.int(from, to);
  return one({ direction: direction(random), speedMmPerS: speed(random), depthMm: depth(random), trolleyMm });
}

export function truthOf({ walks }: Happening): Counts {
  const through = (way: "in" | "out") =>
    walks.reduce((sum, { walk }) => sum + (walk.direction === way ? peopleThrough(walk) : 0), 0);
  return { in: through("in"), out: through("out") };
}
