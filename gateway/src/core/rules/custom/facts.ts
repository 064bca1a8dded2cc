/** What is so at a moment, under the names of the expressions. */
import { type Calendar, isDayOff, localDay, localTimeMs, weekdayOf } from "@gatehouse/protocol";
import type { SpaceModel } from "../../model.ts";
import { isNight } from "../../night.ts";
import { estimateOf } from "../../occupancy/estimate-of.ts";
import { type CoreState, modelOf } from "../../state.ts";
import type { Observed } from "../rule.ts";
import type { Facts } from "./variables.ts";

export interface When {
  readonly zone: string;
  readonly calendar: Calendar | undefined;
  readonly nightStartMinutes: number;
  readonly nightEndMinutes: number;
}

export function timeFacts(atMs: number, { zone, calendar, nightStartMinutes, nightEndMinutes }: When): Facts {
  const day = localDay(atMs, zone);
  const minutes = Math.floor((atMs - localTimeMs(day, 0, zone)) / 60_000);
  return {
    hour: Math.min(23, Math.floor(minutes / 60)),
    minute: minutes % 60,
    weekday: weekdayOf(day),
    night: isNight(atMs, zone, nightStartMinutes, nightEndMinutes),
    dayOff: isDayOff(day, calendar),
  };
}

export function spaceFacts(state: CoreState, id: string, space: SpaceModel, atMs: number): Facts {
  const model = modelOf(state);
  const estimate = estimateOf(state, id);
  const { registered, kind } = space.space;
  return {
    ...timeFacts(atMs, { zone: model.zone, calendar: model.config.site.calendar, ...space }),
    space: id,
    spaceKind: kind,
    risk: space.risk,
    ...(space.limit === undefined ? {} : { limit: space.limit.persons }),
    ...(registered === undefined ? {} : { registered }),
    ...(estimate === undefined
      ? {}
      : {
          present: estimate.present,
          presentLow: estimate.presentLow,
          presentHigh: estimate.presentHigh,
          residing: estimate.residing,
          residingLow: estimate.low,
          residingHigh: estimate.high,
          pOver: estimate.pOver,
        }),
  };
}

export function readingFacts(state: CoreState, { reading, device, portal }: Observed): Facts {
  const known = modelOf(state).credentials.get(reading.credential ?? "")?.role;
  return {
    kind: reading.kind,
    device: device.id,
    deviceKind: device.kind,
    portal: portal ?? "",
    role: known ?? "",
    value: typeof reading.value === "number" ? reading.value : 0,
  };
}
