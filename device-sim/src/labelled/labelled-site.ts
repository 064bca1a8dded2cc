/** A whole simulated site with known truth: a pure function of its options. */
import { Random } from "@gatehouse/protocol/testing";
import type { SiteFile } from "../site-for.ts";
import { type Calendar, drawCalendar } from "./calendar.ts";
import { type Arrival, deliver, type LabelledReading, lineOf } from "./delivery.ts";
import { DAY_MS } from "./draws.ts";
import { drawEquipment, type Equipment } from "./equipment.ts";
import { drawFaultRates, type FaultRates } from "./fault-rates.ts";
import { type SiteHabits, siteHabits } from "./habits.ts";
import { hallFlow } from "./hall.ts";
import { type Household, householdMovements } from "./household.ts";
import { drawHousehold } from "./households.ts";
import { KeyCutter } from "./keys.ts";
import { drawLayout, type Layout } from "./layout.ts";
import { type Flow, flowOf, type Movement } from "./movements.ts";
import { type LabelledOptions, type LabelledPlan, labelledPlan } from "./options.ts";
import { drawMix, drawStory, type Story } from "./scenarios.ts";
import { siteFile, ZONE } from "./site-file.ts";
import { type TimeText, timeText } from "./time-text.ts";
import { tracesOf } from "./traces.ts";
import { type SiteTruth, spaceTruth } from "./truth.ts";

export interface OccupancyStep {
  readonly space: string;
  readonly at: string;
  readonly present: number;
}

export interface LabelledSite {
  readonly site: SiteFile;
  readonly truth: SiteTruth;
  /** How many readings there are. */
  readonly count: number;
  /** Accepted readings in order of arrival. May be walked more than once. */
  readonly readings: Iterable<LabelledReading>;
  /** People present in every judged space, space by space: the first step is at the start. May be walked more than once. */
  readonly occupancy: Iterable<OccupancyStep>;
}

/** Everything of a site that chance decided, before devices look at it. */
export interface World {
  readonly plan: LabelledPlan;
  readonly calendar: Calendar;
  readonly habits: SiteHabits;
  readonly faults: FaultRates;
  readonly layout: Layout;
  readonly equipment: Equipment;
  readonly stories: readonly Story[];
  readonly households: readonly Household[];
  /** Passages of each dwelling's door. */
  readonly flows: readonly Flow[];
  readonly hall: { readonly door: Flow; readonly inside: Flow } | undefined;
}

/** Throws ConfigError for an option that makes no sense. */
export function labelledSite(options: LabelledOptions): LabelledSite {
  const plan = labelledPlan(options);
  const chance = (label: string) => new Random(`${plan.seed}/${plan.family}/${label}`);
  const cutter = new KeyCutter(chance("keys"));
  const world = liveIn(plan, chance, cutter);
  const { calendar, layout, equipment, stories, households, faults } = world;
  const text = timeText(calendar.startMs, ZONE);
  const id = `site-${chance("id").uint32().toString(16).padStart(8, "0").slice(0, 6)}`;
  const arrivals: Arrival[] = [];
  const line = { days: plan.days, startMs: calendar.startMs, faults };
  for (const trace of tracesOf(world, chance, cutter))
    deliver(chance(`line/${trace.device.id}`), trace, line, arrivals);
  arrivals.sort((a, b) => a.receivedMs - b.receivedMs);
  return {
    site: siteFile(id, layout, stories, equipment, cutter.keys),
    truth: {
      start: text(0),
      days: plan.days,
      spaces: Object.fromEntries(
        layout.dwellings.map((dwelling, index) => [
          dwelling.id,
          spaceTruth(stories[index] as Story, (households[index] as Household).people, plan.days, text),
        ]),
      ),
    },
    count: arrivals.length,
    readings: again(() => lines(arrivals, text)),
    occupancy: again(() => steps(world, text)),
  };
}

function liveIn(plan: LabelledPlan, chance: (label: string) => Random, cutter: KeyCutter): World {
  const habits = siteHabits(chance("habits"), plan.family, plan.people);
  const calendar = drawCalendar(chance("calendar"), plan.days);
  const layout = drawLayout(chance("layout"), plan);
  const mix = drawMix(chance("mix"), plan.family);
  const stories: Story[] = [];
  const households: Household[] = [];
  const homes: Movement[][] = [];
  for (const dwelling of layout.dwellings) {
    const random = chance(`home/${dwelling.id}`);
    const story = drawStory(random, dwelling, mix, habits, plan.days);
    const household = drawHousehold(random, dwelling, story, habits, plan.family, cutter);
    stories.push(story);
    households.push(household);
    homes.push(householdMovements(random, household, calendar, habits, cutter));
  }
  const endMs = plan.days * DAY_MS;
  return {
    plan,
    calendar,
    habits,
    faults: drawFaultRates(chance("faults"), plan.faults),
    layout,
    equipment: drawEquipment(chance(`equipment/${plan.kind}`), plan, layout),
    stories,
    households,
    flows: homes.map((movements, index) => flowOf(livedBefore(households[index] as Household), movements, endMs)),
    hall: layout.hall === undefined ? undefined : hallFlow(chance("hall"), homes, endMs),
  };
}

const livedBefore = (household: Household): number =>
  household.people.filter(({ fromMs }) => fromMs === Number.NEGATIVE_INFINITY).length;

const again = <T>(make: () => Iterator<T>): Iterable<T> => ({ [Symbol.iterator]: make });

function* lines(arrivals: readonly Arrival[], text: TimeText): Generator<LabelledReading> {
  for (const arrival of arrivals) yield lineOf(arrival, text);
}

function* steps(world: World, text: TimeText): Generator<OccupancyStep> {
  const { layout, flows } = world;
  for (const [index, { id }] of layout.dwellings.entries()) yield* flowSteps(id, flows[index] as Flow, text);
}

function* flowSteps(space: string, flow: Flow, text: TimeText): Generator<OccupancyStep> {
  let present = flow.before;
  yield { space, at: text(0), present };
  for (const { atMs, inward } of flow.movements) {
    present += inward ? 1 : -1;
    yield { space, at: text(atMs), present };
  }
}
