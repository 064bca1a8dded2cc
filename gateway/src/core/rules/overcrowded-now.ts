/** Overcrowded now: more people present than the limit allows, this moment. */
import { type AlertEvent, clear, isStanding, raise, recordOf } from "../alerts/life.ts";
import { estimateOf } from "../occupancy/estimate-of.ts";
import { type ReadingRule, triggerOf } from "./rule.ts";

export const overcrowdedNow: ReadingRule = (state, { reading, changed, atMs, nowMs }) => {
  const events: AlertEvent[] = [];
  for (const spaceId of changed) {
    const space = state.model?.spaces.get(spaceId);
    const estimate = estimateOf(state, spaceId);
    const limit = space?.limit;
    if (space === undefined || estimate === undefined || limit === undefined) continue;
    const subject = { kind: "overcrowded-now" as const, space: spaceId };
    const standing = isStanding(recordOf(state, subject));
    const over = estimate.present > limit.persons;
    if (over && !standing) {
      const evidence = [{ source: "counter", says: `${estimate.present} present, limit ${limit.persons}`, weight: 0 }];
      const finding = {
        ...subject,
        level: space.risk,
        sinceMs: atMs,
        trigger: triggerOf(reading),
        estimate,
        probability: 1,
        evidence,
      };
      events.push(raise(state, finding, nowMs));
    } else if (!over && standing) {
      const event = clear(state, subject, nowMs, `${estimate.present} present, limit ${limit.persons}`);
      if (event !== undefined) events.push(event);
    }
  }
  return events;
};
