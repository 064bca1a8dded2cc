/** A person of a household: work, hours, keys, and from when until when the person lives there. */
import type { Random } from "@gatehouse/protocol/testing";
import { between, lognormal, share } from "./draws.ts";
import type { SiteHabits, Work } from "./habits.ts";
import type { HeldKey } from "./keys.ts";

export interface Person {
  readonly work: Work;
  /** Minutes of the day. */
  readonly leavesMin: number;
  readonly workMin: number;
  /** How far a day's hours wander from the usual ones. */
  readonly jitterMin: number;
  readonly sixDays: boolean;
  readonly outings: number;
  readonly nearTrips: number;
  readonly absence: number;
  readonly weekendAway: number;
  readonly lunchAtHome: number;
  readonly wakesMin: number;
  readonly sleepsMin: number;
  /** Week of a rotating shift the person begins with. */
  readonly shiftPhase: number;
  /** How many days a shift lasts before it rotates. */
  readonly shiftDays: number;
  readonly cardDiscipline: number;
  readonly keys: readonly HeldKey[];
  /** Lives here from and until, ms from the start of the site; infinite for those who were or stay. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Takes care not to be seen: late in, early out, with somebody else's key or none. */
  readonly hides: boolean;
}

export interface PersonDraw {
  readonly work: Work;
  readonly keys: readonly HeldKey[];
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly hides?: boolean;
  /** Work together: the same hours, give or take minutes. */
  readonly like?: Person | undefined;
}

export function drawPerson(random: Random, habits: SiteHabits, draw: PersonDraw): Person {
  const { work, like } = draw;
  const hides = draw.hides ?? false;
  const [leaves, length] = hours(random, habits, work);
  const near = lognormal(random, 1, 0.2);
  return {
    work,
    leavesMin: like === undefined ? leaves : like.leavesMin + random.normal(0, 7),
    workMin: like === undefined ? length : like.workMin + random.normal(0, 20),
    jitterMin: lognormal(random, work === "site" ? 9 : 16, 0.45),
    sixDays: random.chance(habits.sixDayWeek),
    outings: hides ? 0.05 : lognormal(random, habits.outings, 0.5),
    nearTrips: habits.nearTrips * near,
    absence: lognormal(random, habits.absence, 0.7),
    weekendAway: random.chance(0.3) ? 3 * habits.weekendAway : 0.15 * habits.weekendAway,
    lunchAtHome: share(random, habits.lunchAtHome, 1.2),
    wakesMin: leaves - between(random, 25, 90),
    sleepsMin: random.normal(work === "site" ? 22 * 60 + 20 : 23 * 60 + 10, 35),
    shiftPhase: like?.shiftPhase ?? random.int(0, 5),
    shiftDays: like?.shiftDays ?? random.pick([2, 2, 3, 5, 7, 7]),
    cardDiscipline: share(random, habits.cardDiscipline, 0.7),
    keys: draw.keys,
    fromMs: draw.fromMs ?? Number.NEGATIVE_INFINITY,
    untilMs: draw.untilMs ?? Number.POSITIVE_INFINITY,
    hides,
  };
}

/** When the person leaves for work and for how long, minutes. */
function hours(random: Random, habits: SiteHabits, work: Work): [number, number] {
  const spread = habits.workStartSpreadMin;
  const length = habits.workHours * 60 * Math.exp(random.normal(0, work === "site" ? 0.05 : 0.12));
  switch (work) {
    case "late":
      return [random.normal(11 * 60, 80), Math.max(length, random.normal(11 * 60, 60))];
    case "night":
      return [random.normal(20 * 60, 50), random.normal(11 * 60, 50)];
    case "shift":
      return [random.normal(7 * 60 + 10, 15), random.normal(9 * 60 + 30, 25)];
    case "child":
      return [random.normal(7 * 60 + 40, 15), random.normal(8 * 60 + 40, 20)];
    case "gig":
      return [random.normal(9 * 60 + 30, 70), length];
    default:
      return [random.normal(habits.workStartMin, spread), length];
  }
}
