/** People in a doorway with two beams: which beam is dark when. Beam A is outside, beam B inside. */
import type { Walk } from "../devices/device.ts";

export interface BeamEdge {
  readonly atMs: number;
  readonly beam: "a" | "b";
  readonly broken: boolean;
}

/** Distance between the two beams of a door frame. */
const BEAMS_MM = 100;
/** Where people are before anything is seen of them: their chest so far from the first beam. */
const APPROACH_MM = 300;
const ARM_MM = 250;
/** Where everything anybody carries has left the doorway. */
const AWAY_MM = 10_000;

/** One thing as long as it is on the way: its front at distance 0 is at the first beam. */
interface Body {
  readonly startMs: number;
  readonly speedMmPerS: number;
  readonly depthMm: number;
  /** How far its front is behind the front of who turns back. */
  readonly behindMm: number;
  /** Where its front turns round, and where it goes at last. */
  readonly turns: readonly number[];
}

interface Dark {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Edges in order of time; bodies that overlap in a beam make one darkness. */
export function beamEdges(
  walks: readonly { readonly startMs: number; readonly walk: Walk }[],
  beamsMm = BEAMS_MM,
): BeamEdge[] {
  const dark: Record<"a" | "b", Dark[]> = { a: [], b: [] };
  for (const { startMs, walk } of walks) {
    const [first, second] = walk.direction === "in" ? (["a", "b"] as const) : (["b", "a"] as const);
    for (const body of bodiesOf(startMs, walk)) {
      dark[first].push(...darkAt(body, 0));
      dark[second].push(...darkAt(body, beamsMm));
    }
  }
  return (["a", "b"] as const)
    .flatMap((beam) =>
      merged(dark[beam]).flatMap(({ fromMs, untilMs }) => [
        { atMs: fromMs, beam, broken: true },
        { atMs: untilMs, beam, broken: false },
      ]),
    )
    .sort((one, other) => one.atMs - other.atMs);
}

/** How many have really passed once it is over, whatever a counter makes of it: who turns back has not. */
export const peopleThrough = ({ people = 1, turnsBackMm }: Walk): number => (turnsBackMm === undefined ? people : 0);

function bodiesOf(startMs: number, walk: Walk): Body[] {
  const { people = 1, speedMmPerS = 1_200, gapMm = 600, depthMm = 280, trolleyMm = 0 } = walk;
  const turns = turnsOf(walk);
  const trainMm = depthMm + (trolleyMm === 0 ? 0 : ARM_MM + trolleyMm);
  return Array.from({ length: people }, (_, index) => {
    const ownMs = startMs + (index * (trainMm + gapMm) * 1_000) / speedMmPerS;
    const person = { startMs: ownMs, speedMmPerS, depthMm, behindMm: 0, turns };
    return trolleyMm === 0 ? [person] : [person, { ...person, depthMm: trolleyMm, behindMm: depthMm + ARM_MM }];
  }).flat();
}

function turnsOf({ turnsBackMm, hesitatesMm, stepsBackMm = 150 }: Walk): number[] {
  if (turnsBackMm !== undefined) return [turnsBackMm, -APPROACH_MM];
  return hesitatesMm === undefined ? [AWAY_MM] : [hesitatesMm, hesitatesMm - stepsBackMm, AWAY_MM];
}

/** A beam at `atMm` is dark while the front has passed it and the back has not. */
function darkAt(body: Body, atMm: number): Dark[] {
  const from = atMm + body.behindMm;
  const until = from + body.depthMm;
  let startMs = body.startMs;
  let stand = -APPROACH_MM;
  const dark: Dark[] = [];
  for (const to of body.turns) {
    const atMs = (front: number) => startMs + (Math.abs(front - stand) * 1_000) / body.speedMmPerS;
    const [low, high] = [Math.max(from, Math.min(stand, to)), Math.min(until, Math.max(stand, to))];
    if (low < high)
      dark.push(to > stand ? { fromMs: atMs(low), untilMs: atMs(high) } : { fromMs: atMs(high), untilMs: atMs(low) });
    startMs = atMs(to);
    stand = to;
  }
  return merged(dark);
}

function merged(dark: readonly Dark[]): Dark[] {
  const together: Dark[] = [];
  for (const next of [...dark].sort((one, other) => one.fromMs - other.fromMs)) {
    const last = together.at(-1);
    if (last === undefined || next.fromMs > last.untilMs) together.push(next);
    else together.splice(-1, 1, { fromMs: last.fromMs, untilMs: Math.max(last.untilMs, next.untilMs) });
  }
  return together;
}
