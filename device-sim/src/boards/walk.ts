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

/** One thing as long as it is on the way: its front at distance 0 is at the first beam. */
interface Body {
  readonly startMs: number;
  readonly speedMmPerS: number;
  readonly depthMm: number;
  /** How far its front is behind the front of who turns back. */
  readonly behindMm: number;
  readonly turnsBackMm: number;
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

function bodiesOf(startMs: number, walk: Walk): Body[] {
  const { people = 1, speedMmPerS = 1_200, gapMm = 600, depthMm = 280, trolleyMm = 0 } = walk;
  const turnsBackMm = walk.turnsBackMm ?? Number.POSITIVE_INFINITY;
  const trainMm = depthMm + (trolleyMm === 0 ? 0 : ARM_MM + trolleyMm);
  return Array.from({ length: people }, (_, index) => {
    const ownMs = startMs + (index * (trainMm + gapMm) * 1_000) / speedMmPerS;
    const person = { startMs: ownMs, speedMmPerS, depthMm, behindMm: 0, turnsBackMm };
    return trolleyMm === 0 ? [person] : [person, { ...person, depthMm: trolleyMm, behindMm: depthMm + ARM_MM }];
  }).flat();
}

/** A beam at `atMm` is dark while the front has passed it and the back has not. */
function darkAt({ startMs, speedMmPerS, depthMm, behindMm, turnsBackMm }: Body, atMm: number): Dark[] {
  const onTheWayMs = (frontMm: number) => startMs + ((APPROACH_MM + frontMm) * 1_000) / speedMmPerS;
  const onTheWayBackMs = (frontMm: number) => onTheWayMs(2 * turnsBackMm - frontMm);
  const from = atMm + behindMm;
  const until = from + depthMm;
  if (turnsBackMm <= from) return [];
  if (turnsBackMm < until) return [{ fromMs: onTheWayMs(from), untilMs: onTheWayBackMs(from) }];
  const there = { fromMs: onTheWayMs(from), untilMs: onTheWayMs(until) };
  if (turnsBackMm === Number.POSITIVE_INFINITY) return [there];
  return [there, { fromMs: onTheWayBackMs(until), untilMs: onTheWayBackMs(from) }];
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
