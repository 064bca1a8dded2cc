/** Which door a device most likely belongs to, by the numbers in its name and in the room's: `lock-302` and `3-302`. */

/** A door or a room a device can be bound to. */
export interface Place {
  readonly id: string;
  /** What else people call it: its name, the number on its plate. */
  readonly names: readonly string[];
}

export interface Proposal {
  /** Undefined when no place, or more than one, is as likely as any other. */
  readonly place: string | undefined;
  readonly sure: boolean;
  /** What else it could be, likeliest first. */
  readonly others: readonly string[];
}

const MAX_OTHERS = 5;

/** Letters and digits in turn are a serial number: what it ends in says nothing of a room. */
const isSerial = (token: string): boolean => /^[a-z]*\d+[a-z]+\d[a-z\d]*$/.test(token);

/** `Lock_B1-0302` -> `lock`, `b`, `1`, `302`; `sl-88a204` -> `sl`, `88a204`. */
export function partsOf(name: string): readonly string[] {
  const tokens =
    name
      .normalize("NFKC")
      .toLowerCase()
      .match(/[a-z\d]+|[^a-z\d]+/g) ?? [];
  const runs = tokens.flatMap((token) => (isSerial(token) ? [token] : (token.match(/\p{L}+|\p{N}+/gu) ?? [])));
  return runs.map((run) => (/^\d+$/.test(run) ? run.replace(/^0+(?=\d)/, "") : run));
}

const hasDigit = (part: string): boolean => /\d/.test(part);

/** All of `wanted` stand in `parts`, in order. */
function standIn(parts: readonly string[], wanted: readonly string[]): boolean {
  let at = 0;
  for (const part of parts) if (part === wanted[at]) at += 1;
  return at === wanted.length;
}

/** A number below it stands in too many names to mean a room by itself. */
const SHORT_NUMBER = 3;

/** 0: nothing in common; 3: every part of the place's name stands in the device's. */
function likeness(device: readonly string[], place: readonly string[]): number {
  const numbers = place.filter(hasDigit);
  const last = numbers.at(-1);
  if (last === undefined) return 0;
  const whole = standIn(device, place);
  if (numbers.length === 1 && last.length < SHORT_NUMBER) {
    if (whole && place.length > 1) return 3;
    const own = device.filter(hasDigit);
    return own.length === 1 && own[0] === last ? 2 : 0;
  }
  if (whole) return 3;
  if (standIn(device, numbers)) return numbers.length > 1 ? 3 : 2;
  const joined = numbers.join("");
  if (numbers.length > 1 && device.some((part) => part === joined)) return 2;
  return device.includes(last) ? 1 : 0;
}

/** `said` is everything the device calls itself: its id, its label. */
export function proposePlace(said: readonly string[], places: readonly Place[]): Proposal {
  const names = said.map(partsOf);
  const scored = places
    .map((place) => {
      const own = [place.id, ...place.names].map(partsOf);
      return { id: place.id, score: Math.max(0, ...names.flatMap((name) => own.map((mine) => likeness(name, mine)))) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  const single = best !== undefined && best.score !== second?.score;
  const others = scored.slice(single ? 1 : 0, MAX_OTHERS + 1).map(({ id }) => id);
  return { place: single ? best.id : undefined, sure: single && best.score >= 2, others };
}
