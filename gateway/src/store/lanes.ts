/** Numbers that stand for an uplink's lane in hot tables: the uplink's place in the list times eight, plus the lane's code. */
import type { Lane } from "@gatehouse/protocol";

/** On disk: never change a code, only add. */
const CODES = { emergency: 0, alert: 1, presence: 2, telemetry: 3 } as const satisfies Record<Lane, number>;
const NAMES = Object.keys(CODES) as Lane[];

export const LANES_PER_UPLINK = 8;
/** What the disk budget may evict, first things first. */
export const EVICTABLE_CODES = [CODES.telemetry, CODES.presence] as const;

export function laneId(uplinkIndex: number, lane: Lane): number {
  return uplinkIndex * LANES_PER_UPLINK + CODES[lane];
}

export function laneName(id: number): Lane {
  return NAMES[id % LANES_PER_UPLINK] ?? "telemetry";
}

/** Room for the sequence numbers of one lane in the one integer key of outbox rows: 8.8 million million. */
const KEYS_PER_LANE = 2 ** 43;

/** Key of an outbox row; its lane ends before the key of seq 0 of the next. Exact for 1,024 lanes. */
export function rowKey(lane: number, seq: number): number {
  return lane * KEYS_PER_LANE + seq;
}

export function keySeq(key: number): number {
  return key % KEYS_PER_LANE;
}

export function keyLane(key: number): number {
  return Math.floor(key / KEYS_PER_LANE);
}

export function uplinkIndex(id: number): number {
  return Math.floor(id / LANES_PER_UPLINK);
}
