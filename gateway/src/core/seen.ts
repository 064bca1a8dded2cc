/** Which sequence numbers of a device were seen: ranges per epoch, bounded. Pure values, changed in place by their owner. */

/** One life of a device's counter. `ranges` are disjoint, ascending, both ends included: [low, high, low, high, …]. */
export interface SeenEpoch {
  readonly epoch: number;
  readonly ranges: number[];
}

/** Lives of the counter remembered, those heard last; late deliveries come from the last one or two. */
export const MAX_EPOCHS = 4;
/** Holes remembered per life. Beyond it the oldest knowledge goes, so that an unseen reading is never taken for a repeat. */
export const MAX_RANGES = 64;

/** True when `seq` of `epoch` was not seen before; it is now. */
export function markSeen(epochs: SeenEpoch[], epoch: number, seq: number): boolean {
  const latest = epochs.at(-1);
  let life = latest?.epoch === epoch ? latest : epochs.find((candidate) => candidate.epoch === epoch);
  if (life === undefined) {
    life = { epoch, ranges: [] };
    epochs.push(life);
    if (epochs.length > MAX_EPOCHS) epochs.shift();
  } else if (life !== latest) {
    // The one heard last is last: a board in another's place may well count in a lower epoch.
    epochs.splice(epochs.indexOf(life), 1);
    epochs.push(life);
  }
  return insert(life.ranges, seq);
}

/** Ranges are searched from the end: news is nearly always the highest. */
function insert(ranges: number[], seq: number): boolean {
  let i = ranges.length - 2;
  while (i >= 0 && (ranges[i] as number) > seq) i -= 2;
  // ranges[i] <= seq now, or i < 0: seq lies before all ranges.
  if (i >= 0 && seq <= (ranges[i + 1] as number)) return false;
  const joinsLeft = i >= 0 && ranges[i + 1] === seq - 1;
  const joinsRight = ranges[i + 2] === seq + 1;
  if (joinsLeft && joinsRight) {
    ranges[i + 1] = ranges[i + 3] as number;
    ranges.splice(i + 2, 2);
  } else if (joinsLeft) ranges[i + 1] = seq;
  else if (joinsRight) ranges[i + 2] = seq;
  else {
    ranges.splice(i + 2, 0, seq, seq);
    if (ranges.length > MAX_RANGES * 2) ranges.splice(0, 2);
  }
  return true;
}

/** As {@link markSeen} would say, inverted, without marking anything. */
export function wasSeen(epochs: readonly SeenEpoch[], epoch: number, seq: number): boolean {
  const ranges = epochs.find((life) => life.epoch === epoch)?.ranges ?? [];
  for (let i = 0; i < ranges.length; i += 2)
    if (seq >= (ranges[i] as number) && seq <= (ranges[i + 1] as number)) return true;
  return false;
}
