/** A counter that counts one way only, or the wrong way round, is a fault of the device: found each morning by the diary of its space. */
import { localDay } from "@gatehouse/protocol";
import type { Model } from "../model.ts";
import { type CountSense, countSense, countsBackwards, countsOneWay } from "../occupancy/counter-sense.ts";
import { modelOf } from "../state.ts";
import type { NightRule } from "./rule.ts";
import type { Words } from "./words.ts";

/** Leaves it in the watches of the counters; the next look at all devices raises or clears the alert. */
export const counterSense: NightRule = (state, spaceId, nowMs) => {
  const belief = state.beliefs.get(spaceId);
  if (belief === undefined) return [];
  const model = modelOf(state);
  const counters = countersOf(model, spaceId);
  if (counters.length === 0) return [];
  const wrong = wordsOf(countSense(belief.diary, localDay(nowMs, model.zone) - 1));
  for (const id of counters) {
    const watch = state.devices.get(id)?.watch;
    if (watch === undefined || watch.miscounts?.says === wrong?.says) continue;
    watch.miscounts = wrong;
    state.dirty.add(`device/${id}`);
  }
  return [];
};

function wordsOf(sense: CountSense): Words | undefined {
  const { entered, left, keyedIn, keyedOut } = sense;
  if (countsOneWay(sense))
    return {
      says: `it counted ${entered} in and ${left} out in a week: one direction is not wired or not set, and it is not used for the head count`,
      zh: `一周内计入${entered}人、计出${left}人：有一个方向未接线或未设置，暂不用于人数统计`,
    };
  if (countsBackwards(sense))
    return {
      says: `it counts the wrong way round: with the lock opened by key, ${keyedOut} were counted out and ${keyedIn} in in a week; turn it, or set reversed: true; it is not used for the head count`,
      zh: `计数方向装反：一周内刷卡开门时计出${keyedOut}人、计入${keyedIn}人；请调转设备，或设置 reversed: true；暂不用于人数统计`,
    };
  return undefined;
}

const known = new WeakMap<Model, ReadonlyMap<string, readonly string[]>>();

function countersOf(model: Model, space: string): readonly string[] {
  let bySpace = known.get(model);
  if (bySpace === undefined) {
    const counters = [...model.devices.values()].filter(({ kind }) => kind === "counter" || kind === "turnstile");
    const grouped = Map.groupBy(counters, ({ id }) => model.spaceOf.get(id) ?? "");
    bySpace = new Map([...grouped].map(([id, devices]) => [id, devices.map((device) => device.id)] as const));
    known.set(model, bySpace);
  }
  return bySpace.get(space) ?? [];
}
