/** Findings about what is no longer on the site: a rule, a device, a door or a space that a new configuration left out. */
import { type AlertEvent, clear } from "../alerts/life.ts";
import type { Model } from "../model.ts";
import type { CoreState } from "../state.ts";

/** Clears them: nothing would ever again say that they are over. */
export function retire(state: CoreState, model: Model, nowMs: number): AlertEvent[] {
  const rules = new Set(model.rules.map(({ rule }) => rule.id));
  return [...state.alerts.values()]
    .map(({ alert }) => alert)
    .filter(
      ({ space, portal, device, rule }) =>
        !model.spaces.has(space) ||
        (portal !== undefined && !model.portals.has(portal)) ||
        (device !== undefined && !model.devices.has(device)) ||
        (rule !== undefined && !rules.has(rule)),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((alert) => clear(state, alert, nowMs, "no longer part of the site") ?? []);
}
