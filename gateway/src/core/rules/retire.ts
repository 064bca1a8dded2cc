/** Findings about what is no longer on the site: a rule, a device, a door or a space that a new configuration left out, or judges no more. */
import type { Alert } from "@gatehouse/protocol";
import { type AlertEvent, clear } from "../alerts/life.ts";
import type { Model } from "../model.ts";
import type { CoreState } from "../state.ts";

/** About how many people there are, against a number that a space without a limit does not have. */
const OF_PEOPLE: readonly Alert["kind"][] = ["group-rental", "unregistered-residents", "overcrowded-now"];

/** Clears them: nothing would ever again say that they are over. */
export function retire(state: CoreState, model: Model, nowMs: number): AlertEvent[] {
  const rules = new Set(model.rules.map(({ rule }) => rule.id));
  const proofFor = ({ kind, space, portal, device, rule }: Alert): string | undefined => {
    const place = model.spaces.get(space);
    const gone =
      place === undefined ||
      (portal !== undefined && !model.portals.has(portal)) ||
      (device !== undefined && !model.devices.has(device)) ||
      (rule !== undefined && !rules.has(rule));
    if (gone) return "no longer part of the site";
    return place.limit === undefined && OF_PEOPLE.includes(kind) ? "the space has no limit any more" : undefined;
  };
  return [...state.alerts.values()]
    .map(({ alert }) => alert)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((alert) => {
      const proof = proofFor(alert);
      return proof === undefined ? [] : (clear(state, alert, nowMs, proof) ?? []);
    });
}
