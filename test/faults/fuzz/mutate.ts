/** Bytes that are nearly right, or not at all: seeded mutations of valid ones. */
import type { Random } from "@gatehouse/protocol/testing";
import type { FuzzRow } from "./row.ts";

const MAX_BYTES = 2_048;
/** Values that lengths and counts stumble over. */
const AWKWARD = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

type Mutation = (bytes: Uint8Array, random: Random, row: FuzzRow) => Uint8Array;

const at = (bytes: Uint8Array, random: Random): number => random.int(0, Math.max(0, bytes.length - 1));

const with1 = (bytes: Uint8Array, place: number, value: number): Uint8Array => {
  const copy = bytes.slice();
  if (place < copy.length) copy[place] = value;
  return copy;
};

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) {
    all.set(part, end);
    end += part.length;
  }
  return all;
};

export function someBytes(random: Random, most: number): Uint8Array {
  const bytes = new Uint8Array(random.int(0, most));
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.uint32();
  return bytes;
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    const place = at(bytes, random);
    return with1(bytes, place, (bytes[place] ?? 0) ^ (1 << random.int(0, 7)));
  },
  (bytes, random) => with1(bytes, at(bytes, random), random.int(0, 255)),
  (bytes, random) => with1(bytes, at(bytes, random), random.pick(AWKWARD)),
  (bytes, random) => bytes.slice(0, at(bytes, random)),
  (bytes, random) => bytes.slice(at(bytes, random)),
  (bytes, random) => {
    const place = at(bytes, random);
    return joined(bytes.subarray(0, place), bytes.subarray(place + random.int(1, 4)));
  },
  (bytes, random) => {
    const place = at(bytes, random);
    return joined(bytes.subarray(0, place), someBytes(random, 8), bytes.subarray(place));
  },
  (bytes, random) => joined(bytes, someBytes(random, 40)),
  (bytes, random) => joined(bytes, bytes.subarray(at(bytes, random))),
  (bytes, random, row) => {
    const other = random.pick(row.seeds);
    return joined(bytes.subarray(0, at(bytes, random)), other.subarray(at(other, random)));
  },
];

/** One in eight has nothing to do with a seed but perhaps its first bytes; of the others half are repaired. */
export function nearlyRight(row: FuzzRow, random: Random): Uint8Array {
  const seed = random.pick(row.seeds);
  if (random.chance(0.125)) return joined(seed.subarray(0, random.int(0, 4)), someBytes(random, 64));
  let bytes = seed;
  for (let times = random.int(1, 3); times > 0; times--) bytes = random.pick(MUTATIONS)(bytes, random, row);
  bytes = bytes.subarray(0, MAX_BYTES);
  return row.repair !== undefined && random.chance(0.5) ? row.repair(bytes) : bytes;
}
