/**
 * The hidden head count as a chain of hours, laid out for speed: a site's spaces have some thousand hours each, all gone through every morning.
 * Most hours are alike, so they share their errors and weights; and of each hour only the likely numbers of people are followed.
 */
import { HOURS, type Rings } from "./diary.ts";
import { isQuiet, isStill, isUnseen, type Rates, TINY, trafficOf, WIDTH, writeKernel, writeWeights } from "./hours.ts";

/** Of `weightsOf`: what sensors have to say is in it. */
export const OWN = -1;

export interface Chain {
  readonly hours: number;
  /** Numbers of people considered: 0 to `size - 1`. */
  readonly size: number;
  /** Chances of 0, 1, … people: row 0 before the first hour, row `t + 1` after hour `t`. Only what lies between `lows` and `highs` is written. */
  readonly rows: Float64Array;
  readonly lows: Uint8Array;
  readonly highs: Uint8Array;
  /** People in minus out. */
  readonly nets: Int16Array;
  readonly moved: Uint8Array;
  /** Chances of errors in rows of WIDTH, the quiet hours' row first; of each row the first and last worth following; and each hour's row. */
  readonly kernels: Float64Array;
  readonly firsts: Uint8Array;
  readonly lasts: Uint8Array;
  readonly kernelOf: Uint16Array;
  /** The rate the quiet hours' row stands for; NaN before it is written. */
  readonly quiet: number;
  /** Rows of weights that hours share, and which of them an hour takes; OWN for its own row of `weights`. */
  readonly shared: Float64Array;
  readonly weightsOf: Int16Array;
  readonly weights: Float64Array;
  /** How well each number of people at the end of the hour in hand fits all that comes later. */
  readonly later: Float64Array;
  readonly earlier: Float64Array;
  /** … times what the hour's devices say of them. */
  readonly fits: Float64Array;
}

type Room = { -readonly [Field in keyof Chain]: Chain[Field] };

const makeChain = (hours: number, size: number): Room => ({
  hours,
  size,
  rows: new Float64Array((hours + 1) * size),
  lows: new Uint8Array(hours + 1),
  highs: new Uint8Array(hours + 1),
  nets: new Int16Array(hours),
  moved: new Uint8Array(hours),
  kernels: new Float64Array((hours + 1) * WIDTH),
  firsts: new Uint8Array(hours + 1),
  lasts: new Uint8Array(hours + 1),
  kernelOf: new Uint16Array(hours),
  quiet: Number.NaN,
  shared: new Float64Array(0),
  weightsOf: new Int16Array(hours),
  weights: new Float64Array(hours * size),
  later: new Float64Array(size),
  earlier: new Float64Array(size),
  fits: new Float64Array(size),
});

/** The room of the largest chain so far. Every call writes what it reads, but for the quiet hours' row, so nothing of one chain shows in the next. */
let room: Room = makeChain(1, 1);

/** Sets the rows of weights that hours share. */
export function share(chain: Chain, rows: Float64Array): void {
  (chain as Room).shared = rows;
}

/** A chain to fill hour by hour. It stands until the next call. */
export function chainOf(hours: number, size: number): Chain {
  const { nets, later } = room;
  if (hours > nets.length || size > later.length)
    room = makeChain(Math.max(hours, nets.length), Math.max(size, later.length));
  // The live count asks at every reading: nothing is made anew for it.
  room.hours = hours;
  room.size = size;
  return room;
}

/** What passed in the hour, and what was missed. Hours are set in order, from 0 on. */
export function setHour(
  chain: Chain,
  t: number,
  rings: Rings,
  hour: number,
  counterWorks: boolean,
  rates: Rates,
): void {
  if (t === 0 && chain.quiet !== rates.quiet) {
    setErrors(chain, 0, rates.quiet, rates.quiet);
    (chain as Room).quiet = rates.quiet;
  }
  const slot = hour % HOURS;
  if (isStill(rings, slot)) {
    chain.nets[t] = 0;
    chain.moved[t] = 0;
    chain.kernelOf[t] = 0;
    return;
  }
  const traffic = trafficOf(rings, slot, counterWorks, rates);
  chain.nets[t] = traffic.in - traffic.out;
  chain.moved[t] = traffic.in + traffic.out > 0 ? 1 : 0;
  const row = isQuiet(traffic, rates) ? 0 : t + 1;
  chain.kernelOf[t] = row;
  if (row > 0) setErrors(chain, row, traffic.missedIn, traffic.missedOut);
}

function setErrors({ kernels, firsts, lasts }: Chain, row: number, missedIn: number, missedOut: number): void {
  const at = row * WIDTH;
  writeKernel(missedIn, missedOut, kernels, at);
  let [first, last] = [0, WIDTH - 1];
  while (first < last && (kernels[at + first] as number) < TINY) first += 1;
  while (last > first && (kernels[at + last] as number) < TINY) last -= 1;
  firsts[row] = first;
  lasts[row] = last;
}

/** The hour's weights: those of the shared row, and what sensors have to say. */
export function weighBy(chain: Chain, t: number, rings: Rings, hour: number, row: number, rates: Rates): void {
  const { size, weights, weightsOf } = chain;
  const moved = chain.moved[t] === 1;
  if (isUnseen(rings, hour % HOURS, moved)) {
    weightsOf[t] = row;
    return;
  }
  weightsOf[t] = OWN;
  writeWeights(rings, hour % HOURS, moved, rates, chain.shared, row * size, weights, t * size, size);
}

/** Where hour `t`'s weights are. */
export const weightsIn = ({ weightsOf, shared, weights }: Chain, t: number): Float64Array =>
  weightsOf[t] === OWN ? weights : shared;

/** … and from where on. */
export const weightsFrom = ({ weightsOf, size }: Chain, t: number): number =>
  (weightsOf[t] === OWN ? t : (weightsOf[t] as number)) * size;
