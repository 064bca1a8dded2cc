/** What the edge node shows: events by lane, the site's devices, and each space as a Sparkplug device. Pure. */
import { type EdgeValue, LANES, type Lane } from "@gatehouse/protocol";
import type { SiteView, SpaceView } from "../../core/site-view.ts";

/** The event itself, as it stands in the outbox. */
export const eventMetric = (lane: Lane): string => `Events/${lane}`;
/** Written by a host: one signed command, or several, as JSON. */
export const COMMANDS = "Gatehouse/Commands";
/** Written by a host with `receipt: host`. */
export const RECEIPTS = "Gatehouse/Receipts";

export function nodeMetrics(gateway: string, site: SiteView | undefined): EdgeValue[] {
  return [
    { name: "Properties/Hardware Make", type: "String", value: "Gatehouse" },
    { name: "Gatehouse/Gateway", type: "String", value: gateway },
    { name: COMMANDS, type: "String", value: null, writable: true, event: true },
    { name: RECEIPTS, type: "String", value: null, writable: true, event: true },
    ...LANES.map((lane): EdgeValue => ({ name: eventMetric(lane), type: "String", value: null, event: true })),
    ...nodeStates(site),
  ];
}

/** Of these, those that changed are sent. */
export function nodeStates(site: SiteView | undefined): EdgeValue[] {
  if (site === undefined) return [];
  const devices = site.devices();
  const names = distinct(devices.map(({ id }) => id));
  return [
    { name: "Health/Conditions", type: "Int32", value: site.codes },
    ...devices.map(
      ({ online }, index): EdgeValue => ({ name: `Devices/${names[index]}/Online`, type: "Boolean", value: online }),
    ),
  ];
}

/** Ids as Sparkplug may have them: those that differ only by case get a number behind them, for not every host tells them apart. */
export function distinct(ids: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return ids.map((id) => {
    let name = id;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${id}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** Null where nothing is known yet. */
export function spaceMetrics({ name, limit, registered, estimate, openAlerts }: SpaceView): EdgeValue[] {
  const whole = (metric: string, value: number | null | undefined): EdgeValue => ({
    name: metric,
    type: "Int32",
    value: value === null || value === undefined ? null : Math.round(value),
  });
  return [
    { name: "Name", type: "String", value: name ?? null },
    whole("Residing", estimate?.residing),
    whole("Residing/Low", estimate?.low),
    whole("Residing/High", estimate?.high),
    whole("Present", estimate?.present),
    whole("Present/Low", estimate?.presentLow),
    whole("Present/High", estimate?.presentHigh),
    { name: "Over Limit/Probability", type: "Double", value: estimate?.pOver ?? null },
    whole("Limit", limit),
    whole("Registered", registered),
    whole("Alerts/Open", openAlerts),
  ];
}
