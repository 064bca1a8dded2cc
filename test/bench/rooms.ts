/** What a room costs the gateway: time for each reading, mornings and rules included, and what is kept of a room, in memory and on disk. */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { labelledSite } from "@gatehouse/device-sim";
import { InvariantError } from "@gatehouse/protocol";
import { type CoreState, emptyState, takeSnapshot, touchAll } from "gatehouse/testing";
import { runCore } from "../accuracy/run-core.ts";
import { quantilesOf } from "./probes.ts";

export interface RoomFigures {
  readonly rooms: number;
  readonly readings: number;
  readonly microsecondsPerReading: number;
  /** Of the state on disk, in kB. */
  readonly onDiskKb: { readonly median: number; readonly most: number };
  /** All the core holds, devices and alerts included, for each room, in kB. */
  readonly inMemoryKb: number;
}

export function benchRooms(spaces: number, days: number): RoomFigures {
  const made = labelledSite({ kind: "compound", seed: 1, spaces, days });
  const readings = [...made.readings];
  const core = { state: emptyState() };
  const beginMs = performance.now();
  runCore(core.state, made.site, Date.parse(made.truth.start), readings);
  const tookMs = performance.now() - beginMs;
  const sizes = roomsOnDisk(core.state);
  if (sizes.length < spaces) throw new InvariantError(`${sizes.length} rooms of ${spaces} are known`);
  const { p50, max } = quantilesOf(sizes);
  const withState = heapBytes();
  core.state = emptyState();
  const held = withState - heapBytes();
  return {
    rooms: spaces,
    readings: readings.length,
    microsecondsPerReading: Number(((tookMs * 1_000) / readings.length).toFixed(1)),
    onDiskKb: { median: Number(p50.toFixed(1)), most: Number(max.toFixed(1)) },
    inMemoryKb: Number((held / spaces / 1_000).toFixed(1)),
  };
}

/** In kB. */
function roomsOnDisk(state: CoreState): number[] {
  touchAll(state);
  const { pieces } = takeSnapshot(state, 1);
  return pieces.filter(({ part }) => part === "belief").map(({ body }) => (body?.length ?? 0) / 1_000);
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
