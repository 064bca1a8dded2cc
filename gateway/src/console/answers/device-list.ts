/** The list of devices: which are wanted is worked out for all, rows are made for the page alone. */
import type { Device } from "@gatehouse/protocol";
import type { Language } from "../../words/said.ts";
import type { DeviceRow } from "../table/devices.ts";
import { type DeviceRowParts, deviceRows, isDown } from "./device-rows.ts";
import { type Page, pageOf } from "./page-of.ts";

interface DevicesQuery {
  readonly after?: string | undefined;
  readonly limit: number;
  readonly space?: string | undefined;
  readonly driver?: string | undefined;
  readonly down?: boolean | undefined;
  readonly search?: string | undefined;
}

/** In the order of the site file. */
export function listDevices(parts: DeviceRowParts, query: DevicesQuery, language: Language): Page<DeviceRow> {
  const all = [...parts.core.model.devices.values()];
  const order = new Map(all.map(({ id }, index) => [id, index]));
  const at = (id: string) => order.get(id) ?? all.length;
  const { items, next, total } = pageOf(
    all.filter((device) => isWanted(parts, device, query)),
    query,
    ({ id }) => id,
    ({ id }, cursor) => at(id) > at(cursor),
  );
  return { items: deviceRows(parts, language, new Set(items.map(({ id }) => id))), next, total };
}

function isWanted({ core, drivers }: DeviceRowParts, device: Device, query: DevicesQuery): boolean {
  const { id, kind, driver, portal } = device;
  const space = core.model.spaceOf.get(id);
  if (query.space !== undefined && space !== query.space) return false;
  if (query.driver !== undefined && driver !== query.driver) return false;
  const online = core.state.devices.get(id)?.online ?? null;
  if (query.down !== undefined && isDown({ driverUp: drivers.get(driver) !== undefined, online }) !== query.down)
    return false;
  const part = query.search?.toLowerCase() ?? "";
  return part === "" || [id, kind, portal, space].some((text) => text?.toLowerCase().includes(part));
}
